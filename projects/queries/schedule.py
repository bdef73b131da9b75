"""The schedule as people read it: the last version by day and by track, and what changed when."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby

from django.db.models import Count, Q
from django.utils.timezone import localtime

from classroom.models import Course
from projects import timetable
from projects.models import Hackathon, Schedule, Slot
from projects.queries.sittings import Sitting, entries_by_version, programme, sittings_of

#: A schedule with more sittings is shown a day, or a track, at a time.
LONG = 200
#: So many new, moved and cancelled sittings of one version are listed each.
LISTED = 100


@dataclass(frozen=True)
class ScheduleDay:
    """A day in the reader's zone; `line`: before which sitting the present lies, if that is today."""

    on: date
    sittings: list[Sitting]
    line: int | None = None

    @property
    def key(self) -> str:
        """The day's name in addresses."""
        return self.on.isoformat()


@dataclass(frozen=True)
class Track:
    """All that is on one track; `name` is empty for what is on none."""

    name: str
    sittings: list[Sitting]

    @property
    def key(self) -> str:
        """The track's name in addresses."""
        return self.name


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
    def is_long(self) -> bool:
        """Whether there is too much for one page."""
        return len(self.sittings) > LONG

    def part(self, wanted: str, *, by_track: bool) -> str:
        """Return which day or track of a long schedule is shown: the wanted one, else what is on now."""
        sections: list[ScheduleDay] | list[Track] = self.tracks if by_track else self.days
        keys = [section.key for section in sections]
        if wanted in keys:
            return wanted
        today = localtime(self.now).date().isoformat()
        coming = [key for key in keys if by_track or key >= today]
        return next(iter(coming or keys), "")

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
    unlisted: int


def public_schedule(*, hackathon: Hackathon, now: datetime) -> PublicSchedule | None:
    """Return the last released version; None before the first. Five queries for any number of slots."""
    last = Schedule.objects.filter(hackathon=hackathon).exclude(version=None).order_by("-version").first()
    if last is None or last.version is None or last.released_at is None:
        return None
    sittings = sittings_of(Slot.objects.filter(schedule=last), programme(hackathon), now=now)
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


def version_rows(*, hackathon: Hackathon) -> list[VersionRow]:
    """Return all released versions, the last one first, each with what it changed; five queries.

    Of what is very much, such as everything that is new in the first version, the first part is listed.
    """
    versions = Schedule.objects.filter(hackathon=hackathon).exclude(version=None)
    entries, told = entries_by_version(hackathon), programme(hackathon)
    rows = []
    before: list[timetable.Entry] = []
    for version in versions.select_related("released_by").order_by("version"):
        changes = timetable.diff(before, after := entries[version.pk])
        rows.append(
            VersionRow(
                pk=version.pk,
                version=version.version or 0,
                released_at=version.released_at,  # type: ignore[arg-type]  # a check constraint says it is there
                released_by=str(version.released_by or ""),
                note=version.note,
                new=[told.sitting(entry) for entry in changes.new[:LISTED]],
                moved=[Move(told.sitting(old), told.sitting(new)) for old, new in changes.moved[:LISTED]],
                cancelled=[told.sitting(entry) for entry in changes.cancelled[:LISTED]],
                unlisted=sum(
                    max(0, len(kind) - LISTED) for kind in (changes.new, changes.moved, changes.cancelled)
                ),
            )
        )
        before = after
    return rows[::-1]


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
