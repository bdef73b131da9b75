"""What a person's calendars tell: every session that was ever released, as it is now or cancelled."""

from enum import StrEnum

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from classroom.ical import Appointment
from classroom.models import User
from projects import timetable
from projects.models import Hackathon, Membership, Schedule, Session
from projects.queries.sittings import Sitting, entries_by_version, programme


class Calendar(StrEnum):
    """Which of a person's calendars: everything, what they have to do with, what their team has."""

    EVENT = "event"
    MINE = "mine"
    TEAM = "team"


def appointments(*, hackathon: Hackathon, which: Calendar, user: User) -> list[Appointment]:
    """Return a calendar's content in the order of time; the same number of queries for any number."""
    released = Schedule.objects.filter(hackathon=hackathon).exclude(version=None).order_by("version")
    entries, told = entries_by_version(hackathon), programme(hackathon)
    versions = [(at, entries[pk]) for pk, at in released.values_list("pk", "released_at") if at]
    concerned = _concerned(hackathon, which, user)
    page = settings.SITE_URL + reverse("projects:schedule", args=[hackathon.course.slug, hackathon.pk])
    found = sorted(timetable.revisions(versions).items(), key=lambda item: (item[1].entry.starts_at, item[0]))
    return [
        _appointment(told.sitting(revision.entry), revision, hackathon, page)
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
    sitting: Sitting, revision: timetable.Revision, hackathon: Hackathon, page: str
) -> Appointment:
    told = (sitting.team, ", ".join(sitting.speakers), sitting.abstract, sitting.room_url)
    return Appointment(
        uid=f"{sitting.uid}@classroom",
        title=sitting.title,
        description="\n\n".join(filter(None, told)),
        place=", ".join(filter(None, (sitting.room_name, hackathon.venue))),
        url=page,
        categories=(sitting.track,) if sitting.track else (),
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        sequence=revision.sequence,
        changed_at=revision.changed_at,
        is_cancelled=revision.is_cancelled,
    )
