"""The API's addresses, below /api/v1/. They know no cookies, so nothing of a browser is needed or counts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from classroom.api.auth import forget_cookies, rate_headers
from classroom.api.root import api
from classroom.problems import problem

app_name = "api"


def _without_cookies(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a request that no browser's session counts for; what is answered is for nobody's cache."""

    @login_not_required
    @csrf_exempt  # without cookies there is nothing to forge
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - any view's
        forget_cookies(request)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            # No redirect: a program would go on sending its token in the open, and nobody would know.
            response = problem(
                403, _("Use https: this token could be read on its way. Revoke it, make another one.")
            )
        else:
            response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response["Allow"]
            told = _("This address takes only: %(methods)s.") % {"methods": allowed}
            response = problem(405, told, headers={"Allow": allowed})
        response["Cache-Control"] = "no-store"
        for name, value in rate_headers(request).items():
            response[name] = value
        return response

    return answered


def _nowhere(_request: HttpRequest, rest: str) -> HttpResponse:
    """Say that there is no such address."""
    return problem(
        404, _("The API has no address %(address)s. /api/v1/openapi.json lists them all.") % {"address": rest}
    )


def _wrapped(pattern: URLPattern) -> URLPattern:
    pattern.callback = _without_cookies(pattern.callback)
    return pattern


@require_GET
def _description(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(api.get_openapi_schema())


urlpatterns = [
    path("openapi.json", _without_cookies(_description), name="openapi-json"),
    *(
        _wrapped(pattern)
        for pattern in api.urls[0]
        if isinstance(pattern, URLPattern) and pattern.name != "api-root"
    ),
    path("", _without_cookies(_nowhere), {"rest": ""}, name="api-root"),
    path("<rest:rest>", _without_cookies(_nowhere), name="nowhere"),
]
