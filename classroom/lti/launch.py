"""A launch is believed when a registered platform signed it for this browser, now, and for the first time.

PyLTI1p3 reads the message and finds the platform's key; what it leaves open is closed here: state and nonce
are rows that are used up, the browser shows its cookie, the audience and the times are required, and only
RS256 is taken.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import jwt
from django.core.cache import cache
from django.utils.translation import gettext as _
from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.registration import Registration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from classroom.lti.claims import Claims, claims_of
from classroom.lti.keys import current_key
from classroom.lti.models import Entry, Platform
from classroom.lti.wire import PlatformError, PlatformSession

#: How long somebody may take to sign in on the platform in between.
GOOD_FOR = timedelta(minutes=10)
#: How far (seconds) the platform's clock may be off.
LEEWAY_SECONDS = 30
#: The longest token that is looked at, in characters.
LONGEST_TOKEN = 64 * 1024
KEY_SET_SECONDS = 600
#: A key that is not in the set as it was kept: it is fetched again, but not more often than this.
REFETCH_SECONDS = 30


class LaunchRefused(Exception):  # noqa: N818 - reads as what happened
    """A launch that is not believed; the text says why and what helps."""


def registration_of(platform: Platform) -> Registration:
    """Return the platform as PyLTI1p3 knows one."""
    key = current_key()
    registration = _Registration(key.kid)
    registration.set_issuer(platform.issuer).set_client_id(platform.client_id)
    registration.set_auth_login_url(platform.auth_login_url).set_auth_token_url(platform.auth_token_url)
    registration.set_key_set_url(platform.jwks_url).set_tool_private_key(key.private_pem)
    if platform.auth_audience:
        registration.set_auth_audience(platform.auth_audience)
    return registration


class _Registration(Registration):
    """A registration whose key has the id that our key set gives it."""

    def __init__(self, kid: str) -> None:
        self._kid = kid

    def get_kid(self) -> str:
        """Name the key."""
        return self._kid


class _Conf(ToolConfAbstract[Request]):
    """The one platform with which this launch began."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def check_iss_has_one_client(self, iss: str) -> bool:
        """Say no: a registration is found by issuer and client id."""
        return False

    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> Registration:  # noqa: ANN401 - PyLTI1p3's
        """Never asked, for the reason above."""
        raise LtiException("Client id is missing")

    def find_registration_by_params(
        self,
        iss: str,
        client_id: str,
        *args: Any,  # noqa: ANN401 - PyLTI1p3's
        **kwargs: Any,  # noqa: ANN401
    ) -> Registration:
        """Return the registration, if the token is from its issuer and for it."""
        if (iss, client_id) != (self.platform.issuer, self.platform.client_id):
            raise LtiException("The token is from another issuer or for another client")
        return registration_of(self.platform)

    def find_deployment(self, iss: str, deployment_id: str) -> Deployment | None:
        """Never asked, for the reason above."""
        return None

    def find_deployment_by_params(
        self,
        iss: str,
        deployment_id: str,
        client_id: str,
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> Deployment | None:
        """Return the deployment, if it was registered."""
        known = deployment_id in self.platform.deployment_ids
        return Deployment().set_deployment_id(deployment_id) if known else None


class _Posted(Request):
    """The two fields of a launch."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields

    @property
    def session(self) -> dict[str, object]:
        """Nothing is kept in a session."""
        return {}

    def is_secure(self) -> bool:
        """Whether cookies are; none is set here."""
        return True

    def get_param(self, key: str) -> str:
        """Return a field."""
        return self.fields.get(key, "")


class _NoCookies(CookieService):
    """Cookies are `knows_browser`'s business."""

    def get_cookie(self, name: str) -> None:
        """Return none."""

    def set_cookie(self, name: str, value: str | int, exp: int | None = None) -> None:
        """Set none."""


class _Launch(MessageLaunch[Any, Any, Any, Any]):
    """PyLTI1p3's launch, with state and nonce checked against the begun launch's row."""

    def __init__(self, entry: Entry, fields: Mapping[str, str]) -> None:
        session = PlatformSession(entry.platform)
        request = _Posted(fields)
        super().__init__(
            request, _Conf(entry.platform), SessionService(request), _NoCookies(), requests_session=session
        )
        self.entry = entry
        self.set_jwt_verify_options({"verify_aud": False})

    def _get_request_param(self, key: str) -> str:
        return str(self._request.get_param(key))

    def validate_state(self) -> "_Launch":
        """Nothing is left to check: `believe` found the row by it."""
        return self

    def validate_nonce(self) -> "_Launch":
        """Take only the nonce that was drawn for this launch."""
        nonce = self._get_jwt_body().get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), self.entry.nonce.encode()):
            raise LtiException("Invalid nonce")
        return self

    def fetch_public_key(self, key_set_url: str) -> Any:  # noqa: ANN401 - a key set
        """Return the platform's keys, kept for ten minutes: a class launches within one."""
        name = f"lti-keys-{sha256(key_set_url.encode()).hexdigest()}"
        kid = self._jwt.get("header", {}).get("kid")
        keys = cache.get(name)
        if keys is None or (not _holds(keys, kid) and cache.add(f"{name}-again", True, REFETCH_SECONDS)):
            keys = super().fetch_public_key(key_set_url)
            if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
                raise LtiException("The platform's key set is none")
            cache.set(name, keys, KEY_SET_SECONDS)
        return keys

    def validate_jwt_signature(self) -> "_Launch":
        """Take RS256 by one of the platform's keys, for us, and within its times."""
        if self._jwt.get("header", {}).get("alg") != "RS256":
            raise LtiException("The token is not signed with RS256")
        public_key, _algorithm = self.get_public_key()
        try:
            body = jwt.decode(
                self._get_id_token(),
                public_key,
                algorithms=["RS256"],
                audience=self.entry.platform.client_id,
                issuer=self.entry.platform.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except jwt.InvalidTokenError as error:
            raise LtiException(f"Can't decode id_token: {error}") from error
        audience = body["aud"]
        if isinstance(audience, list) and len(audience) > 1 and body.get("azp") != self.get_client_id():
            raise LtiException("The token is for several clients and does not name this one")
        return self

    def get_client_id(self) -> str:
        """Return the client the token is for: of several audiences ours, if it is there."""
        audience = self._get_jwt_body().get("aud")
        ours = self.entry.platform.client_id
        if isinstance(audience, list):
            return ours if ours in audience else ""
        return audience if isinstance(audience, str) else ""

    def save_launch_data(self) -> "_Launch":
        """Keep nothing: what counts is stored by whoever takes the launch in."""
        return self


def _holds(keys: object, kid: object) -> bool:
    return isinstance(keys, dict) and any(
        isinstance(key, dict) and key.get("kid") == kid for key in keys.get("keys", [])
    )


def believe(
    *, state: str, token: str, cookies: Mapping[str, str], now: datetime
) -> tuple[Entry, Claims, bool]:
    """Check a launch and use it up; return what it began as, what it says, and whether the browser is known.

    Raises
    ------
    LaunchRefused
        It is not believed. Nothing has happened but that it cannot be used again.
    """
    found = Entry.objects.select_related("platform").filter(state=state[:64], platform__closed_at=None)
    entry = found.first() if state and "\x00" not in state else None
    if entry is None or entry.used_at or entry.created_at <= now - GOOD_FOR:
        raise LaunchRefused(_("This launch is over. Go back to the platform and open the link again."))
    if not Entry.objects.filter(pk=entry.pk, used_at=None).update(used_at=now):
        raise LaunchRefused(_("This launch was used already. Open the link on the platform again."))
    body = _checked(entry, {"state": state, "id_token": token})
    claims = claims_of(body)
    if not claims.subject or not claims.deployment_id:
        raise LaunchRefused(_("The platform does not say who you are."))
    known = hmac.compare_digest(cookies.get(entry.cookie, "").encode(), entry.browser.encode())
    return entry, claims, known


def _checked(entry: Entry, fields: Mapping[str, str]) -> Mapping[str, Any]:
    if not 0 < len(fields["id_token"]) <= LONGEST_TOKEN:
        raise LaunchRefused(_("The platform sent no launch. Open the link on the platform again."))
    launch = _Launch(entry, fields)
    try:
        launch.validate_jwt_format()
        body = launch._jwt["body"]
        if not isinstance(body, dict) or not isinstance(launch._jwt["header"], dict):
            raise LtiException("The token holds no object")
        launch.validate()
    except PlatformError as error:
        raise LaunchRefused(str(error)) from error
    except (LtiException, ValueError, TypeError, AttributeError, KeyError) as error:
        # PyLTI1p3 takes what is in a token to have the shape it should have.
        raise LaunchRefused(
            _("The platform's launch could not be checked: %(why)s") % {"why": str(error)[:200]}
        ) from error
    return body
