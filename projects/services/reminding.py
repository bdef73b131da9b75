"""Reminding of deadlines those who have begun and not handed in, where the organisers have switched it on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classroom import words
from classroom.models import User
from classroom.models.notice import Sort
from classroom.notices import News, language_of, tell, zone_for
from projects.models import Hackathon, Reminder
from projects.queries import announcements as queries

#: How many hours before a deadline.
LEADS = (24, 1)


@dataclass(frozen=True)
class Due:
    """A reminder that is due."""

    hackathon: Hackathon
    deadline: Reminder.Deadline
    due_at: datetime
    hours: int


def send_due(*, now: datetime) -> None:
    """Write the reminders that are due; each deadline's once, a deadline that is moved has its own again."""
    for due in due_reminders(now=now):
        with transaction.atomic():
            reminder, created = Reminder.objects.get_or_create(
                hackathon=due.hackathon,
                deadline=due.deadline,
                due_at=due.due_at,
                hours=due.hours,
                defaults={"sent_at": now},
            )
            if created:
                people = list(queries.to_remind(hackathon=due.hackathon, deadline=due.deadline))
                news = [_news(reminder, user) for user in people]
                tell(sort=Sort.DEADLINE, news=news, now=now, course=due.hackathon.course)
                Reminder.objects.filter(pk=reminder.pk).update(people=len(people))


def due_reminders(*, now: datetime) -> Iterator[Due]:
    """Yield what is due and not sent.

    A reminder is due for half its lead: one that the site slept through is sent late, or, where it would come
    close to the next or to the end, not at all.
    """
    soon = now + timedelta(hours=max(LEADS))
    events = Hackathon.objects.filter(
        Q(registration_closes_at__gt=now, registration_closes_at__lte=soon)
        | Q(submission_closes_at__gt=now, submission_closes_at__lte=soon),
        course__archived_at=None,
        reminds=True,
        published_at__lte=now,
    ).select_related("course")
    for event in events:
        sent = set(event.reminders.values_list("deadline", "due_at", "hours"))
        for deadline, due_at in _deadlines(event):
            for hours in LEADS:
                left = due_at - now
                lead = timedelta(hours=hours)
                if lead / 2 < left <= lead and (deadline, due_at, hours) not in sent:
                    yield Due(event, deadline, due_at, hours)


def _deadlines(event: Hackathon) -> Iterator[tuple[Reminder.Deadline, datetime]]:
    if event.registration_required:
        yield Reminder.Deadline.REGISTRATION, event.registration_closes_at
    yield Reminder.Deadline.SUBMISSION, event.submission_closes_at


def _news(reminder: Reminder, user: User) -> News:
    event = reminder.hackathon
    with translation.override(language_of(user, event.course)):
        when = words.moment(reminder.due_at, zone_for(user, event.course))
        if reminder.deadline == Reminder.Deadline.REGISTRATION:
            page, subject = "projects:register", _("Registration ends soon: %(event)s")
            body = _("You have begun to register and not finished. Registration ends on %(when)s.")
        else:
            page, subject = "projects:project", _("Projects are due soon: %(event)s")
            body = _("Your team's project is not complete yet. Projects are due on %(when)s.")
        return News(
            user=user,
            key=f"reminder:{reminder.pk}",
            title=subject % {"event": event.title},
            body=body % {"when": when},
            page=reverse(page, args=[event.course.slug, event.pk]),
            until=reminder.due_at - timedelta(hours=reminder.hours) / 4,
        )
