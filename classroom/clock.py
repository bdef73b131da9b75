"""The one clock, and the one answer to "until when?".

Every deadline is decided by the database's clock, because several web hosts would each have their own idea.
"""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.db import connection
from django.db.models import CharField, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from classroom.models.people import Accommodation, Enrolment, Extension
from classroom.models.user import User
from classroom.prepared import ID, Given, Rows

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


class Closing(Protocol):
    """Something that closes, for some later than for others."""

    @property
    def closes_at(self) -> datetime | None:
        """When it does for those without an extension; None where it never does."""

    @property
    def deadline_key(self) -> str:
        """The work's name in extensions, for example "quiz:12"."""


class Timed(Closing, Protocol):
    """A piece of work with an end: a quiz, an exercise, a hackathon's phase."""

    course_id: int

    @property
    def time_limit(self) -> timedelta | None:
        """How long one attempt may take; None where only `closes_at` counts."""


@dataclass(frozen=True)
class Grant:
    """What one extension gives, or an accommodation; `grantee`: the person, or one of their groups."""

    grantee: str
    closes_at: datetime | None = None
    extra_seconds: int = 0
    multiplier: float = 1.0


@dataclass(frozen=True)
class Allowance:
    """How much longer than others a person may take for one piece of work."""

    closes_at: datetime | None = None
    extra_seconds: int = 0
    multiplier: float = 1.0

    def close_of(self, item: Timed) -> datetime | None:
        """Return when `item` closes for this person; None where it never does."""
        if item.closes_at is None or self.closes_at is None:
            return item.closes_at
        return max(item.closes_at, self.closes_at)

    def deadline(self, item: Timed, started_at: datetime, *, credited_seconds: int = 0) -> datetime | None:
        """Return when an attempt at `item` ends whose time runs from `started_at`.

        `credited_seconds` were given back to this one attempt, for example after an outage.
        """
        closes_at, limit = self.close_of(item), item.time_limit
        if limit is None:
            return closes_at
        return end_of_attempt(
            started_at,
            limit=limit,
            multiplier=self.multiplier,
            extra_seconds=self.extra_seconds + credited_seconds,
            closes_at=closes_at,
        )


def combined(grants: Iterable[Grant]) -> Allowance:
    """Return what several grants come to, in whatever order they were given; none ever takes time away.

    Seconds given to the same grantee add up, and of several grantees (the person, each group) the most
    generous sum counts. Of the multipliers the largest counts, and of the closing dates the latest.
    """
    seconds: Counter[str] = Counter()
    closings, multipliers = [], [1.0]
    for grant in grants:
        seconds[grant.grantee] += grant.extra_seconds
        multipliers.append(grant.multiplier)
        if grant.closes_at is not None:
            closings.append(grant.closes_at)
    return Allowance(
        closes_at=max(closings, default=None),
        extra_seconds=max(seconds.values(), default=0),
        multiplier=max(multipliers),
    )


def effective_deadline(user: User, item: Timed, *, started_at: datetime | None = None) -> datetime | None:
    """Return until when `user` may hand in `item`; None means without end.

    Extensions given to the person and to their groups count as `combined` says. With `started_at` the time
    limit counts too, multiplied by the larger of accommodation and extensions, lengthened by extra seconds,
    and the earlier of the two ends wins. An accommodation lengthens limits; closing dates stay.
    """
    if started_at is None or item.time_limit is None:
        return combined(_extensions([user.pk], item.course_id, [item.deadline_key])[user.pk]).close_of(item)
    return allowances([user.pk], item)[user.pk].deadline(item, started_at)


def allowances(users: Collection[int], item: Timed) -> dict[int, Allowance]:
    """Return by person what extensions and accommodations come to for `item`; two queries for any number."""
    grants = _extensions(users, item.course_id, [item.deadline_key])
    accommodations: Iterable[Accommodation]
    if len(users) == 1:
        accommodations = _OWN_ACCOMMODATION(user=next(iter(users)), course=item.course_id)
    else:
        accommodations = Accommodation.objects.filter(user__in=users, course_id=item.course_id)
    for each in accommodations:
        grants[each.user_id].append(Grant("accommodation", multiplier=float(each.time_multiplier)))
    return {user: combined(grants[user]) for user in users}


def closing_times(user: User, items: Sequence[Timed]) -> dict[str, datetime | None]:
    """Return, by `deadline_key`, until when `user` may hand in each of `items`, all of one course.

    One query for any number; the same answers as `effective_deadline` gives without `started_at`.
    """
    closing = {item.deadline_key: item.closes_at for item in items}
    courses = {item.course_id for item in items}
    if not closing:
        return closing
    for _, key, grant in _rows([user.pk], courses.pop(), list(closing)):
        planned = closing[key]
        if planned is not None and grant.closes_at is not None:
            closing[key] = max(planned, grant.closes_at)
    return closing


def ends_of(user: User, begun: Sequence[tuple[Timed, datetime]]) -> dict[str, datetime | None]:
    """Return, by `deadline_key`, when attempts at these works end whose time runs from these moments.

    All of one course; two queries for any number, and the same answers as `effective_deadline`.
    """
    if not begun:
        return {}
    course_id = begun[0][0].course_id
    grants: dict[str, list[Grant]] = {item.deadline_key: [] for item, _ in begun}
    for _, key, grant in _rows([user.pk], course_id, list(grants)):
        grants[key].append(grant)
    multipliers = Accommodation.objects.filter(user=user, course_id=course_id)
    always = [
        Grant("accommodation", multiplier=float(multiplier))
        for multiplier in multipliers.values_list("time_multiplier", flat=True)
    ]
    return {
        item.deadline_key: combined([*grants[item.deadline_key], *always]).deadline(item, started_at)
        for item, started_at in begun
    }


def later_closings(items: Sequence[Closing]) -> dict[str, dict[int, datetime]]:
    """Return, by `deadline_key`, who of those who take part has a later closing date, and which.

    One query for any number; only works somebody has a later date for are in it.
    """
    planned = {item.deadline_key: item.closes_at for item in items}
    taking_part = Enrolment.objects.filter(course=OuterRef("course"), user=OuterRef("who"), left_at=None)
    rows = _with_grantees(Extension.objects.filter(item__in=list(planned)).exclude(closes_at=None))
    found: dict[str, dict[int, datetime]] = {}
    for row in rows.filter(Exists(taking_part)):
        usual = planned[row.item]
        if usual is not None and row.closes_at > usual:
            people = found.setdefault(row.item, {})
            people[row.who] = max(row.closes_at, people.get(row.who, row.closes_at))
    return found


def last_closing(item: Timed) -> datetime | None:
    """Return when `item` has closed for everybody, extensions included; None where it never does."""
    later = later_closings([item]).get(item.deadline_key, {})
    return max(later.values(), default=item.closes_at)


def _extensions(users: Collection[int], course_id: int, keys: list[str]) -> dict[int, list[Grant]]:
    grants: dict[int, list[Grant]] = {user: [] for user in users}
    for user, _, grant in _rows(users, course_id, keys):
        grants[user].append(grant)
    return grants


def _rows(users: Collection[int], course_id: int, keys: list[str]) -> list[tuple[int, str, Grant]]:
    """Return (person, piece of work, grant) for every extension, those of the persons' groups included."""
    rows: Iterable[Any]
    if len(users) == len(keys) == 1:  # one person starts one quiz
        rows = _OWN_EXTENSIONS(user=next(iter(users)), course=course_id, item=keys[0])
    else:
        rows = _with_grantees(Extension.objects.filter(course_id=course_id, item__in=keys)).filter(
            who__in=users
        )
    return [
        (
            row.who,
            row.item,
            Grant(
                f"group:{row.group_id}" if row.group_id else "person",
                row.closes_at,
                row.extra_seconds,
                float(row.time_multiplier),
            ),
        )
        for row in rows
    ]


def _with_grantees(extensions: "QuerySet[Extension]") -> "QuerySet[Any]":
    return extensions.annotate(who=Coalesce("user_id", F("group__members")))


_OWN_EXTENSIONS = Rows(
    lambda: _with_grantees(
        Extension.objects.filter(course_id=Given("course", ID), item=Given("item", CharField()))
    ).filter(who=Given("user", ID))
)
_OWN_ACCOMMODATION = Rows(
    lambda: Accommodation.objects.filter(user=Given("user", ID), course=Given("course", ID))
)


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
