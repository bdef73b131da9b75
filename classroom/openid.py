"""Signing in at another place that knows people: OpenID Connect, by allauth's provider of that name.

Off unless the environment names a provider (`settings.OIDC`). allauth keeps the state, asks for the tokens
and reads them; what it leaves open is closed here: signatures are always checked, and whose account it is, is
decided by three rules. A known subject is its account. A verified address joins an account that has no more
rights than a student's. Everybody else signs in once with a code first.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings, get_adapter
from allauth.socialaccount.internal import jwtkit, statekit
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom import codes
from classroom.errors import Refused
from classroom.models import AuditEntry, User
from classroom.models.user import GUEST_DOMAIN
from classroom.outgoing import BoundedSession, storable

#: The provider's name among allauth's; there is one.
PROVIDER = "oidc"
#: The longest subject that is kept; OpenID Connect allows 255, allauth's column less.
LONGEST_SUBJECT = 191
LONGEST_ADDRESS = 254
#: What a provider that is down, or answers nonsense, makes allauth raise.
_PROBLEMS = (
    OAuth2Error,
    requests.RequestException,
    PermissionDenied,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
)

log = logging.getLogger(__name__)


def place() -> dict[str, Any]:
    """Return the provider's name, issuer, and whether it brings new people."""
    if settings.OIDC is None:
        raise ImproperlyConfigured("There is no OpenID Connect provider: set OIDC_ISSUER.")
    return settings.OIDC


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth carries no types
    """How allauth calls a provider."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the provider of the environment; rows of the database are no way in."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def get_requests_session(self) -> BoundedSession:
        """Bound every request; a provider is reached over HTTPS, unless this site itself is not."""
        return BoundedSession(_may_be_called, agent="Classroom (OpenID Connect)")


def _may_be_called(url: str) -> bool:
    return url.startswith("https://") or (settings.LTI_ALLOW_HTTP and url.startswith("http://"))


class _Protocol(OpenIDConnectOAuth2Adapter):  # type: ignore[misc] # allauth carries no types
    """allauth's OpenID Connect; signatures are checked though the token came straight from the provider."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return where the provider sends people back to."""
        return settings.SITE_URL + reverse("oidc_callback")

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims

    def told(self, app: SocialApp, answer: dict[str, Any], nonce: str) -> dict[str, Any]:
        """Return what the provider says of the person, signed, and completed by its user info."""
        claims = self._decode_id_token(app, answer["id_token"])
        if claims.get("nonce") != nonce:
            raise OAuth2Error("The token is for another sign-in")
        if "userinfo_endpoint" not in self.openid_config:
            return claims
        more: dict[str, Any] = self._fetch_user_info(answer["access_token"])
        if more.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0, 5.3.2
            raise OAuth2Error("The user info is about somebody else")
        return claims | more


def _provider(request: HttpRequest) -> Any:  # noqa: ANN401 - allauth carries no types
    """Return allauth's provider, speaking the protocol as above."""
    provider = get_adapter().get_provider(request, PROVIDER)
    provider.oauth2_adapter_class = _Protocol
    return provider


@dataclass(frozen=True)
class Met:
    """Somebody as the provider knows them; `email` is empty where it is no address."""

    subject: str
    email: str
    verified: bool
    name: str


def begin(request: HttpRequest, *, following: str) -> HttpResponse:
    """Send the browser to the provider.

    Raises
    ------
    Refused
        The provider does not answer.
    """
    nonce = secrets.token_urlsafe(24)
    try:
        provider = _provider(request)
        answer: HttpResponse = provider.redirect(
            request,
            process="login",
            next_url=following,
            data={"nonce": nonce},
            auth_params={"nonce": nonce},
        )
    except _PROBLEMS as problem:
        log.warning("The OpenID Connect provider failed: %r", problem)
        raise Refused(
            _("%(name)s does not answer. Sign in with a code, or try again later.") % place()
        ) from problem
    return answer


def met(request: HttpRequest) -> tuple[Met, str]:
    """Return whom the provider sent back, and where they wanted to go.

    Raises
    ------
    Refused
        The answer is not to what this browser asked, or it is not believed.
    """
    provider = _provider(request)
    state = statekit.unstash_state(
        request, provider_id=provider.sub_id, state_id=request.GET.get("state", "")
    )
    if state is None:
        raise Refused(_("This sign-in is over. Please begin again."))
    if "code" not in request.GET:
        raise Refused(_("%(name)s did not sign you in. Try again, or sign in with a code.") % place())
    protocol = provider.get_oauth2_adapter(request)
    try:
        client = protocol.get_client(request, provider.app)
        answer = protocol.get_access_token_data(
            request, provider.app, client, pkce_code_verifier=state.get("pkce_code_verifier")
        )
        told = protocol.told(provider.app, answer, state["data"]["nonce"])
        return _met(told), str(state.get("next") or "")
    except _PROBLEMS as problem:
        log.warning("A sign-in by OpenID Connect was refused: %r", problem)
        raise Refused(
            _("What %(name)s answered was not accepted. Try again, or sign in with a code.") % place()
        ) from problem


def _met(told: dict[str, Any]) -> Met:
    subject, email = told["sub"], told.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise OAuth2Error("The subject is none")
    if subject != storable(subject):
        raise OAuth2Error("The subject cannot be kept")
    name = told.get("name")
    return Met(
        subject=subject,
        email=_address(email) if isinstance(email, str) else "",
        verified=told.get("email_verified") is True or told.get("email_verified") == "true",
        name=" ".join(storable(name).split())[:150] if isinstance(name, str) else "",
    )


def _address(email: str) -> str:
    """Return an address as it is stored; empty where no letter could be sent there."""
    address = storable(email).strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return "" if address.endswith(f"@{GUEST_DOMAIN}") or len(address) > LONGEST_ADDRESS else address


def account_of(*, person: Met, now: datetime) -> User | None:
    """Return whose account it is; None where the person must sign in with a code once.

    Raises
    ------
    Refused
        The account is closed.
    """
    known = _accounts().filter(uid=person.subject).select_related("user").first()
    user: User | None = known.user if known else None
    if user is None and person.email and person.verified:
        user = User.objects.filter(email=person.email).first()
        if user and user.is_active and not codes.may_have_code_shown(user):
            return None  # more rights than a student's: a code first
        if user is None and place()["signup"]:
            user = _new(person)
        if user and user.is_active:
            connect(person=person, user=user, now=now)
    if user and not user.is_active:
        raise Refused(_("Your account here is closed."))
    return user


def is_nobody(person: Met) -> bool:
    """Whether the address is the person's for certain, and no account here has it."""
    return person.verified and bool(person.email) and not User.objects.filter(email=person.email).exists()


def _new(person: Met) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(person.email, name=person.name)
    except IntegrityError:  # came in by another window at the same time
        return User.objects.get(email=person.email)


def connect(*, person: Met, user: User, now: datetime) -> bool:
    """Connect the person's account there with the one here; return False if it belongs to another one."""
    try:
        with transaction.atomic():
            SocialAccount.objects.create(provider=place()["issuer"], uid=person.subject, user=user)
            AuditEntry.objects.create(
                course=None,
                actor=user,
                action="oidc.connected",
                about=user,
                detail={"name": person.name},
                at=now,
            )
    except IntegrityError:
        return bool(_accounts().filter(uid=person.subject, user=user).exists())
    return True


def _accounts() -> Any:  # noqa: ANN401 - allauth carries no types
    """Subjects mean something at their issuer only: another provider's are not this one's."""
    return SocialAccount.objects.filter(provider=place()["issuer"])
