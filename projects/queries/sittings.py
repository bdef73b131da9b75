"""Sessions at their places. Schedules have a thousand: rows come as plain values, in few queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from projects import timetable
from projects.models import Hackathon, Room, Session, Slot


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
class About:
    """What a session is, the same in every version; `people` are the speakers with an account, by number."""

    uid: UUID
    title: str
    kind: str
    kind_name: str
    abstract: str
    track: str
    speakers: tuple[str, ...]
    team: str
    people: dict[int, str] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    team_id: int | None = None


@dataclass(frozen=True)
class Programme:
    """All sessions and rooms of an event, by number; a room is its name and its link."""

    sessions: dict[int, About]
    rooms: dict[int, tuple[str, str]]

    def sitting(self, entry: timetable.Entry, now: datetime | None = None) -> Sitting:
        """Put a session into its place."""
        about = self.sessions[entry.session]
        room_name, room_url = self.rooms.get(entry.room or 0, ("", ""))
        return Sitting(
            session=entry.session,
            uid=about.uid,
            title=about.title,
            kind=about.kind,
            kind_name=about.kind_name,
            abstract=about.abstract,
            track=about.track,
            speakers=about.speakers,
            team=about.team,
            room=entry.room,
            room_name=room_name,
            room_url=room_url,
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            is_now=now is not None and entry.starts_at <= now < entry.ends_at,
            is_past=now is not None and entry.ends_at <= now,
        )


def programme(hackathon: Hackathon) -> Programme:
    """Return what the event's sessions and rooms are; three queries."""
    people: defaultdict[int, dict[int, str]] = defaultdict(dict)
    speaking = Session.speakers.through.objects.filter(session__hackathon=hackathon).select_related("user")
    for row in speaking.order_by("user__name", "user__email"):
        people[row.session_id][row.user_id] = str(row.user)
    kinds = {kind.value: str(kind.label) for kind in Session.Kind}
    sessions = {}
    for pk, uid, title, kind, abstract, track, names, team_id, team in Session.objects.filter(
        hackathon=hackathon
    ).values_list(
        "pk", "uid", "title", "kind", "abstract", "track", "speaker_names", "team_id", "team__name"
    ):
        own, elsewhere = (
            people.get(pk, {}),
            tuple(Session(speaker_names=names).named_speakers if names else ()),
        )
        sessions[pk] = About(
            uid,
            title,
            kind,
            kinds[kind],
            abstract,
            track,
            (*own.values(), *elsewhere),
            team or "",
            own,
            elsewhere,
            team_id,
        )
    rooms = Room.objects.filter(hackathon=hackathon).values_list("pk", "name", "url")
    return Programme(sessions, {pk: (name, url) for pk, name, url in rooms})


def sittings_of(slots: QuerySet[Slot], programme: Programme, *, now: datetime | None = None) -> list[Sitting]:
    """Return slots of the programme's event in the order of time; one query."""
    found = slots.order_by("starts_at", "ends_at", "room__position", "session__title", "pk")
    # A session that somebody has added since the programme was read comes with the next look.
    known = (entry for entry in entries_of(found) if entry.session in programme.sessions)
    return [programme.sitting(entry, now) for entry in known]


def entries_of(slots: QuerySet[Slot]) -> list[timetable.Entry]:
    """Return slots as the timetable's entries; one query."""
    rows = slots.values_list("session_id", "room_id", "starts_at", "ends_at")
    return [timetable.Entry(*row) for row in rows]


def entries_by_version(hackathon: Hackathon) -> dict[int, list[timetable.Entry]]:
    """Return what each released version has, by its row's number; one query."""
    found: defaultdict[int, list[timetable.Entry]] = defaultdict(list)
    slots = Slot.objects.filter(schedule__hackathon=hackathon).exclude(schedule__version=None).order_by()
    for schedule, session, room, starts_at, ends_at in slots.values_list(
        "schedule_id", "session_id", "room_id", "starts_at", "ends_at"
    ):
        found[schedule].append(timetable.Entry(session, room, starts_at, ends_at))
    return found
