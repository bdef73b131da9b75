"""The one clock, and the one answer to "until when?".

Every deadline is decided by the database's clock, because several web hosts would each have their own idea.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.db import connection
from django.db.models import Q

from classroom.models.people import Accommodation, Extension
from classroom.models.user import User

#: How long (seconds) a reading of the database's clock is carried on by this host's monotonic clock.
READING_SECONDS = 10.0


@dataclass(frozen=True)
class _Reading:
    at: datetime
    ticks: float


_reading = threading.local()


def _ticks() -> float:
    """Seconds that pass evenly, also while the machine sleeps, whatever somebody sets the wall clock to."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def now() -> datetime:
    """Return the database server's time, in UTC.

    PostgreSQL is asked every `READING_SECONDS` at most, and the monotonic clock carries its answer on, so a
    web host whose wall clock is hours off still decides right. SQLite's clock is this machine's.
    Read it once at the start of a request and pass it on: the arrival of a request decides, not its end.
    """
    if connection.vendor == "sqlite":
        return datetime.now(UTC)
    reading: _Reading | None = getattr(_reading, "last", None)
    ticks = _ticks()
    if reading is None or ticks - reading.ticks > READING_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            reading = _Reading(cursor.fetchone()[0].astimezone(UTC), _ticks())
        _reading.last = reading
        ticks = reading.ticks
    return reading.at + timedelta(seconds=ticks - reading.ticks)


class Timed(Protocol):
    """A piece of work with an end: a quiz, an exercise, a hackathon's phase."""

    course_id: int
    closes_at: datetime | None

    @property
    def deadline_key(self) -> str:
        """The work's name in extensions, for example "quiz:12"."""

    @property
    def time_limit(self) -> timedelta | None:
        """How long one attempt may take; None where only `closes_at` counts."""


def effective_deadline(user: User, item: Timed, *, started_at: datetime | None = None) -> datetime | None:
    """Return until when `user` may hand in `item`; None means without end.

    Of several extensions (a person's own and those of their groups) the most generous counts. With
    `started_at` the time limit counts too, multiplied by the person's accommodation and lengthened by extra
    time, and the earlier of the two ends wins. An accommodation lengthens limits; closing dates stay.
    """
    extensions = [
        (until, seconds) for _, until, seconds in _extensions(user, item.course_id, [item.deadline_key])
    ]
    closes_at = item.closes_at
    if closes_at is not None:
        closes_at = max([closes_at, *(until for until, _ in extensions if until)])
    limit = item.time_limit
    if started_at is None or limit is None:
        return closes_at
    multiplier = (
        Accommodation.objects.filter(user=user, course_id=item.course_id)
        .values_list("time_multiplier", flat=True)
        .first()
    )
    return end_of_attempt(
        started_at,
        limit=limit,
        multiplier=float(multiplier or 1),
        extra_seconds=max([0, *(seconds for _, seconds in extensions)]),
        closes_at=closes_at,
    )


def closing_times(user: User, items: Sequence[Timed]) -> dict[str, datetime | None]:
    """Return, by `deadline_key`, until when `user` may hand in each of `items`, all of one course.

    One query for any number; the same answers as `effective_deadline` gives without `started_at`.
    """
    closing = {item.deadline_key: item.closes_at for item in items}
    courses = {item.course_id for item in items}
    if not closing:
        return closing
    for key, until, _ in _extensions(user, courses.pop(), list(closing)):
        planned = closing[key]
        if planned is not None and until is not None:
            closing[key] = max(planned, until)
    return closing


def _extensions(user: User, course_id: int, keys: list[str]) -> list[tuple[str, datetime | None, int]]:
    """Return a person's extensions and their groups': (item, closes at, extra seconds)."""
    mine = Extension.objects.filter(
        Q(user=user) | Q(group__members=user), course_id=course_id, item__in=keys
    ).distinct()
    return list(mine.values_list("item", "closes_at", "extra_seconds"))


def end_of_attempt(
    started_at: datetime,
    *,
    limit: timedelta,
    multiplier: float,
    extra_seconds: int,
    closes_at: datetime | None,
) -> datetime:
    """Return when an attempt begun at `started_at` ends: its lengthened limit, but never after the close."""
    end = started_at + limit * multiplier + timedelta(seconds=extra_seconds)
    return min(end, closes_at) if closes_at else end
