"""Asking a platform's services with PyLTI1p3's connector: tokens, pages, and problems in words."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from pylti1p3.exception import LtiException, LtiServiceException
from pylti1p3.service_connector import ServiceConnector
from requests.utils import parse_header_links

from classroom.lti.launch import registration_of
from classroom.lti.models import Platform
from classroom.lti.wire import PlatformError, PlatformSession
from classroom.outgoing import storable

#: Tokens are asked for an hour or so; they are used again for less than any platform gives.
TOKEN_SECONDS = 300
MOST_PAGES = 200


class _Connector(ServiceConnector):
    """PyLTI1p3's connector; tokens are shared by all processes for some minutes."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(registration_of(platform), PlatformSession(platform))
        self.platform = platform

    def get_access_token(self, scopes: Sequence[str]) -> str:
        """Return a token for these scopes."""
        name = f"lti-token-{self.platform.pk}-{'|'.join(sorted(s.rsplit('/', 1)[-1] for s in scopes))}"
        token: str | None = cache.get(name)
        if token is None:
            token = super().get_access_token(scopes)
            cache.set(name, token, TOKEN_SECONDS)
        return token


class Services:
    """A platform's services, as this site is let in to them."""

    def __init__(self, platform: Platform) -> None:
        self._connector = _Connector(platform)

    def token(self, scopes: Sequence[str]) -> str:
        """Return a token for these scopes."""
        return str(self._told(lambda: ServiceConnector.get_access_token(self._connector, scopes)))

    def send(self, url: str, *, scopes: Sequence[str], body: str, kind: str, accept: str = "*/*") -> Any:  # noqa: ANN401 - JSON
        """Post a JSON document; return the answer's, if any."""
        return self._told(
            lambda: self._connector.make_service_request(
                scopes, url, is_post=True, data=body, content_type=kind, accept=accept
            )["body"]
        )

    def pages(self, url: str, *, scopes: Sequence[str], accept: str) -> Iterator[Any]:
        """Read a list page by page, as its `Link` headers lead on."""
        seen: set[str] = set()
        while url and url not in seen:
            seen.add(url)
            if len(seen) > MOST_PAGES:
                raise PlatformError(_("The platform's list does not end."))
            body, url = self._page(url, scopes, accept)
            yield body

    def _page(self, url: str, scopes: Sequence[str], accept: str) -> tuple[Any, str]:
        """Return a page and the address of the next."""
        answer: Any = self._told(
            lambda: self._connector.make_service_request(
                scopes, url, accept=accept, case_insensitive_headers=True
            )
        )
        # Not PyLTI1p3's own `next_page_url`: it comes in lower case, which breaks most page marks.
        links = parse_header_links(str(answer["headers"].get("link", "")))
        return answer["body"], next((link["url"] for link in links if link.get("rel") == "next"), "")

    def _told(self, ask: Any) -> Any:  # noqa: ANN401 - what it returns
        try:
            return ask()
        except LtiServiceException as error:
            status = error.response.status_code
            raise PlatformError(
                _("The platform answers %(status)d: %(text)s")
                % {"status": status, "text": " ".join(storable(error.response.text).split())[:300]},
                status=status,
            ) from error
        except (LtiException, ValueError, KeyError, TypeError) as error:
            raise PlatformError(
                _("The platform's answer is not understood: %(why)s") % {"why": str(error)[:200]}
            ) from error
