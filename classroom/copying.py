"""A course for a new term: what every course has, copied with its dates moved; never people or their work.

The apps copy what is theirs after it, in the same transaction; `classroom.pages.courses` puts it together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from django.db import models, transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from classroom import audit, courses
from classroom.models import (
    Course,
    Entrance,
    GradeCategory,
    GradeColumn,
    Material,
    MaterialFile,
    PassingRule,
    Reference,
    ScheduleItem,
    Topic,
    User,
    Week,
)
from classroom.shifting import Moved, Shift

RowT = TypeVar("RowT", bound=models.Model)


@dataclass
class Copied:
    """A new course, and which row of the old one became which.

    `hidden`: students see nothing of it until somebody shows it to them.
    """

    source: Course
    course: Course
    shift: Shift
    hidden: bool
    by: User
    now: datetime
    weeks: dict[int, Week] = field(default_factory=dict)
    #: Pieces of work by their `deadline_key`, such as "quiz:12"; the apps fill it in.
    items: dict[str, str] = field(default_factory=dict)

    def week(self, old: int | None) -> Week | None:
        """Return the new week in place of an old one."""
        return self.weeks[old] if old is not None else None

    def shown(self, published_at: datetime | None) -> datetime | None:
        """Return from when students see something that they saw from `published_at`."""
        return None if self.hidden else self.shift.moment(published_at)


def as_new(row: RowT, **changes: object) -> RowT:
    """Make a row that was read one that is still to be written, with some fields changed."""
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def first_day(course: Course) -> date | None:
    """Return the day from which the course is counted: its first, else that of its first week or session."""
    if course.starts_on:
        return course.starts_on
    first = course.weeks.aggregate(first=Min("starts_at"))["first"]
    first = first or course.schedule.aggregate(first=Min("starts_at"))["first"]
    day: date | None = first.astimezone(course.zone).date() if first else None
    return day


def dates(*, source: Course, shift: Shift) -> list[Moved]:
    """Return where the dates of weeks and sessions would go."""
    moved: list[Moved] = []
    for week in Week.objects.filter(course=source):
        times = [(_("begins"), week.starts_at), (_("shown to students from"), week.released_at)]
        moved += shift.moved(_("Week %(number)d") % {"number": week.number}, week.title, times)
    for item in ScheduleItem.objects.filter(course=source):
        times = [(_("begins"), item.starts_at), (_("ends"), item.ends_at)]
        moved += shift.moved(str(item.get_kind_display()), item.title, times)
    return moved


def copy_course(
    *, source: Course, title: str, term: str, slug: str, shift: Shift, hidden: bool, by: User, now: datetime
) -> Copied:
    """Make the course of a new term with its weeks, topics, bibliography, materials and schedule.

    Whoever copies is its instructor, and there is nobody else in it. Recordings are of the old term; the chat
    server's address stays behind, so that a rehearsal posts nothing to last term's class.

    Raises
    ------
    Refused
        Another course has this short name.
    """
    new = Course(
        slug=slug,
        title=title,
        term=term,
        time_zone=source.time_zone,
        language=source.language,
        starts_on=shift.day(source.starts_on),
        ends_on=shift.day(source.ends_on),
    )
    for name in _other_settings():
        setattr(new, name, getattr(source, name))
    with transaction.atomic():
        courses.create(course=new, by=by, now=now)
        copied = Copied(source, new, shift, hidden, by, now)
        _copy_weeks(copied)
        for item in ScheduleItem.objects.filter(course=source):
            item.starts_at, item.ends_at = shift.span(item.starts_at, item.ends_at)  # type: ignore[assignment]  # both are there
            as_new(item, course=new, week=copied.week(item.week_id)).save(force_insert=True)
        if Entrance.objects.filter(course=source, takes_requests=True).exists():
            Entrance.objects.create(course=new, takes_requests=True)
        audit.note(new, by, "course.copied", now, source=source.slug, weeks=shift.weeks)
    return copied


def copy_gradebook(*, copied: Copied) -> None:
    """Copy categories, columns and the rule for passing; after the apps, whose work the columns name."""
    categories: dict[int, GradeCategory] = {}
    for category in GradeCategory.objects.filter(course=copied.source):
        old = category.pk
        categories[old] = as_new(category, course=copied.course)
        category.save(force_insert=True)
    GradeColumn.objects.bulk_create(
        as_new(
            column,
            course=copied.course,
            category=categories[column.category_id],
            item=copied.items[column.item] if column.item else "",
            released_at=None,
        )
        for column in GradeColumn.objects.filter(course=copied.source)
        if not column.item or column.item in copied.items
    )
    for rule in PassingRule.objects.filter(course=copied.source):
        as_new(rule, course=copied.course).save(force_insert=True)


def _other_settings() -> Iterable[str]:
    """Name the settings of a course that are no dates, names or secrets: its rules, whichever there are."""
    own = {"id", "slug", "title", "term", "time_zone", "language", "starts_on", "ends_on"}
    left = {"mattermost_webhook", "archived_at", "created_at"}
    return [one.attname for one in Course._meta.concrete_fields if one.attname not in own | left]


def _copy_weeks(copied: Copied) -> None:
    topics: dict[int, Topic] = {}
    for week in Week.objects.filter(course=copied.source):
        old = week.pk
        released = copied.shown(week.released_at)
        starts = copied.shift.moment(week.starts_at)
        as_new(week, course=copied.course, starts_at=starts, released_at=released, recording_url="")
        week.save(force_insert=True)
        copied.weeks[old] = week
    for topic in Topic.objects.filter(week__course=copied.source):
        old = topic.pk
        as_new(topic, week=copied.weeks[topic.week_id]).save(force_insert=True)
        topics[old] = topic
    Reference.objects.bulk_create(
        as_new(reference, topic=topics[reference.topic_id])
        for reference in Reference.objects.filter(topic__week__course=copied.source)
    )
    for material in Material.objects.filter(week__course=copied.source):
        file = MaterialFile.objects.filter(material=material).first()
        published = copied.shift.moment(material.published_at)
        as_new(material, week=copied.weeks[material.week_id], published_at=published)
        material.save(force_insert=True)
        if file is not None:
            MaterialFile.objects.create(material=material, content=file.content)
