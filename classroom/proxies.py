"""Who is really asking, when the site stands behind a reverse proxy."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")
#: What is believed of trusted proxies only; everybody else's is removed.
REMOVED = (*FORWARDED, "HTTP_X_REQUEST_ID")
#: Any of these says that somebody passed the request on, believed or not.
TRACES = (*FORWARDED, "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

View = Callable[[HttpRequest], HttpResponse]


def trusted_proxies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Take address and scheme from `X-Forwarded-*` where a proxy of `TRUSTED_PROXIES` set them.

    From anybody else these headers are removed before any other code can believe them. A server that
    listens on a unix socket reports no peer address; that counts as trusted when `TRUSTED_PROXIES`
    lists `unix`.
    """
    networks = [ip_network(entry) for entry in settings.TRUSTED_PROXIES if entry != "unix"]
    unix = "unix" in settings.TRUSTED_PROXIES

    def is_trusted(address: str) -> bool:
        try:
            peer = ip_address(address)
        except ValueError:
            return unix and not address
        return any(peer in network for network in networks)

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["classroom.forwarded"] = any(header in request.META for header in TRACES)
        if is_trusted(request.META.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            strangers = [hop for hop in hops if hop and not is_trusted(hop)]
            if strangers:
                request.META["REMOTE_ADDR"] = strangers[-1]
        else:
            for header in REMOVED:
                request.META.pop(header, None)
        return get_response(request)

    return middleware


def from_this_machine(request: HttpRequest) -> bool:
    """Tell whether a browser on this very machine asks, directly and under a name of this machine."""
    try:
        local = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    name = urlsplit(f"//{request.get_host()}").hostname
    return local and not request.META["classroom.forwarded"] and name in LOOPBACK_NAMES
