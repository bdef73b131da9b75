"""Requests to a platform: to its own addresses only."""

from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from classroom.lti.models import Platform
from classroom.lti.models.platform import origin_of
from classroom.outgoing import BoundedSession, CallRefused


class PlatformError(Exception):
    """The platform did not do what was asked; the text says why, for whoever runs the course."""

    def __init__(self, text: str, *, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


def may_be_called(url: str) -> bool:
    """Whether an address is one this site calls at all: https, except while the site itself has none."""
    origin = origin_of(url)
    return origin.startswith("https://") or (settings.LTI_ALLOW_HTTP and origin.startswith("http://"))


class PlatformSession(BoundedSession):
    """A session of PyLTI1p3's kind that calls one platform and nobody else."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(lambda url: may_be_called(url) and platform.owns(url), agent="Classroom (LTI 1.3)")

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        """Ask the platform.

        Raises
        ------
        PlatformError
            The address is not the platform's, or it did not answer in time, or too much, or led elsewhere.
        """
        if not self.allows(str(url)):
            raise PlatformError(
                _("%(url)s is not an address of this platform: add its origin to the registration.")
                % {"url": origin_of(str(url)) or str(url)[:200]}
            )
        try:
            return super().request(method, url, *args, **kwargs)
        except CallRefused as refusal:
            raise PlatformError(
                _("The platform's answer is not taken: %(why)s") % {"why": refusal}
            ) from refusal
        except (requests.RequestException, OSError, ValueError) as error:
            raise PlatformError(
                _("The platform does not answer: %(why)s") % {"why": type(error).__name__}
            ) from error
