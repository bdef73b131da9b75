"""Which attempts statistics count, and what was given in them."""

from enum import StrEnum
from typing import NamedTuple

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classroom.access import STAFF
from classroom.models import Enrolment
from quizzes.models import Attempt, AttemptItem, Quiz


class Which(StrEnum):
    """Which of a person's attempts count. All of them are not independent, so they are not the default."""

    FIRST = "first"
    BEST = "best"
    ALL = "all"

    @property
    def label(self) -> str | Promise:
        """How it is said on a page."""
        return {
            Which.FIRST: _("First attempts"),
            Which.BEST: _("Best attempts"),
            Which.ALL: _("All attempts"),
        }[self]

    @classmethod
    def of(cls, text: str | None) -> "Which":
        """Return what an address asks for; the first attempts for anything else."""
        return cls(text) if text in list(cls) else cls.FIRST


class Given(NamedTuple):
    """A question in an attempt, and what it earned; `points` is None until it is graded."""

    attempt_id: int
    position: int
    slot_id: int | None
    version_id: int
    question_id: int
    points: float | None
    max_points: float


def attempts_of_others(quiz: Quiz) -> QuerySet[Attempt]:
    """Return all attempts but those of staff who try it out, each with its taker's `role`.

    Guests count; so does who has left the course since.
    """
    role = Enrolment.objects.filter(course=quiz.course_id, user=OuterRef("user")).values("role")[:1]
    return (
        Attempt.objects.filter(quiz=quiz)
        .annotate(role=Coalesce(Subquery(role), Value(""), output_field=CharField()))
        .exclude(role__in=STAFF)
        .order_by("user", "number")
    )


def counted_attempts(*, quiz: Quiz, which: Which) -> list[Attempt]:
    """Return the finished attempts that count."""
    attempts = list(attempts_of_others(quiz).filter(finished_at__isnull=False))
    return chosen_of(attempts, which)


def chosen_of(attempts: list[Attempt], which: Which) -> list[Attempt]:
    """Return those of `attempts`, in the order of their numbers, that count."""
    if which == Which.ALL:
        return attempts
    chosen: dict[int, Attempt] = {}
    for attempt in attempts:
        known = chosen.get(attempt.user_id)
        if known is None or (which == Which.BEST and _score(attempt) > _score(known)):
            chosen[attempt.user_id] = attempt
    return list(chosen.values())


def _score(attempt: Attempt) -> float:
    return float("-inf") if attempt.score is None else attempt.score


def given_in(attempts: list[Attempt], items: QuerySet[AttemptItem]) -> dict[int, list[Given]]:
    """Return what each of `attempts` was given, in its order, out of `items`."""
    given: dict[int, list[Given]] = {attempt.pk: [] for attempt in attempts}
    rows = items.order_by("attempt", "position").values_list(
        *("attempt_id", "position", "slot_id", "version_id", "version__question_id", "points", "max_points")
    )
    for row in rows:
        if row[0] in given:
            given[row[0]].append(Given(*row))
    return given
