"""How often somebody may be wrong: failures are counted, what succeeds never is.

Counted in this process's memory, so that a flood of guesses writes nothing to the database while a class
saves its answers there. With several processes the limit is that many times as high; a restart forgets.
"""

import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest

#: How many addresses are remembered; a flood from more of them drops the oldest.
MOST_KEYS = 10_000
#: What one household or lab gets of the newer internet: its hosts change their addresses within it.
IPV6_PREFIX = 64


class Failures:
    """Wrong tries by key, at most `most` of them in `seconds`."""

    def __init__(self, most: int, *, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()  # count, and when it began

    def too_many(self, key: str) -> bool:
        """Whether this key has used up its tries for now."""
        with self._lock:
            return self._count(key)[0] >= self.most

    def add(self, key: str) -> None:
        """Count a wrong try."""
        with self._lock:
            count, began = self._count(key)
            self._counts[key] = (count + 1, began)
            if len(self._counts) > MOST_KEYS:
                self._counts.popitem(last=False)

    def _count(self, key: str) -> tuple[int, float]:
        now = time.monotonic()
        count, began = self._counts.get(key, (0, now))
        return (count, began) if now - began < self.seconds else (0, now)


def network_of(request: HttpRequest) -> str:
    """Return the asking address; of an IPv6 address the part that a provider gives to one customer."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        parsed = ip_address(address)
    except ValueError:  # a unix socket has none
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)


class Rate(Failures):
    """Requests by key, at most `most` of them in `seconds`: here what succeeds counts, too."""

    def take(self, key: str) -> float:
        """Count one request and return 0; after too many return in how many seconds to ask again."""
        if not self.too_many(key):
            self.add(key)
            return 0.0
        with self._lock:
            _, began = self._count(key)
        return max(1.0, began + self.seconds - time.monotonic())
