"""What is answered while the database is away or full: not "broken" but "not now", so pages try again."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import server_error

from classroom.problems import API, problem

#: After how many seconds it is worth trying again: a restarted database is back by then.
RETRY_AFTER_SECONDS = 2


@requires_csrf_token
def server_error_or_outage(request: HttpRequest) -> HttpResponse:
    """Answer 503 with `Retry-After` where the database failed, 500 for every other mistake.

    Django calls this while the exception is being handled, wherever it was raised: in a view, or before it
    when the session was read. A transaction that the error interrupted is rolled back by then.
    """
    outage = isinstance(sys.exception(), OperationalError | InterfaceError)
    if request.path.startswith(API):
        return _problem(outage=outage)
    if not outage:
        return server_error(request)
    response: HttpResponse
    if request.content_type == "application/json":
        response = JsonResponse({"error": _("Not saved: the database cannot be reached. Please try again.")})
    else:
        response = HttpResponse(render_to_string("503.html"))
    response.status_code = 503
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _problem(*, outage: bool) -> HttpResponse:
    if outage:
        told = _("The database cannot be reached. Please try again.")
        return problem(503, told, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    return problem(500, _("Something is broken here. The people who run the site have been told."))
