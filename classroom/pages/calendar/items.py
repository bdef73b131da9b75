"""What a person's calendar has: sessions of the course, and deadlines as they hold for this person."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom import clock
from classroom.calendars import Item
from classroom.models import Course, ScheduleItem, User
from projects import queries as project_queries
from projects.models import Membership
from quizzes.models import Quiz


def items_of(*, course: Course, user: User, now: datetime) -> list[Item]:
    """Return everything there is to tell; the same number of queries for any number."""
    return [
        *_schedule(course),
        *_quizzes(course, user, now),
        *_challenges(course, user, now),
        *_hackathons(course, user, now),
    ]


def _schedule(course: Course) -> Iterator[Item]:
    page = settings.SITE_URL + reverse("schedule", args=[course.slug])
    items = ScheduleItem.objects.filter(course=course).exclude(kind=ScheduleItem.Kind.BREAK)
    for one in items:
        yield Item(
            key=f"schedule:{one.pk}",
            title=one.title,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            description=one.description,
            place=one.place,
            url=one.url or page,
            category=str(one.get_kind_display()),
        )


def _quizzes(course: Course, user: User, now: datetime) -> Iterator[Item]:
    quizzes = list(Quiz.objects.filter(course=course, published_at__lte=now))
    closing = clock.closing_times(user, quizzes)
    for quiz in quizzes:
        quiz.course = course
        if until := closing[quiz.deadline_key]:
            title = _("Quiz: %(title)s") % {"title": quiz.title}
            yield _deadline(quiz.deadline_key, title, until, quiz.get_absolute_url())


def _challenges(course: Course, user: User, now: datetime) -> Iterator[Item]:
    for card in project_queries.cards_for(user=user, course=course, now=now):
        if card.deadline is not None:
            title = _("Hand in: %(title)s") % {"title": card.title}
            yield _deadline(f"challenge:{card.challenge_id}", title, card.deadline, card.url)


def _hackathons(course: Course, user: User, now: datetime) -> Iterator[Item]:
    mine = Membership.objects.filter(
        user=user, hackathon__course=course, hackathon__published_at__lte=now
    ).select_related("hackathon__course")
    for one in mine:
        event = one.hackathon
        title = _("Projects due: %(event)s") % {"event": event.title}
        url = event.get_absolute_url()
        yield _deadline(f"hackathon:{event.pk}", title, event.submission_closes_at, url)


def _deadline(key: str, title: str, until: datetime, url: str) -> Item:
    return Item(key, title, until, url=settings.SITE_URL + url, category=_("Deadline"))
