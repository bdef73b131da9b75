"""How much one request may bring."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat

View = Callable[[HttpRequest], HttpResponse]


def limit_uploads(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a body larger than `MAX_UPLOAD_BYTES` with a page that says how large it may be."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_UPLOAD_BYTES:
            return render(
                request, "413.html", {"limit": filesizeformat(settings.MAX_UPLOAD_BYTES)}, status=413
            )
        return get_response(request)

    return middleware
