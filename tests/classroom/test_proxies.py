import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from classroom.proxies import trusted_proxies


def seen(settings, trusted, **meta):
    """Return address and scheme a view would see."""
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", **meta)
    answer = trusted_proxies(lambda request: HttpResponse(f"{request.META['REMOTE_ADDR']} {request.scheme}"))
    return answer(request).content.decode()


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded_for", "expected"),
    [
        ([], "203.0.113.9", "198.51.100.1", "203.0.113.9 http"),
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.1", "203.0.113.9 http"),
        (["10.0.0.0/8"], "10.0.0.2", "198.51.100.1", "198.51.100.1 https"),
        # What a client writes in front of the proxy's own entry counts for nothing.
        (["10.0.0.0/8"], "10.0.0.2", "192.0.2.66, 198.51.100.1", "198.51.100.1 https"),
        (["10.0.0.0/8"], "10.0.0.2", "198.51.100.1, 10.0.0.3", "198.51.100.1 https"),
        (["unix"], "", "198.51.100.1", "198.51.100.1 https"),
        ([], "", "198.51.100.1", " http"),
        (["2001:db8::/32"], "2001:db8::1", "2001:db8:1::7, 198.51.100.1", "198.51.100.1 https"),
    ],
)
def test_address_and_scheme_come_from_trusted_proxies_only(settings, trusted, peer, forwarded_for, expected):
    headers = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded_for, "HTTP_X_FORWARDED_PROTO": "https"}
    assert seen(settings, trusted, **headers) == expected
