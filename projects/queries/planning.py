"""The draft as organisers edit it: a day as a grid of rooms and times, what waits, and what clashes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from projects import clashes, timetable
from projects.models import Availability, Hackathon, Membership, Room, Schedule, Session, Slot
from projects.queries.sittings import Programme, Sitting, entries_of, programme, sittings_of

#: The grid's rows are so far apart, and the arrow keys move by it.
STEP = timedelta(minutes=15)
#: A day's grid shows these hours at least, but on the first and last day only those of the event.
FIRST_HOUR, LAST_HOUR = time(8), time(20)


@dataclass(frozen=True)
class Cell:
    """What begins within one step in one room (None: everywhere)."""

    room: Room | None
    at: datetime
    sittings: list[Sitting]


@dataclass(frozen=True)
class Row:
    """One step of time; `at` is in the event's zone."""

    at: datetime
    is_hour: bool
    cells: list[Cell]


@dataclass(frozen=True)
class ClashRow:
    """A clash, with names for its numbers."""

    kind: str
    session: Sitting
    other: Sitting | None
    who: str


@dataclass(frozen=True)
class Plan:
    """Everything the editor shows of one day."""

    day: date
    days: list[date]
    rooms: list[Room]
    rows: list[Row]
    waiting: list[Session]
    clashes: list[ClashRow]
    unreleased: timetable.Changes
    next_version: int

    @cached_property
    def clashing(self) -> set[int]:
        """The sessions with a clash."""
        both = [row.other for row in self.clashes if row.other] + [row.session for row in self.clashes]
        return {sitting.session for sitting in both}


def plan(*, hackathon: Hackathon, day: date | None) -> Plan:
    """Return the draft on one day (else the first) of the event's zone; the same queries for any length."""
    zone = hackathon.course.zone
    told = programme(hackathon)
    drafted = Slot.objects.filter(schedule__hackathon=hackathon, schedule__version=None)
    sittings = sittings_of(drafted, told)
    rooms = list(Room.objects.filter(hackathon=hackathon))
    days = _days(hackathon, sittings, zone)
    shown = day if day in days else days[0]
    of_day = [sitting for sitting in sittings if sitting.starts_at.astimezone(zone).date() == shown]
    sessions = Session.objects.filter(hackathon=hackathon).exclude(pk__in=drafted.values("session"))
    last = Schedule.objects.filter(hackathon=hackathon).exclude(version=None).order_by("-version").first()
    draft = [timetable.Entry(each.session, each.room, each.starts_at, each.ends_at) for each in sittings]
    return Plan(
        day=shown,
        days=days,
        rooms=rooms,
        rows=_rows(steps(hackathon, shown, of_day), [None, *rooms], of_day),
        waiting=list(sessions),
        clashes=clash_rows(hackathon, sittings, told),
        unreleased=timetable.diff(entries_of(last.slots.all()) if last else [], draft),
        next_version=(last.version or 0) + 1 if last else 1,
    )


def steps(hackathon: Hackathon, day: date, sittings: list[Sitting]) -> list[datetime]:
    """Return when the rows of a day begin, in the event's zone.

    They are evenly apart in real time, so a night in which the clocks change has an hour more or less.
    """
    zone = hackathon.course.zone
    first = datetime.combine(day, FIRST_HOUR, zone)
    last = datetime.combine(day, LAST_HOUR, zone)
    starts_at, ends_at = hackathon.starts_at.astimezone(zone), hackathon.ends_at.astimezone(zone)
    first = starts_at.replace(minute=0, second=0, microsecond=0) if starts_at.date() == day else first
    last = ends_at if ends_at.date() == day else last
    # In UTC, because times of one zone are compared by their hands, not by their moments.
    begins = min([first.astimezone(UTC), *(sitting.starts_at for sitting in sittings)])
    # To the end of what begins here, but not into the next day.
    tomorrow = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    ends = max([last.astimezone(UTC), *(min(sitting.ends_at, tomorrow) for sitting in sittings)])
    midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
    begins -= (begins - midnight) % STEP
    count = max(1, -((begins - ends) // STEP))
    return [(begins + number * STEP).astimezone(zone) for number in range(count)]


def clash_rows(hackathon: Hackathon, sittings: list[Sitting], told: Programme) -> list[ClashRow]:
    """Return what does not fit in the draft."""
    by_session = {sitting.session: sitting for sitting in sittings}
    people, names = people_of_sessions(hackathon, told)
    pitches = {pk: about.team_id for pk, about in told.sessions.items() if about.kind == Session.Kind.PITCH}
    rooms, present = availabilities_of(hackathon)
    found = clashes.clashes(
        [
            clashes.Booking(
                each.session,
                each.room,
                each.starts_at,
                each.ends_at,
                frozenset(people[each.session]),
                pitches.get(each.session),
            )
            for each in sittings
        ],
        event=(hackathon.starts_at, hackathon.ends_at),
        rooms=rooms,
        people=present,
    )
    return [
        ClashRow(
            clash.kind,
            by_session[clash.session],
            by_session[clash.other] if clash.other else None,
            names[clash.who] if clash.who is not None else "",
        )
        for clash in found
    ]


def availabilities_of(
    hackathon: Hackathon,
) -> tuple[dict[int, list[clashes.Span]], dict[int | str, list[clashes.Span]]]:
    """Return when rooms and people can be had, of those for whom it was said."""
    rooms: defaultdict[int, list[clashes.Span]] = defaultdict(list)
    people: defaultdict[int | str, list[clashes.Span]] = defaultdict(list)
    for said in Availability.objects.filter(hackathon=hackathon):
        if said.room_id:
            rooms[said.room_id].append((said.starts_at, said.ends_at))
        elif said.user_id:
            people[said.user_id].append((said.starts_at, said.ends_at))
    return dict(rooms), dict(people)


def people_of_sessions(
    hackathon: Hackathon, told: Programme
) -> tuple[defaultdict[int, set[int | str]], dict[int | str, str]]:
    """Return who has to be at each session, speakers and members of its team, and what they are called."""
    people: defaultdict[int, set[int | str]] = defaultdict(set)
    names: dict[int | str, str] = {}
    of_team: defaultdict[int, list[int]] = defaultdict(list)
    for pk, about in told.sessions.items():
        called: dict[int | str, str] = {name.casefold(): name for name in about.elsewhere}
        called.update(about.people.items())
        people[pk] |= called.keys()
        names |= called
        if about.team_id:
            of_team[about.team_id].append(pk)
    members = Membership.objects.filter(hackathon=hackathon)
    for team, user, name, email in members.values_list("team_id", "user_id", "user__name", "user__email"):
        for pk in of_team.get(team, ()):
            people[pk].add(user)
            names[user] = name or email
    return people, names


def _days(hackathon: Hackathon, sittings: list[Sitting], zone: ZoneInfo) -> list[date]:
    """Return the event's days and those on which the draft has something."""
    first = hackathon.starts_at.astimezone(zone).date()
    last = (hackathon.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    event = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    return sorted(event | {sitting.starts_at.astimezone(zone).date() for sitting in sittings})


def _rows(times: list[datetime], rooms: list[Room | None], sittings: list[Sitting]) -> list[Row]:
    cells: defaultdict[tuple[int, int | None], list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        at = max(0, (sitting.starts_at - times[0].astimezone(UTC)) // STEP)
        cells[at, sitting.room].append(sitting)
    return [
        Row(
            at,
            at.minute == 0,
            [Cell(room, at, cells[number, room.pk if room else None]) for room in rooms],
        )
        for number, at in enumerate(times)
    ]
