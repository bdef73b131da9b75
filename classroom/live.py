"""News for a thousand open pages: answered from memory, before Django, with no session and no database.

A page asks for `/live/<token>.json` about every second. Each process reads the database for it at most every
`READ_SECONDS`, in one thread, while the other threads go on giving the last answer; who has that already gets
304 and nothing else. Nobody signs in here: the token is the secret, and what is told is what everybody in the
room may know.
"""

import json
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError
from django.db import close_old_connections

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

PREFIX = "/live/"
#: 128 secret bits, as `secrets.token_urlsafe(16)` writes them; whatever looks otherwise is never looked up.
ADDRESS = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{22}})\.json")
#: How old (seconds) an answer may get; a reading that took long rests ten times as long.
READ_SECONDS = 0.5
REST = 10
#: How long (seconds) an unknown token stays unknown without a look.
UNKNOWN_SECONDS = 5.0
MOST_ROOMS = 200
MOST_UNKNOWN = 1_000

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class News:
    """What a room's pages may know; `mark` changes when `seconds` count to another end than before."""

    state: dict[str, object]
    seconds: float | None = None
    mark: str = ""


@dataclass(frozen=True)
class _Printed:
    """News as they were read, at a time of this machine's monotonic clock."""

    news: News
    etag: str
    read_at: float


@dataclass
class _Shelf:
    """The last news of one room; `printed` is replaced as a whole, so nobody sees half of a change."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    printed: _Printed | None = None
    stale_at: float = 0.0


class LiveNews:
    """A WSGI application that answers for `/live/` and passes everything else on.

    Parameters
    ----------
    application
        Who answers everything else.
    read
        Returns a token's news from the database, None where there is no such room.
    """

    def __init__(self, application: "WSGIApplication", read: Callable[[str], News | None]) -> None:
        self.application = application
        self.read = read
        self._lock = threading.Lock()
        self._rooms: OrderedDict[str, _Shelf] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()  # until when

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(PREFIX):
            return self.application(environ, start_response)
        if environ.get("REQUEST_METHOD") != "GET":
            return _answer(start_response, "405 Method Not Allowed", [("Allow", "GET")])
        found = ADDRESS.fullmatch(path)
        try:
            shelf = self._shelf(found[1]) if found else None
        except DatabaseError:
            log.exception("The news of a room could not be read.")
            return _answer(start_response, "503 Service Unavailable", [("Retry-After", "2")])
        printed = shelf.printed if shelf else None
        if printed is None:
            return _answer(start_response, "404 Not Found", [])
        tagged = [("ETag", printed.etag)]
        if environ.get("HTTP_IF_NONE_MATCH") == printed.etag:
            return _answer(start_response, "304 Not Modified", tagged)
        return _answer(start_response, "200 OK", tagged, _body(printed))

    def _shelf(self, token: str) -> _Shelf | None:
        now = time.monotonic()
        with self._lock:
            if self._unknown.get(token, 0.0) > now:
                return None
            shelf = self._rooms.setdefault(token, _Shelf())
            self._rooms.move_to_end(token)
        # One reads; the others take what is there. Only where nothing is there yet, they wait.
        if now >= shelf.stale_at and shelf.lock.acquire(blocking=shelf.printed is None):
            try:
                if time.monotonic() >= shelf.stale_at:
                    self._refresh(token, shelf)
            finally:
                shelf.lock.release()
        with self._lock:
            if len(self._rooms) > MOST_ROOMS:  # the one that nobody asked for the longest
                self._rooms.popitem(last=False)
        return shelf

    def _refresh(self, token: str, shelf: _Shelf) -> None:
        began = time.monotonic()
        close_old_connections()
        try:
            news = self.read(token)
        except DatabaseError:
            if shelf.printed is None:
                raise
            log.exception("The news of a room could not be read; its pages keep the last.")
            shelf.stale_at = time.monotonic() + READ_SECONDS
            return
        finally:
            close_old_connections()
        ended = time.monotonic()
        if news is None:
            self._forget(token, ended + UNKNOWN_SECONDS)
        shelf.printed = None if news is None else _Printed(news, _etag(news), ended)
        shelf.stale_at = ended + max(READ_SECONDS, REST * (ended - began))

    def _forget(self, token: str, until: float) -> None:
        with self._lock:
            self._rooms.pop(token, None)
            self._unknown[token] = until
            self._unknown.move_to_end(token)
            if len(self._unknown) > MOST_UNKNOWN:
                self._unknown.popitem(last=False)


def address_of(token: str) -> str:
    """Return where a room's pages ask for news."""
    return f"{PREFIX}{token}.json"


def _etag(news: News) -> str:
    """Return what changes when the news do, and not while its seconds pass."""
    text = json.dumps([news.state, news.mark], sort_keys=True)
    return f'W/"{sha256(text.encode()).hexdigest()[:24]}"'


def _body(printed: _Printed) -> bytes:
    seconds = printed.news.seconds
    if seconds is not None:
        seconds = round(max(0.0, seconds - (time.monotonic() - printed.read_at)), 2)
    return json.dumps(printed.news.state | {"seconds": seconds}).encode()


def _answer(start_response: "StartResponse", status: str, headers: Headers, body: bytes = b"") -> list[bytes]:
    common = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
    if not status.startswith("304"):
        common += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, [*headers, *common])
    return [body]
