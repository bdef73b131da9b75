"""Requests to other servers: bounded in time and size, never led elsewhere, to allowed addresses only."""

import time
from collections.abc import Callable
from typing import Any

import requests

#: How long (seconds) a server may take to connect, and between two parts of its answer.
TIMEOUT_SECONDS = (5, 10)
#: How long (seconds) an answer may take as a whole: one that drips is given up.
MOST_SECONDS = 20.0
#: The largest answer that is read.
MOST_BYTES = 2 * 1024 * 1024


def storable(text: str) -> str:
    """Return a text from elsewhere without what no database takes: zero bytes and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


class CallRefused(requests.RequestException):
    """A request that was not made, or whose answer was not read; the text says why."""


class BoundedSession(requests.Session):
    """A session of `requests` for servers that are not ours."""

    def __init__(self, allows: Callable[[str], bool], *, agent: str) -> None:
        super().__init__()
        self.allows = allows
        self.trust_env = False  # no proxy, no .netrc: nothing but what is written here
        self.headers["User-Agent"] = agent

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        """Ask, and read the whole answer.

        Raises
        ------
        CallRefused
            The address is not allowed, or the answer is too long, takes too long, or leads elsewhere.
        """
        if not self.allows(str(url)):
            raise CallRefused("This address is not called.")
        kwargs |= {"timeout": TIMEOUT_SECONDS, "allow_redirects": False, "stream": True}
        response = super().request(method, url, *args, **kwargs)
        with response:
            content = _read(response)
        if response.is_redirect:
            raise CallRefused("The answer leads elsewhere, which is not followed.")
        response._content = content
        return response


def _read(response: requests.Response) -> bytes:
    began, content = time.monotonic(), bytearray()
    for piece in response.iter_content(64 * 1024):
        content += piece
        if len(content) > MOST_BYTES:
            raise CallRefused("The answer is too long.")
        if time.monotonic() - began > MOST_SECONDS:
            raise CallRefused("The answer takes too long.")
    return bytes(content)
