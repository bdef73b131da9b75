"""How often somebody may be wrong, or ask: failures are counted, or all there is.

Counted in Redis, for all processes together, so that a flood of guesses writes nothing to the database while
a class saves its answers there. While Redis is away each process counts for itself: a limit never stops the
site, and is that many times as high for a while.
"""

import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest

from classroom import counters
from classroom.counters import Count

#: How many keys a process remembers by itself; a flood from more of them drops the oldest.
MOST_KEYS = 10_000
#: What one household or lab gets of the newer internet: its hosts change their addresses within it.
IPV6_PREFIX = 64


class Limit:
    """Something that may happen `most` times in `seconds`, by key; `name` is its own among all limits."""

    def __init__(self, name: str, most: int, *, seconds: float) -> None:
        self.name = name
        self.most = most
        self.seconds = seconds
        self._lock = threading.Lock()
        self._alone: OrderedDict[str, tuple[int, float]] = OrderedDict()  # count, and when it began

    def is_used_up(self, key: str) -> bool:
        """Whether this key has had all its times for now."""
        name = f"{self.name}:{key}"
        try:
            return counters.read(name) >= self.most
        except counters.Away:
            with self._lock:
                return self._counted_alone(name)[0] >= self.most

    def add(self, key: str) -> Count:
        """Count once more; return how often it was, and for how long that counts."""
        name = f"{self.name}:{key}"
        try:
            return counters.add(name, seconds=self.seconds)
        except counters.Away:
            return self._add_alone(name)

    def _add_alone(self, name: str) -> Count:
        with self._lock:
            times, began = self._counted_alone(name)
            self._alone[name] = (times + 1, began)
            if len(self._alone) > MOST_KEYS:
                self._alone.popitem(last=False)
        return Count(times + 1, began + self.seconds - time.monotonic())

    def _counted_alone(self, name: str) -> tuple[int, float]:
        now = time.monotonic()
        times, began = self._alone.get(name, (0, now))
        return (times, began) if now - began < self.seconds else (0, now)


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
