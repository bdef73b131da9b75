"""A name for every request and task: in the answer, in every line it logs, in every error it reports."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("classroom.requests")

HEADER = "X-Request-ID"
#: What a proxy may call a request: nothing that could begin a second line in a log.
SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the name of the request, or the task, that is being worked on; empty outside of one."""
    return _current.get()


def begin(name: str) -> None:
    """Call what this process does from now on by `name`: a worker does one task at a time."""
    _current.set(name)


def request_ids(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Name each request as a trusted proxy did, else anew; tell the name in the answer and in the log.

    `classroom.proxies` has removed the header where somebody else sent it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if SAFE.fullmatch(given) else uuid.uuid4().hex
        token = _current.set(name)
        began = time.monotonic()
        try:
            response = get_response(request)
            response[HEADER] = name
            if log.isEnabledFor(logging.INFO):
                _note(request, response, time.monotonic() - began)
            return response
        finally:
            _current.reset(token)

    return middleware


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Log the request by its route: addresses hold secrets, such as codes and calendars' tokens."""
    found = request.resolver_match
    route = found.route if found else "(none)"
    fields = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "milliseconds": round(1000 * seconds, 1),
    }
    log.info("%s %s %s", request.method, route, response.status_code, extra={"fields": fields})
