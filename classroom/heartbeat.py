"""When what comes round by itself last did: sweeps, backups, and the throwing away of old data.

Noted in the database, so that every host and every container knows.
"""

from collections.abc import Mapping
from datetime import datetime

from django.core.cache import cache

SWEPT, BACKED_UP, PURGED = "swept-at", "backed-up-at", "purged-at"


def note(what: str = SWEPT, *, now: datetime) -> None:
    """Remember that it came round; a sweep means that beat, Redis and a courier are at work."""
    cache.set(what, now, timeout=None)


def last(what: str = SWEPT) -> datetime | None:
    """Return when it last did; None where it never has."""
    found: datetime | None = cache.get(what)
    return found


def all_known() -> Mapping[str, datetime]:
    """Return all that have come round, by one query."""
    return cache.get_many((SWEPT, BACKED_UP, PURGED))
