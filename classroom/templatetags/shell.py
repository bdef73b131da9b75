"""`{% load shell %}`: what the frame of every page needs to know."""

from contextlib import suppress
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

STUDENT_ROOMS: tuple[tuple[Promise, str], ...] = (
    (_("Now"), "course"),
    (_("Week"), "weeks"),
    (_("Schedule"), "schedule"),
    (_("Quizzes"), "quizzes:index"),
    (_("Exercises"), "projects:index"),
    (_("Hackathon"), "projects:hackathon"),
    (_("Grades"), "grades"),
)
STAFF_ROOMS: tuple[tuple[Promise, str], ...] = (
    (_("Dashboard"), "dashboard"),
    *STUDENT_ROOMS[1:-1],
    (_("Grades"), "gradebook"),
    (_("People"), "people"),
)


@register.simple_tag(takes_context=True)
def course_rooms(context: Context) -> tuple[tuple[Promise, str], ...]:
    """List the course's places that the asking person's role has, with their addresses."""
    seat: Any = getattr(context.get("request"), "seat", None)
    if seat is None or seat.is_guest:
        return ()
    return _addresses(seat.course.slug, STAFF_ROOMS if seat.is_staff else STUDENT_ROOMS)


@register.simple_tag(takes_context=True)
def current_room(context: Context) -> str:
    """Return the address of the place of the course that the page belongs to; empty for none."""
    for _label, url in course_rooms(context):
        request = context["request"]
        exactly = url == request.seat.course.get_absolute_url()  # every other page lies below it
        if request.path == url if exactly else request.path.startswith(url):
            return url
    return ""


@lru_cache(maxsize=500)
def _addresses(slug: str, rooms: tuple[tuple[Promise, str], ...]) -> tuple[tuple[Promise, str], ...]:
    """Return the rooms with their addresses: they are on every page and never change."""
    addresses = []
    for label, name in rooms:
        with suppress(NoReverseMatch):
            addresses.append((label, reverse(name, args=[slug])))
    return tuple(addresses)


@register.simple_tag(takes_context=True)
def other_sign_in(context: Context) -> dict[str, str] | None:
    """Return the name and address of the other place to sign in at; None where there is none."""
    if settings.OIDC is None:
        return None
    following = context["request"].GET.get("next", "")
    query = f"?{urlencode({'next': following})}" if following else ""
    return {"name": settings.OIDC["name"], "url": reverse("oidc_begin") + query}


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> str:
    """Name the scheme a person chose, empty where the system decides."""
    theme = str(context.get("theme", "auto"))
    return "" if theme == "auto" else theme


@register.filter
def initials(person: object) -> str:
    """Shorten a name to the first letters of its first and last word, for the round sign beside it."""
    words = str(person).split("@")[0].replace(".", " ").replace("-", " ").split()
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def heat(share: float | None) -> int:
    """Turn a share from 0 to 1 into the step 0 to 10 that `data-heat` takes."""
    return 0 if share is None else max(0, min(10, round(share * 10)))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of `img/icons.svg`; it decorates a text or an `aria-label` and says nothing itself."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("classroom/img/icons.svg"),
        name,
    )
