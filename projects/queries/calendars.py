"""What a person's calendars tell: every session that was ever released, as it is now or cancelled."""

from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from classroom.models import User
from projects import timetable
from projects.ical import Appointment
from projects.models import Hackathon, Membership, Room, Session
from projects.queries.schedule import entries_of, released_versions, sessions_and_rooms


class Calendar(StrEnum):
    """Which of a person's calendars: everything, what they have to do with, what their team has."""

    EVENT = "event"
    MINE = "mine"
    TEAM = "team"


def appointments(*, hackathon: Hackathon, which: Calendar, user: User) -> list[Appointment]:
    """Return a calendar's content in the order of time; the same number of queries for any number."""
    versions: list[tuple[datetime, list[timetable.Entry]]] = [
        (version.released_at, entries_of(version.slots.all()))
        for version in released_versions(hackathon)
        if version.released_at
    ]
    sessions, rooms = sessions_and_rooms(hackathon)
    concerned = _concerned(hackathon, which, user)
    page = settings.SITE_URL + reverse("projects:schedule", args=[hackathon.course.slug, hackathon.pk])
    found = sorted(timetable.revisions(versions).items(), key=lambda item: (item[1].entry.starts_at, item[0]))
    return [
        _appointment(sessions[pk], rooms, revision, hackathon, page)
        for pk, revision in found
        if concerned is None or pk in concerned
    ]


def _concerned(hackathon: Hackathon, which: Calendar, user: User) -> set[int] | None:
    """Return which sessions a calendar has; None for all."""
    if which == Calendar.EVENT:
        return None
    team = Membership.objects.filter(hackathon=hackathon, user=user).values("team")
    wanted = Q(team__in=team)
    if which == Calendar.MINE:
        wanted |= Q(speakers=user)
    return set(Session.objects.filter(wanted, hackathon=hackathon).values_list("pk", flat=True))


def _appointment(
    session: Session, rooms: dict[int, Room], revision: timetable.Revision, hackathon: Hackathon, page: str
) -> Appointment:
    entry = revision.entry
    room = rooms[entry.room] if entry.room else None
    speakers = ", ".join([*(str(user) for user in session.speakers.all()), *session.named_speakers])
    told = (session.team.name if session.team else "", speakers, session.abstract, room.url if room else "")
    return Appointment(
        uid=f"{session.uid}@classroom",
        title=session.title,
        description="\n\n".join(filter(None, told)),
        place=", ".join(filter(None, (room.name if room else "", hackathon.venue))),
        url=page,
        categories=(session.track,) if session.track else (),
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        sequence=revision.sequence,
        changed_at=revision.changed_at,
        is_cancelled=revision.is_cancelled,
    )
