"""The last sign of life of the sweep: beat, Redis and a courier together brought it about."""

from datetime import datetime

from django.core.cache import cache

KEY = "swept-at"


def note(*, now: datetime) -> None:
    """Remember that the sweep came round."""
    cache.set(KEY, now, timeout=None)


def last() -> datetime | None:
    """Return when it last did; None where it never has."""
    found: datetime | None = cache.get(KEY)
    return found
