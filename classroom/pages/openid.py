"""Signing in at another place: there, back, and the first time."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock, openid
from classroom.errors import Refused
from classroom.models import User

#: The session's key for somebody who was met there and must sign in with a code here.
WAITING = "oidc_waiting"
WAITS_FOR = timedelta(hours=1)


def _there_is_one() -> None:
    if settings.OIDC is None:
        raise Http404


def _on_this_site(request: HttpRequest, url: str) -> str:
    allowed = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url and allowed else settings.LOGIN_REDIRECT_URL


@login_not_required
@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Send somebody to the other place; a link of another site only leads to the sign-in page."""
    _there_is_one()
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return redirect("account_request_login_code")
    try:
        return openid.begin(request, following=_on_this_site(request, request.GET.get("next", "")))
    except Refused as refusal:
        return _refused(request, str(refusal), status=503)


@login_not_required
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take in somebody who comes back from there."""
    _there_is_one()
    now = clock.now()
    try:
        person, following = openid.met(request)
        user = openid.account_of(person=person, now=now)
    except Refused as refusal:
        return _refused(request, str(refusal))
    following = _on_this_site(request, following)
    if user is None:
        request.session[WAITING] = asdict(person) | {"next": following, "at": now.isoformat()}
        return redirect("oidc_connect")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(following)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Connect the account there with the one somebody signed in to with a code."""
    _there_is_one()
    now = clock.now()
    person, following = _waiting(request, now)
    user = request.user if isinstance(request.user, User) and not request.user.is_guest else None
    context = {"place": openid.place()["name"], "person": person, "account": user}
    if user is None:
        here = urlencode({"next": request.path})
        context["sign_in_url"] = f"{reverse('account_request_login_code')}?{here}"
        context["is_nobody"] = openid.is_nobody(person)
    elif request.method == "POST":
        if openid.connect(person=person, user=user, now=now):
            del request.session[WAITING]
            messages.success(request, _("From now on %(place)s signs you in here.") % context)
            return redirect(following)
        context["taken"] = True
    return render(request, "account/connect.html", context, status=409 if "taken" in context else 200)


def _waiting(request: HttpRequest, now: datetime) -> tuple[openid.Met, str]:
    kept = dict(request.session.get(WAITING) or {})
    if not kept or datetime.fromisoformat(kept.pop("at")) <= now - WAITS_FOR:
        raise Http404(_("This sign-in is over. Please begin again."))
    following = kept.pop("next")
    return openid.Met(**kept), following


def _refused(request: HttpRequest, why: str, status: int = 403) -> HttpResponse:
    return render(request, "account/not_signed_in.html", {"why": why}, status=status)
