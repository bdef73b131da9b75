"""Weeks and their topics: written by several people, in an order, at dates that stay where they are."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from classroom import audit, ordering
from classroom.errors import Refused
from classroom.models import Course, Reference, ScheduleItem, Topic, User, Week

#: As the database's check of forms says, too.
MOST_WEEKS = 60
MOST_TOPICS = 30
WEEK_FIELDS = (
    "title",
    "goals",
    "for_next_week",
    "starts_at",
    "released_at",
    "video_call_url",
    "recording_url",
)

Page = TypeVar("Page", Week, Topic)


class ChangedMeanwhile(Refused):
    """Somebody else saved the same page while this one was written; saving again replaces theirs."""


def fingerprint(page: Week | Topic) -> str:
    """Return a name for what a week or topic says now, to notice that somebody else changes it."""
    if isinstance(page, Week):
        said: Any = [getattr(page, field) for field in WEEK_FIELDS]
    else:
        references = page.references.values_list("number", "citation", "url") if page.pk else []
        said = [page.title, page.body, list(references)]
    return sha256(json.dumps(said, cls=DjangoJSONEncoder).encode()).hexdigest()[:20]


def next_week(course: Course) -> Week:
    """Return a new week, not saved, a calendar week after the last one: at the same time on the clock."""
    last = course.weeks.order_by("number").last()
    week = Week(course=course, number=last.number + 1 if last else 1)
    if last:
        wall = last.starts_at.astimezone(course.zone).replace(tzinfo=None) + timedelta(weeks=1)
        week.starts_at = wall.replace(tzinfo=course.zone)
    return week


def add_week(*, week: Week, by: User, now: datetime) -> Week:
    """Add a week after the last one.

    Raises
    ------
    Refused
        The course has as many weeks as one can have.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=week.course_id)
        last = Week.objects.filter(course=week.course_id).aggregate(last=Max("number"))["last"] or 0
        if last >= MOST_WEEKS:
            raise Refused(_("A course has %(count)d weeks at most.") % {"count": MOST_WEEKS})
        week.number = last + 1
        week.save(force_insert=True)
        _log(week, by, "week.added", now)
    return week


def change_week(*, week: Week, fields: Mapping[str, object], seen: str, by: User, now: datetime) -> None:
    """Change what a week says.

    Parameters
    ----------
    seen
        The `fingerprint` of what the writer began with.

    Raises
    ------
    ChangedMeanwhile
        It says something else by now; nothing is changed.
    """
    with transaction.atomic():
        fresh = _unchanged(Week.objects.select_for_update().get(pk=week.pk), seen)
        for field in WEEK_FIELDS:
            setattr(fresh, field, fields[field])
        fresh.save(update_fields=WEEK_FIELDS)
        _log(week, by, "week.changed", now)


def move_week(*, week: Week, step: int, by: User, now: datetime) -> None:
    """Exchange a week with its neighbour: up (-1) or down (1).

    Numbers, dates and the sessions in them stay where they are in the term; what the two are about, their
    homework and whether students see them change places.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=week.course_id)
        moved = ordering.swap(Week.objects.filter(course=week.course_id), "number", week.pk, step)
        if moved is None:
            return
        first, second = moved[0].pk, moved[1].pk
        dates = dict(Week.objects.filter(pk__in=(first, second)).values_list("pk", "starts_at"))
        sessions = {
            pk: list(ScheduleItem.objects.filter(week=pk).values_list("pk", flat=True)) for pk in dates
        }
        for pk, other in ((first, second), (second, first)):
            Week.objects.filter(pk=pk).update(starts_at=dates[other])
            ScheduleItem.objects.filter(pk__in=sessions[other]).update(week=pk)
        _log(week, by, "week.moved", now)


def remove_week(*, week: Week, by: User, now: datetime) -> None:
    """Delete a week with its topics and materials; quizzes, challenges and sessions stay in the course."""
    with transaction.atomic():
        _log(week, by, "week.removed", now)
        Week.objects.filter(pk=week.pk).delete()


def save_topic(*, topic: Topic, references: Sequence[Reference], seen: str, by: User, now: datetime) -> Topic:
    """Add a topic at the end of its week, or change one that is there, with its whole bibliography.

    Raises
    ------
    ChangedMeanwhile
        It says something else by now; nothing is changed.
    Refused
        The week has as many topics as one can have.
    """
    with transaction.atomic():
        Week.objects.select_for_update().get(pk=topic.week_id)
        if topic.pk is None:
            have = Topic.objects.filter(week=topic.week_id)
            if have.count() >= MOST_TOPICS:
                raise Refused(_("A week has %(count)d topics at most.") % {"count": MOST_TOPICS})
            topic.position = (have.aggregate(last=Max("position"))["last"] or 0) + 1
            topic.save(force_insert=True)
        else:
            _unchanged(Topic.objects.get(pk=topic.pk), seen)
            topic.save(update_fields=["title", "body"])
        topic.references.all().delete()
        for reference in references:
            reference.topic = topic
        Reference.objects.bulk_create(references)
        _log(topic.week, by, "topic.saved", now)
    return topic


def move_topic(*, topic: Topic, step: int) -> None:
    """Move a topic one place up (-1) or down (1) in its week."""
    with transaction.atomic():
        Week.objects.select_for_update().get(pk=topic.week_id)
        ordering.swap(Topic.objects.filter(week=topic.week_id), "position", topic.pk, step)


def remove_topic(*, topic: Topic, by: User, now: datetime) -> None:
    """Delete a topic with its bibliography."""
    with transaction.atomic():
        _log(topic.week, by, "topic.removed", now)
        Topic.objects.filter(pk=topic.pk).delete()


def _unchanged(page: Page, seen: str) -> Page:
    if fingerprint(page) != seen:
        raise ChangedMeanwhile(
            _(
                "Somebody saved this page while you wrote. Your text is below: compare it with the page, "
                "then save again to replace theirs."
            )
        )
    return page


def _log(week: Week, by: User, action: str, now: datetime) -> None:
    item = f"week:{week.pk}"
    audit.note(week.course, by, action, now, item=item, number=week.number, title=week.title)
