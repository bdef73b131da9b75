"""Who asks: a token in the `Authorization` header, and nothing else."""

from collections.abc import Callable
from http import HTTPStatus
from math import ceil

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from classroom import clock, tokens
from classroom.api.problems import ProblemError
from classroom.counters import Count
from classroom.limits import Limit
from classroom.models import ApiToken, Scope
from classroom.sessions import SessionStore

#: How many requests of one token are answered in a minute.
REQUESTS_A_MINUTE = 120
_rate = Limit("api", REQUESTS_A_MINUTE, seconds=60)


class Token(HttpBearer):
    """Lets a request in whose token is good and may do `scope` (None: any token may).

    The request's person becomes the token's, for the doors that look at it.
    """

    def __init__(self, scope: Scope | None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        """Return the token, or say what is missing."""
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != self.openapi_scheme:
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                _("Send a token of yours: “Authorization: Bearer …”. Tokens are made in your settings."),
                WWW_Authenticate="Bearer",
            )
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """Return the good token that was sent."""
        found = tokens.find(secret=token, now=clock.now())
        if found is None:
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                _("This token is not known, expired or revoked. Make a new one in your settings."),
                WWW_Authenticate='Bearer error="invalid_token"',
            )
        count = _rate.add(found.digest)
        request.api_count = count  # type: ignore[attr-defined] # for `rate_headers`
        if count.times > _rate.most:
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                _("One token may ask %(most)d times a minute. Wait as long as Retry-After says.")
                % {"most": REQUESTS_A_MINUTE},
                Retry_After=str(_whole(count.ends_in)),
            )
        if self.scope and self.scope not in found.scopes:
            raise ProblemError(
                HTTPStatus.FORBIDDEN,
                _("This token may not do that: it lacks the scope %(scope)s. Make one that has it.")
                % {"scope": self.scope.value},
                WWW_Authenticate=f'Bearer error="insufficient_scope", scope="{self.scope.value}"',
            )
        request.user = found.user
        return found


def may(scope: Scope) -> Callable[[HttpRequest], ApiToken]:
    """Return what lets requests in whose token has `scope`."""
    return Token(scope)


def rate_headers(request: HttpRequest) -> dict[str, str]:
    """Return how much the token may still ask, as draft-ietf-httpapi-ratelimit-headers-10 writes it."""
    count: Count | None = getattr(request, "api_count", None)
    if count is None:  # no good token
        return {}
    return {
        "RateLimit-Policy": f'"token";q={_rate.most};w={_rate.seconds:.0f}',
        "RateLimit": f'"token";r={max(0, _rate.most - count.times)};t={_whole(count.ends_in)}',
    }


def _whole(seconds: float) -> int:
    return max(1, ceil(seconds))


def forget_cookies(request: HttpRequest) -> None:
    """Make sure that nothing of a browser counts: what needs no cookie cannot be forged with one."""
    request.COOKIES = {}
    request.session = SessionStore()
    request.user = AnonymousUser()
