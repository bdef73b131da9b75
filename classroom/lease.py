"""Claim a row for a while: the database is the queue.

A worker that dies leaves a lease that lapses; the next claim bumps `run`, and whatever the dead worker might
still write is refused because its run no longer matches.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import F, Q, QuerySet

from classroom.models.leased import Leased

RowT = TypeVar("RowT", bound=Leased)


def available(now: datetime) -> Q:
    """Select the rows that nobody holds at `now`."""
    return Q(leased_until__isnull=True) | Q(leased_until__lte=now)


def claim(rows: "QuerySet[RowT]", *, pk: int, now: datetime, lease: timedelta) -> int | None:
    """Claim one of `rows` and return its new run number; None when somebody holds it or it is not there.

    `rows` carries the caller's own condition (for example "not graded yet"); the claim is one conditional
    update, so of many workers exactly one wins.

    Raises
    ------
    ValueError
        `rows` joins another table. The update would become "WHERE id IN (SELECT ...)", whose inner part
        PostgreSQL does not look at again after waiting for another worker; both would win. Use `Exists`.
    """
    free = rows.filter(available(now), pk=pk)
    if sum(count > 0 for count in free.query.alias_refcount.values()) > 1:
        raise ValueError(f"A claim of {rows.model.__name__} must not join: use Exists for other tables.")
    run: int | None = free.values_list("run", flat=True).first()
    if run is None or not free.filter(run=run).update(run=F("run") + 1, leased_until=now + lease):
        return None
    return run + 1
