"""Who is really asking, when the site stands behind a reverse proxy."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")

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
        if is_trusted(request.META.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            strangers = [hop for hop in hops if hop and not is_trusted(hop)]
            if strangers:
                request.META["REMOTE_ADDR"] = strangers[-1]
        else:
            for header in FORWARDED:
                request.META.pop(header, None)
        return get_response(request)

    return middleware
