"""What is announced, to whom, and who has read it."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from classroom.models import Course, Enrolment, User
from projects.models import EventAnnouncement, Hackathon, Judge, Membership, Project, Registration, Team
from projects.models.announcement import Audience, Reminder
from projects.models.registration import State
from projects.queries.door import taking_part

#: How many the event's page shows, and how long the first page of the course does.
NEWEST = 4
NEWS = timedelta(days=14)


def announcements_for(
    *, hackathon: Hackathon, user: User, is_staff: bool, now: datetime
) -> QuerySet[EventAnnouncement]:
    """Return what the person may read at the event, the pinned first; staff read all of it."""
    shown = EventAnnouncement.objects.shown(now).filter(hackathon=hackathon).select_related("team")
    return (shown if is_staff else shown.addressed_to(user.pk)).with_read(user.pk)


def news_of_events(*, course: Course, user: User, now: datetime) -> list[EventAnnouncement]:
    """Return what was announced to the person lately, at the course's events that are not over."""
    events = EventAnnouncement.objects.shown(now).filter(
        hackathon__course=course,
        hackathon__published_at__lte=now,
        hackathon__ends_at__gt=now,
        published_at__gt=now - NEWS,
    )
    return list(events.addressed_to(user.pk).select_related("hackathon__course")[:3])


def announced(*, hackathon: Hackathon) -> QuerySet[EventAnnouncement]:
    """Return everything that was or will be announced, with how many people have read it as `read`."""
    rows = EventAnnouncement.objects.filter(hackathon=hackathon).select_related("team", "author")
    return rows.annotate(read=Count("readings")).order_by("-pinned", "-published_at", "-pk")


def recipients(*, announcement: EventAnnouncement) -> QuerySet[User]:
    """Return who is written to: for everybody that is who takes part, judges or mentors."""
    event = announcement.hackathon
    judges = Q(pk__in=Judge.objects.filter(hackathon=event, left_at=None).values("user"))
    match announcement.audience:
        case Audience.TEAM:
            found = Q(pk__in=Membership.objects.filter(team=announcement.team_id).values("user"))
        case Audience.JUDGES:
            found = judges
        case Audience.PARTICIPANTS:
            found = taking_part(hackathon=event)
        case _:
            mentors = event.challenges.exclude(mentors=None).values("mentors")
            found = taking_part(hackathon=event) | judges | Q(pk__in=mentors)
    return User.objects.filter(found, is_active=True)


def to_remind(*, hackathon: Hackathon, deadline: str) -> QuerySet[User]:
    """Return who has begun and not handed in: drafts of registrations; teams without a complete project."""
    if deadline == Reminder.Deadline.REGISTRATION:
        drafts = Registration.objects.filter(hackathon=hackathon).in_state(State.DRAFT)
        return _still_there(hackathon, drafts.values("user"))
    complete = Project.objects.registered().filter(
        team__hackathon=hackathon, has_public_repository=True, has_commented_notebook=True, has_video=True
    )
    teams = Team.objects.active().filter(hackathon=hackathon).exclude(pk__in=complete.values("team"))
    return _still_there(hackathon, Membership.objects.filter(team__in=teams).values("user"))


def _still_there(hackathon: Hackathon, people: QuerySet[Any, Any]) -> QuerySet[User]:
    """Keep those who may sign in and have not left the course."""
    left = Enrolment.objects.filter(course=hackathon.course_id, left_at__isnull=False)
    return User.objects.filter(pk__in=people, is_active=True).exclude(pk__in=left.values("user"))
