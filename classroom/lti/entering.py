"""How a launch begins: the platform names itself, and the browser is sent there to prove who sits at it.

The site's pages never live in a platform's frame: browsers keep no session there, and a frame invites
clickjacking. A launch that begins in a frame is answered with one link that opens it in a window of its own.
Only choosing content (deep linking) happens in the frame, because its answer must come from there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http.cookies import Morsel
from urllib.parse import urlencode

from csp.constants import SELF
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.lti.claims import text
from classroom.lti.launch import GOOD_FOR, LaunchRefused
from classroom.lti.models import DeepLinking, Entry, Invitation, Platform

#: What a platform may say when it begins a launch (LTI 1.3, 5.1.1), and how long each may be.
HINTS = {
    "iss": 255,
    "client_id": 255,
    "login_hint": 2000,
    "lti_message_hint": 4000,
    "target_link_uri": 1000,
    "lti_deployment_id": 255,
}
#: The browser's cookie outlives the launch: somebody new signs in with a mailed code meanwhile.
COOKIE_SECONDS = 3600
#: What nobody came back to is forgotten after this.
KEPT_FOR = timedelta(days=1)
FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})

# Python 3.14 knows the attribute; it gives a frame a jar of its own where shared cookies are refused (CHIPS).
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


def hints_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what the platform said, each no longer than it may be.

    Raises
    ------
    LaunchRefused
        Something is missing or far too long.
    """
    found = {name: text(fields.get(name), most + 1) for name, most in HINTS.items()}
    if not found["iss"] or not found["login_hint"]:
        raise LaunchRefused(_("This address is for learning platforms: open the link on the platform."))
    if any(len(found[name]) > most for name, most in HINTS.items()):
        raise LaunchRefused(_("The platform's request is too long."))
    return {name: value for name, value in found.items() if value}


def platform_of(hints: Mapping[str, str]) -> Platform:
    """Return the platform that begins a launch.

    Raises
    ------
    LaunchRefused
        It is not registered, or it must say under which client id.
    """
    named = Q(client_id=hints["client_id"]) if "client_id" in hints else Q()
    found = list(Platform.objects.filter(named, issuer=hints["iss"], closed_at=None)[:2])
    if len(found) != 1:
        raise LaunchRefused(
            _(
                "The platform %(issuer)s is not registered here under this client id, or it is closed. An "
                "administrator of this site registers and opens platforms."
            )
            % {"issuer": hints["iss"][:100]}
        )
    return found[0]


def in_frame(request: HttpRequest) -> bool:
    """Whether the answer will be shown inside another page, as the browser tells."""
    return request.headers.get("Sec-Fetch-Dest") in FRAMES


def begin(*, platform: Platform, hints: dict[str, str], now: datetime) -> Entry:
    """Begin a launch."""
    return Entry.objects.create(platform=platform, hints=hints, created_at=now)


def has_begun(state: str, *, now: datetime) -> bool:
    """Whether a launch began here that may still be answered."""
    begun = Entry.objects.filter(state=text(state, 64), used_at=None, created_at__gt=now - GOOD_FOR)
    return begun.exists()


def address_at_platform(entry: Entry) -> str:
    """Return where the browser goes to prove who sits at it (LTI 1.3, 5.1.1.2)."""
    hints = entry.hints
    fields = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": entry.platform.client_id,
        "redirect_uri": launch_url(),
        "state": entry.state,
        "nonce": entry.nonce,
        "login_hint": hints["login_hint"],
    }
    if hints.get("lti_message_hint"):
        fields["lti_message_hint"] = hints["lti_message_hint"]
    url = entry.platform.auth_login_url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"


def launch_url() -> str:
    """Return the address to which platforms send launches."""
    return settings.SITE_URL + reverse("lti:launch")


def content_url() -> str:
    """Return the address that platforms name when an instructor chooses content."""
    return settings.SITE_URL + reverse("lti:content")


def again_url(hints: Mapping[str, str]) -> str:
    """Return the address that begins the same launch once more."""
    return reverse("lti:login") + "?" + urlencode({name: hints[name] for name in HINTS if name in hints})


def remember_browser(response: HttpResponse, entry: Entry, *, secure: bool) -> None:
    """Give the browser the cookie by which its launch is known when the platform sends it back.

    The platform's answer is a form posted from another site, so the cookie must be `SameSite=None`, which
    browsers take over HTTPS only.
    """
    response.set_cookie(
        entry.cookie,
        entry.browser,
        max_age=COOKIE_SECONDS,
        path=reverse("lti:home"),
        secure=secure,
        httponly=True,
        samesite="None" if secure else None,
    )
    if secure:
        response.cookies[entry.cookie]["partitioned"] = True


def knows_browser(request: HttpRequest, entry: Entry) -> bool:
    """Whether this browser began the launch."""
    return request.COOKIES.get(entry.cookie, "") == entry.browser


def allow_frame(response: HttpResponse, origins: list[str], *, posts_to: str = "") -> HttpResponse:
    """Let a platform's own pages show this answer in a frame, and let its form go to `posts_to`."""
    response.xframe_options_exempt = True  # as Django's decorator does
    policy = {"frame-ancestors": origins}
    if posts_to:
        policy["form-action"] = [SELF, posts_to]
    response._csp_replace = policy  # type: ignore[attr-defined]
    return response


def forget_old(now: datetime) -> None:
    """Delete launches that nobody came back to."""
    Entry.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    DeepLinking.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    Invitation.objects.filter(created_at__lte=now - KEPT_FOR).delete()
