"""Addresses for machines: `/health/live`, `/health/ready` and `/metrics`.

They are answered before hosts, cookies and redirects are looked at: a probe asks by IP address, without HTTPS
and without a session.
"""

import hmac
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client.exposition import choose_encoder

from classroom.operating import health, metrics

STATUS = {"ok": 200, "degraded": 200, "failing": 503}


def answer_probes(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer what machines ask, and pass everything else on."""
    doors = {"/health/live": live, "/health/ready": ready, "/metrics": measured}

    def middleware(request: HttpRequest) -> HttpResponse:
        door = doors.get(request.path_info)
        if door is None:
            return get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = door(request)
        response["Cache-Control"] = "no-store"
        return response

    return middleware


def live(_request: HttpRequest) -> HttpResponse:
    """Tell that the process answers; where this fails, a restart helps."""
    return JsonResponse({"status": "ok"})


def ready(_request: HttpRequest) -> HttpResponse:
    """Tell whether people should be sent here; where this fails, waiting helps and a restart does not."""
    found = health.readiness()
    return JsonResponse({"status": found.state, "checks": found.parts}, status=STATUS[found.state])


def measured(request: HttpRequest) -> HttpResponse:
    """Tell Prometheus the numbers; for anybody else there is nothing here."""
    if not may_measure(request):
        return HttpResponse("Not found.\n", status=404, content_type="text/plain")
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(metrics.registry()), content_type=content_type)


def may_measure(request: HttpRequest) -> bool:
    """Tell whether somebody with `METRICS_TOKEN`, or straight from one of `METRICS_NETWORKS`, asks."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    if request.META["classroom.forwarded"]:  # through a proxy: it stands in our network, its visitors do not
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ip_network(network) for network in settings.METRICS_NETWORKS)
