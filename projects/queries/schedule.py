"""The schedule as people read it: the last version by day and by track, and what changed when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localtime

from classroom.models import Course
from projects import timetable
from projects.models import Hackathon, Room, Schedule, Session, Slot


@dataclass(frozen=True)
class Sitting:
    """A session at its place, seen at one moment."""

    session: int
    uid: UUID
    title: str
    kind: str
    kind_name: str
    abstract: str
    track: str
    speakers: tuple[str, ...]
    team: str
    room: int | None
    room_name: str
    room_url: str
    starts_at: datetime
    ends_at: datetime
    is_now: bool = False
    is_past: bool = False

    @property
    def is_break(self) -> bool:
        """Whether nothing happens."""
        return self.kind == Session.Kind.BREAK


@dataclass(frozen=True)
class ScheduleDay:
    """A day in the reader's zone; `line`: before which sitting the present lies, if that is today."""

    on: date
    sittings: list[Sitting]
    line: int | None = None


@dataclass(frozen=True)
class Track:
    """All that is on one track; `name` is empty for what is on none."""

    name: str
    sittings: list[Sitting]


@dataclass(frozen=True)
class PublicSchedule:
    """The last released version."""

    version: int
    released_at: datetime
    note: str
    sittings: list[Sitting]
    now: datetime

    @cached_property
    def days(self) -> list[ScheduleDay]:
        """By day of the current zone, with the line of the present."""
        return [
            ScheduleDay(on, sittings := list(group), _line(on, sittings, self.now))
            for on, group in groupby(self.sittings, key=lambda sitting: localtime(sitting.starts_at).date())
        ]

    @cached_property
    def tracks(self) -> list[Track]:
        """By track, those without one last, breaks left out."""
        busy = [sitting for sitting in self.sittings if not sitting.is_break]
        names = sorted({sitting.track for sitting in busy}, key=lambda name: (not name, name.casefold()))
        return [Track(name, [sitting for sitting in busy if sitting.track == name]) for name in names]

    @property
    def running(self) -> list[Sitting]:
        """What goes on now."""
        return [sitting for sitting in self.sittings if sitting.is_now]

    @property
    def following(self) -> list[Sitting]:
        """What begins next, all of it that begins at the same time."""
        coming = [sitting for sitting in self.sittings if sitting.starts_at > self.now]
        return [sitting for sitting in coming if sitting.starts_at == coming[0].starts_at]


@dataclass(frozen=True)
class Move:
    """A session that was somewhere else before."""

    before: Sitting
    after: Sitting


@dataclass(frozen=True)
class VersionRow:
    """A released version and what changed with it."""

    pk: int
    version: int
    released_at: datetime
    released_by: str
    note: str
    new: list[Sitting]
    moved: list[Move]
    cancelled: list[Sitting]


def public_schedule(*, hackathon: Hackathon, now: datetime) -> PublicSchedule | None:
    """Return the last released version; None before the first. Three queries for any number of slots."""
    last = Schedule.objects.filter(hackathon=hackathon).exclude(version=None).order_by("-version").first()
    if last is None or last.version is None or last.released_at is None:
        return None
    sittings = sittings_of(Slot.objects.filter(schedule=last), now=now)
    return PublicSchedule(last.version, last.released_at, last.note, sittings, now)


def schedule_state(*, hackathon: Hackathon, now: datetime) -> str:
    """Return what the page's look depends on: the version, and how much of it has begun and is over.

    One cheap query, for pages that ask every minute whether there is news.
    """
    last = (
        Schedule.objects.filter(hackathon=hackathon)
        .exclude(version=None)
        .order_by("-version")
        .annotate(
            begun=Count("slots", filter=Q(slots__starts_at__lte=now)),
            over=Count("slots", filter=Q(slots__ends_at__lte=now)),
        )
        .values_list("version", "begun", "over")
        .first()
    )
    return "-".join(map(str, last)) if last else "0"


def sittings_of(slots: QuerySet[Slot], *, now: datetime | None = None) -> list[Sitting]:
    """Return slots with all there is to say about them, in the order of time; two queries."""
    found = (
        slots.select_related("session__team", "room")
        .prefetch_related("session__speakers")
        .order_by("starts_at", "ends_at", "room__position", "session__title", "pk")
    )
    return [sitting_of(slot.session, slot.room, slot.starts_at, slot.ends_at, now) for slot in found]


def sitting_of(
    session: Session, room: Room | None, starts_at: datetime, ends_at: datetime, now: datetime | None = None
) -> Sitting:
    """Put a session, with its speakers and team at hand, into its place."""
    return Sitting(
        session=session.pk,
        uid=session.uid,
        title=session.title,
        kind=session.kind,
        kind_name=session.get_kind_display(),
        abstract=session.abstract,
        track=session.track,
        speakers=(*(str(user) for user in session.speakers.all()), *session.named_speakers),
        team=session.team.name if session.team else "",
        room=room.pk if room else None,
        room_name=room.name if room else "",
        room_url=room.url if room else "",
        starts_at=starts_at,
        ends_at=ends_at,
        is_now=now is not None and starts_at <= now < ends_at,
        is_past=now is not None and ends_at <= now,
    )


def version_rows(*, hackathon: Hackathon) -> list[VersionRow]:
    """Return all released versions, the last one first, each with what it changed; four queries."""
    versions = list(released_versions(hackathon))
    sessions, rooms = sessions_and_rooms(hackathon)

    def sitting(entry: timetable.Entry) -> Sitting:
        room = rooms[entry.room] if entry.room else None
        return sitting_of(sessions[entry.session], room, entry.starts_at, entry.ends_at)

    rows = []
    before: list[timetable.Entry] = []
    for version in versions:
        changes = timetable.diff(before, entries := entries_of(version.slots.all()))
        rows.append(
            VersionRow(
                pk=version.pk,
                version=version.version or 0,
                released_at=version.released_at,  # type: ignore[arg-type]  # a check constraint says it is there
                released_by=str(version.released_by or ""),
                note=version.note,
                new=[sitting(entry) for entry in changes.new],
                moved=[Move(sitting(old), sitting(new)) for old, new in changes.moved],
                cancelled=[sitting(entry) for entry in changes.cancelled],
            )
        )
        before = entries
    return rows[::-1]


def released_versions(hackathon: Hackathon) -> QuerySet[Schedule]:
    """Return the released versions with their slots at hand, oldest first; two queries."""
    return (
        Schedule.objects.filter(hackathon=hackathon)
        .exclude(version=None)
        .select_related("released_by")
        .prefetch_related("slots")
        .order_by("version")
    )


def sessions_and_rooms(hackathon: Hackathon) -> tuple[dict[int, Session], dict[int, Room]]:
    """Return all sessions, speakers and teams at hand, and all rooms by their numbers; three queries."""
    sessions = Session.objects.filter(hackathon=hackathon).select_related("team")
    return (
        {session.pk: session for session in sessions.prefetch_related("speakers")},
        {room.pk: room for room in Room.objects.filter(hackathon=hackathon)},
    )


def entries_of(slots: Iterable[Slot]) -> list[timetable.Entry]:
    """Return slots as the timetable's entries."""
    return [timetable.Entry(slot.session_id, slot.room_id, slot.starts_at, slot.ends_at) for slot in slots]


def hackathons_with_schedule(*, course: Course, now: datetime) -> list[Hackathon]:
    """Return the course's events that students see and that are not over, with a released schedule."""
    events = Hackathon.objects.filter(
        course=course, published_at__lte=now, ends_at__gt=now, schedules__version=1
    )
    return list(events.select_related("course").order_by("starts_at"))


def _line(on: date, sittings: list[Sitting], now: datetime) -> int | None:
    """Return before which sitting the line of the present belongs."""
    if localtime(now).date() != on:
        return None
    return sum(sitting.starts_at <= now for sitting in sittings)
