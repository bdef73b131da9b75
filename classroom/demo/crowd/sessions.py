"""The schedule: pitches in many rooms, talks, breaks; three versions and a draft a little ahead."""

import random
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from classroom.demo.crowd.people import BATCH
from classroom.demo.crowd.teams import Formed
from classroom.models import User
from projects.models import Availability, Hackathon, Room, Schedule, Session, Slot

PITCH = timedelta(minutes=10)
TALK = timedelta(minutes=45)
#: Each day of the event has sessions for so long.
DAY = timedelta(hours=8)
DAYS = 3
#: In a hundred: how many sessions are pitches; how many each later version moves.
PITCHES, MOVED = 90, 4
KINDS = (Session.Kind.TALK, Session.Kind.WORKSHOP, Session.Kind.MENTORS, Session.Kind.SESSION)


@dataclass(frozen=True)
class Entry:
    """Where and when a session is, or will be."""

    session: Session
    room: Room | None
    starts_at: datetime
    length: timedelta


def plan(
    event: Hackathon, formed: list[Formed], count: int, by: User, now: datetime, rng: random.Random
) -> None:
    """Plan `count` sessions in as many rooms as they need, and release them three times."""
    sessions = _sessions(event, formed, count, by, rng)
    entries = _timetable(event, sessions)
    released = event.registration_closes_at
    for version in (1, 2, 3):
        schedule = Schedule.objects.create(
            hackathon=event,
            version=version,
            released_at=released + timedelta(hours=version),
            released_by=by,
            note="The plan." if version == 1 else "Some of it moves.",
        )
        _write(schedule, entries)
        entries = [_moved(entry, rng) for entry in entries]
    _write(Schedule.objects.create(hackathon=event), entries)
    halls = {entry.room.pk: entry.room for entry in entries if entry.room}
    Availability.objects.bulk_create(
        Availability(hackathon=event, room=room, starts_at=event.starts_at, ends_at=event.ends_at)
        for room in halls.values()
    )


def _sessions(
    event: Hackathon, formed: list[Formed], count: int, by: User, rng: random.Random
) -> list[Session]:
    pitching = formed[: count * PITCHES // 100]
    rows = [
        Session(
            hackathon=event,
            uid=_uid(rng),
            kind=Session.Kind.PITCH,
            title=f"Pitch of {one.team.name}",
            track=f"Pitches {number % 4 + 1}",
            team=one.team,
        )
        for number, one in enumerate(pitching)
    ]
    for number in range(count - len(rows)):
        kind = Session.Kind.BREAK if number < DAYS else KINDS[number % len(KINDS)]
        rows.append(
            Session(
                hackathon=event,
                uid=_uid(rng),
                kind=kind,
                title="Lunch" if kind == Session.Kind.BREAK else f"{kind.label} {number}",
                abstract="" if kind == Session.Kind.BREAK else f"What number {number} is *about*.",
                track="" if kind == Session.Kind.BREAK else "Programme",
                speaker_names="" if number % 2 else f"Speaker {number}, Guest {number}",
            )
        )
    sessions = Session.objects.bulk_create(rows, batch_size=BATCH)
    speaker = Session.speakers.through
    speaker.objects.bulk_create(
        speaker(session_id=session.pk, user_id=by.pk)
        for session in sessions
        if session.kind == Session.Kind.WORKSHOP
    )
    return sessions


def _uid(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _timetable(event: Hackathon, sessions: list[Session]) -> list[Entry]:
    """Put one session after another into a room, day by day, and begin a new room when it is full."""
    entries: list[Entry] = []
    rooms: list[Room] = []
    day, at = DAYS, timedelta()
    breaks = [session for session in sessions if session.kind == Session.Kind.BREAK]
    for number, session in enumerate(breaks):
        entries.append(Entry(session, None, _at(event, number, DAY / 2), TALK))
    for session in (one for one in sessions if one.kind != Session.Kind.BREAK):
        length = PITCH if session.kind == Session.Kind.PITCH else TALK
        if at + length > DAY:
            day, at = day + 1, timedelta()
        if day >= DAYS:
            rooms.append(
                Room.objects.create(hackathon=event, name=f"Room {len(rooms) + 1}", position=len(rooms))
            )
            day = 0
        entries.append(Entry(session, rooms[-1], _at(event, day, at), length))
        at += length
    return entries


def _at(event: Hackathon, day: int, after: timedelta) -> datetime:
    return event.starts_at + timedelta(days=day) + after


def _moved(entry: Entry, rng: random.Random) -> Entry:
    if rng.randrange(100) >= MOVED:
        return entry
    return replace(entry, starts_at=entry.starts_at + timedelta(minutes=5))


def _write(schedule: Schedule, entries: list[Entry]) -> None:
    Slot.objects.bulk_create(
        (
            Slot(
                schedule=schedule,
                session=entry.session,
                room=entry.room,
                starts_at=entry.starts_at,
                ends_at=entry.starts_at + entry.length,
            )
            for entry in entries
        ),
        batch_size=BATCH,
    )
