"""What does not fit in a timetable. All of it is advice: nothing here forbids anything.

Times are half-open: what ends at noon and what begins at noon do not meet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: From when until when, the end not included.
Span = tuple[datetime, datetime]


class Kind(StrEnum):
    """What is wrong."""

    ROOM_TAKEN = "room_taken"
    ROOM_CLOSED = "room_closed"
    PERSON_TAKEN = "person_taken"
    PERSON_AWAY = "person_away"
    TEAM_TWICE = "team_twice"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Booking:
    """A session with its place, its time, and who has to be there.

    `pitch` is the team that pitches. People are known by number, those without an account by name.
    """

    session: int
    room: int | None
    starts_at: datetime
    ends_at: datetime
    people: frozenset[int | str] = frozenset()
    pitch: int | None = None

    @property
    def span(self) -> Span:
        """When it is."""
        return self.starts_at, self.ends_at


@dataclass(frozen=True)
class Clash:
    """One thing that does not fit; `other` is the second session of two, `who` the person or None."""

    kind: Kind
    session: int
    other: int | None = None
    who: int | str | None = None


def overlap(first: Span, second: Span) -> bool:
    """Whether the two have a moment in common."""
    return first[0] < second[1] and second[0] < first[1]


def covers(spans: Iterable[Span], wanted: Span) -> bool:
    """Whether all of `wanted` lies within `spans` put together."""
    reached = wanted[0]
    for begins, ends in sorted(spans):
        if begins > reached:
            break
        reached = max(reached, ends)
    return reached >= wanted[1]


def clashes(
    bookings: Sequence[Booking],
    *,
    event: Span,
    rooms: Mapping[int, Sequence[Span]],
    people: Mapping[int | str, Sequence[Span]],
) -> list[Clash]:
    """Return everything that does not fit, each pair of sessions once (the smaller number first).

    Parameters
    ----------
    rooms, people
        When they can be had; one that is missing always can.
    """
    found = [clash for booking in bookings for clash in _alone(booking, event, rooms, people)]
    by_time = sorted(bookings, key=lambda booking: booking.span)
    for at, booking in enumerate(by_time):
        for later in by_time[at + 1 :]:
            if later.starts_at >= booking.ends_at:
                break
            found += _together(booking, later)
    found += _pitched_twice(bookings)
    return sorted(found, key=lambda clash: (clash.session, clash.kind, clash.other or 0, str(clash.who)))


def _alone(
    booking: Booking,
    event: Span,
    rooms: Mapping[int, Sequence[Span]],
    people: Mapping[int | str, Sequence[Span]],
) -> list[Clash]:
    found = []
    if not covers([event], booking.span):
        found.append(Clash(Kind.OUTSIDE, booking.session))
    open_at = None if booking.room is None else rooms.get(booking.room)
    if open_at is not None and not covers(open_at, booking.span):
        found.append(Clash(Kind.ROOM_CLOSED, booking.session))
    for person in booking.people:
        if person in people and not covers(people[person], booking.span):
            found.append(Clash(Kind.PERSON_AWAY, booking.session, who=person))
    return found


def _together(first: Booking, second: Booking) -> list[Clash]:
    if not overlap(first.span, second.span):
        return []
    one, other = sorted((first.session, second.session))
    found = [Clash(Kind.PERSON_TAKEN, one, other, who) for who in first.people & second.people]
    if first.room is not None and first.room == second.room:
        found.append(Clash(Kind.ROOM_TAKEN, one, other))
    return found


def _pitched_twice(bookings: Iterable[Booking]) -> list[Clash]:
    first: dict[int, int] = {}
    found = []
    for booking in sorted(bookings, key=lambda booking: booking.session):
        if booking.pitch is None:
            continue
        if booking.pitch in first:
            found.append(Clash(Kind.TEAM_TWICE, first[booking.pitch], booking.session))
        else:
            first[booking.pitch] = booking.session
    return found
