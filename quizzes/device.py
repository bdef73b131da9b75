"""Which device a request comes from: enough to notice another one, not enough to follow anybody."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

#: In this order, since every browser claims to be several others.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Device:
    """An address and a browser. `fingerprint` is their keyed hash; `address` is the network only."""

    fingerprint: str
    address: str
    browser: str

    @property
    def detail(self) -> dict[str, str]:
        """What the log of an attempt keeps."""
        return {"address": self.address, "browser": self.browser}


def device_of(request: HttpRequest) -> Device:
    """Return the device that asks."""
    address, agent = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_USER_AGENT", "")[:500]
    return Device(
        fingerprint=salted_hmac("quizzes.device", f"{address}\n{agent}", algorithm="sha256").hexdigest(),
        address=network_of(address),
        browser=" ".join(filter(None, (_named(BROWSERS, agent), _named(SYSTEMS, agent)))),
    )


def network_of(address: str) -> str:
    """Return the network an address is in: of IPv4 the first three bytes, of IPv6 the first 48 bits."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if version == 4 else 48}", strict=False))


def _named(names: dict[str, str], agent: str) -> str:
    return next((name for sign, name in names.items() if sign in agent), "")
