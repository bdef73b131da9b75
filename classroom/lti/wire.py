"""Requests to a platform: bounded in time and size, to its own addresses only, never led elsewhere."""

import time
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from classroom.lti.models import Platform
from classroom.lti.models.platform import origin_of

#: How long (seconds) a platform may take to connect, and between two parts of its answer.
TIMEOUT_SECONDS = (5, 10)
#: The largest answer that is read: a page of a roster is some hundred kilobytes.
MOST_BYTES = 2 * 1024 * 1024
#: How long (seconds) an answer may take as a whole: one that drips is given up.
MOST_SECONDS = 20.0


class PlatformError(Exception):
    """The platform did not do what was asked; the text says why, for whoever runs the course."""

    def __init__(self, text: str, *, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


def may_be_called(url: str) -> bool:
    """Whether an address is one this site calls at all: https, except while the site itself has none."""
    origin = origin_of(url)
    return origin.startswith("https://") or (settings.LTI_ALLOW_HTTP and origin.startswith("http://"))


def _read(response: requests.Response) -> bytes:
    began, content = time.monotonic(), bytearray()
    for piece in response.iter_content(64 * 1024):
        content += piece
        if len(content) > MOST_BYTES:
            raise PlatformError(_("The platform's answer is too long."))
        if time.monotonic() - began > MOST_SECONDS:
            raise PlatformError(_("The platform's answer takes too long."))
    return bytes(content)


class PlatformSession(requests.Session):
    """A session of PyLTI1p3's kind that calls one platform and nobody else."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self.platform = platform
        self.trust_env = False  # no proxy, no .netrc: nothing but what is written here
        self.headers["User-Agent"] = "Classroom (LTI 1.3)"

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        """Ask, and read the whole answer.

        Raises
        ------
        PlatformError
            The address is not the platform's, or it did not answer in time, or too much, or led elsewhere.
        """
        if not may_be_called(str(url)) or not self.platform.owns(str(url)):
            raise PlatformError(
                _("%(url)s is not an address of this platform: add its origin to the registration.")
                % {"url": origin_of(str(url)) or str(url)[:200]}
            )
        kwargs |= {"timeout": TIMEOUT_SECONDS, "allow_redirects": False, "stream": True}
        try:
            response = super().request(method, url, *args, **kwargs)
            with response:
                content = _read(response)
        except (requests.RequestException, OSError, ValueError) as error:
            raise PlatformError(
                _("The platform does not answer: %(why)s") % {"why": type(error).__name__}
            ) from error
        if response.is_redirect:
            raise PlatformError(
                _("The platform leads elsewhere, which is not followed: check its addresses.")
            )
        response._content = content
        return response
