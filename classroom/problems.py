"""Problems as programs read them: JSON after RFC 9457. The site's own layers answer programs so, too."""

import math
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"
#: Below this address problems are JSON also where the site answers before the API, or after it has failed.
API = "/api/v1/"


def problem(
    status: int,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return the answer that tells of a problem."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "errors": errors or [],
    }
    return JsonResponse(told, status=status, content_type=MEDIA_TYPE, headers=headers)


def retry_after(until: datetime | None, now: datetime) -> dict[str, str]:
    """Return the header that says when it is worth trying again; none where that is not known."""
    return {} if until is None else {"Retry-After": str(max(1, math.ceil((until - now).total_seconds())))}
