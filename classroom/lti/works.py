"""What can be linked on a platform: quizzes, exercises and week pages, by keys such as "quiz:12"."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, Week
from projects.models import Challenge
from quizzes.models import Quiz

Linkable = Week | Quiz | Challenge

#: Digits of a number that fits into a row's id.
LONGEST_NUMBER = 18
KINDS = {"week": _("Week pages"), "quiz": _("Quizzes"), "challenge": _("Exercises")}


@dataclass(frozen=True)
class Work:
    """A work of a course; `graded` tells whether points come back to the platform."""

    key: str
    kind: str
    title: str
    url: str
    visible: bool
    graded: bool = False


def works_of(course: Course, now: datetime) -> list[Work]:
    """Return everything that can be linked: week pages, quizzes, exercises, each in the course's order."""
    rows: list[Linkable] = [
        *Week.objects.filter(course=course).order_by("number"),
        *Quiz.objects.filter(course=course).order_by(F("week__number").asc(nulls_last=True), "pk"),
        *Challenge.objects.filter(course=course).order_by("position", "pk"),
    ]
    return [_work(row, course, now) for row in rows]


def work_of(course: Course, key: str, now: datetime) -> Work | None:
    """Return the work with this key; None where the course has none."""
    kind, _colon, number = key.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < LONGEST_NUMBER):
        return None
    row: Linkable | None = None
    if kind == "quiz":
        row = Quiz.objects.filter(course=course, pk=int(number)).first()
    elif kind == "challenge":
        row = Challenge.objects.filter(course=course, pk=int(number)).first()
    elif kind == "week":
        row = Week.objects.filter(course=course, pk=int(number)).first()
    return None if row is None else _work(row, course, now)


def _work(row: Linkable, course: Course, now: datetime) -> Work:
    row.course = course
    if isinstance(row, Week):
        visible = row.released_at is not None and row.released_at <= now
        return Work(f"week:{row.pk}", "week", str(row), row.get_absolute_url(), visible)
    visible = row.published_at is not None and row.published_at <= now
    kind = "quiz" if isinstance(row, Quiz) else "challenge"
    return Work(f"{kind}:{row.pk}", kind, row.title, row.get_absolute_url(), visible, is_graded(row))


def is_graded(row: "Quiz | Challenge") -> bool:
    """Whether it earns points that count: practice and leaderboards do not."""
    return not row.practice if isinstance(row, Quiz) else not row.has_board
