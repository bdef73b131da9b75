"""The doors to a hackathon's schedule and its calendars."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from classroom.access import (
    STAFF,
    Seat,
)
from classroom.models import Enrolment, Role
from projects.access.events import hackathon_to_organise
from projects.access.rows import one_of
from projects.models import (
    Availability,
    CalendarToken,
    Hackathon,
    Room,
    Schedule,
    Session,
)


def schedule_to_edit(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Hackathon]:
    """Return a hackathon whose schedule an instructor edits; times are the event's until the request ends."""
    seat, event = hackathon_to_organise(request, slug, pk)
    timezone.activate(event.course.zone)
    return seat, event


def session_to_edit(request: HttpRequest, slug: str, pk: int, session: int) -> Session:
    """Return a session of a schedule that an instructor edits."""
    _seat, event = schedule_to_edit(request, slug, pk)
    sessions = Session.objects.select_related("hackathon__course", "team")
    return one_of(sessions.filter(hackathon=event, pk=session).first())


def room_to_edit(request: HttpRequest, slug: str, pk: int, room: int) -> Room:
    """Return a room of a schedule that an instructor edits."""
    _seat, event = schedule_to_edit(request, slug, pk)
    return one_of(Room.objects.select_related("hackathon__course").filter(hackathon=event, pk=room).first())


def availability_to_edit(request: HttpRequest, slug: str, pk: int, availability: int) -> Availability:
    """Return what was said of a room's or a person's time, for an instructor."""
    _seat, event = schedule_to_edit(request, slug, pk)
    return one_of(Availability.objects.filter(hackathon=event, pk=availability).first())


def version_to_restore(request: HttpRequest, slug: str, pk: int, version: int) -> tuple[Seat, Schedule]:
    """Return a released version of a schedule that an instructor edits."""
    seat, event = schedule_to_edit(request, slug, pk)
    versions = Schedule.objects.select_related("hackathon__course").filter(hackathon=event, version=version)
    return seat, one_of(versions.first())


def calendar_of(slug: str, pk: int, token: str, *, now: datetime) -> CalendarToken:
    """Return whose calendar a secret address means: calendar programs do not sign in.

    It shuts when the person leaves the course, and shows a student no event that is not published.
    """
    tokens = CalendarToken.objects.select_related("hackathon__course", "user")
    # A number larger than any row's finds nothing as a primary key, while as a foreign key it is an error.
    events = Hackathon.objects.filter(course__slug=slug, pk=pk)
    found = tokens.filter(token=token, hackathon__in=events, user__is_active=True)
    given = one_of(found.first())
    roles = Enrolment.objects.filter(course=given.hackathon.course, user=given.user, left_at=None)
    role = roles.exclude(role=Role.GUEST).values_list("role", flat=True).first()
    if role in STAFF or given.user.is_superuser:
        return given
    published = given.hackathon.published_at
    return one_of(given if role and published and published <= now else None)
