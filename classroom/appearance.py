"""How the site looks to one person: language, light or dark, and the zone times are shown in.

Language and scheme are kept in cookies, so they hold before anybody signs in, and the language also with the
person, for e-mails. The server writes the scheme into `<html>`: nothing flashes and no script is needed.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from classroom.markdown import no_pictures_yet
from classroom.models import User

THEMES = ("auto", "light", "dark")
YEAR_SECONDS = 365 * 24 * 60 * 60


def context(request: HttpRequest) -> dict[str, str]:
    """Give every template `theme`: "light", "dark", or "auto" where the system decides."""
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "auto")
    return {"theme": theme if theme in THEMES else "auto"}


def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone called `name`, None if it is empty or not known here."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def own_language_and_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Use what a signed-in person chose, for the length of the request.

    A cookie (a choice made in this browser) goes before the person's stored language. A person without a zone
    of their own sees a course's times in the course's zone: `access.seat_in` activates it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        chosen = user if isinstance(user, User) else None
        if chosen and chosen.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(chosen.language)
            request.LANGUAGE_CODE = translation.get_language()
        zone = zone_named(chosen.time_zone) if chosen else None
        with timezone.override(zone or timezone.get_default_timezone()), no_pictures_yet():
            return get_response(request)

    return middleware


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the posted `theme` or `language` and go back to `next`."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    theme, language = request.POST.get("theme"), request.POST.get("language")
    if theme in THEMES:
        _keep(response, settings.THEME_COOKIE_NAME, theme)
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


def _keep(response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie, value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
