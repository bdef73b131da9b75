"""How quizzes went."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median

from django.db.models import Avg, Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast

from classroom.models import Course
from classroom.prepared import ID, Given, Rows
from quizzes.models import Answer, Attempt, AttemptEvent, AttemptItem, Quiz, SecondLook
from quizzes.queries.endings import endings
from quizzes.queries.progress import State, state_of


@dataclass(frozen=True)
class Distribution:
    """How a quiz's finished and wholly graded attempts scored, in percent of the points."""

    percents: list[float]
    bins: list[tuple[str, int]]

    @property
    def mean(self) -> float | None:
        """The mean, in percent."""
        return mean(self.percents) if self.percents else None

    @property
    def median(self) -> float | None:
        """The median, in percent."""
        return median(self.percents) if self.percents else None


def distribution(*, quiz: Quiz) -> Distribution:
    """Return the distribution of scores in ten bins; the last one holds 90 % and up to all points."""
    rows = Attempt.objects.filter(quiz=quiz, score__isnull=False, pending=0, max_score__gt=0).values_list(
        "score", "max_score"
    )
    percents = [100 * score / most for score, most in rows if score is not None]
    counts = [0] * 10
    for percent in percents:
        counts[min(9, max(0, int(percent // 10)))] += 1
    return Distribution(percents, [(f"{10 * i}–{10 * i + 10} %", count) for i, count in enumerate(counts)])


@dataclass(frozen=True)
class ItemRow:
    """How a question went: facility is the mean share of its points, in percent."""

    position: int
    name: str
    answered: int
    facility: float | None


def item_rows(*, quiz: Quiz) -> list[ItemRow]:
    """Return how each question of the quiz went, over the finished attempts."""
    slots = (
        quiz.slots.select_related("question", "category")
        .annotate(
            seen=Count("items", filter=Q(items__points__isnull=False)),
            share=Avg(
                Cast("items__points", FloatField()) / F("items__max_points"),
                filter=Q(items__points__isnull=False, items__max_points__gt=0),
            ),
        )
        .order_by("position")
    )
    return [
        ItemRow(s.position, str(s.question or s.category), s.seen, None if s.share is None else 100 * s.share)
        for s in slots
    ]


@dataclass(frozen=True)
class QuizSummary:
    """A quiz as staff see it in a list."""

    quiz: Quiz
    questions: int
    writing: int
    handed_in: int
    mean_percent: float | None
    is_open: bool
    state: State


def summaries(*, course: Course, now: datetime) -> list[QuizSummary]:
    """Return the course's quizzes with how many are in them, newest week first."""
    running = Q(attempts__finished_at=None) & (
        Q(attempts__accepts_until=None) | Q(attempts__accepts_until__gt=now)
    )
    totals = {
        row["quiz"]: 100 * row["earned"] / row["most"]
        for row in Attempt.objects.filter(
            quiz__course=course, score__isnull=False, pending=0, max_score__gt=0
        )
        .values("quiz")
        .annotate(earned=Sum("score"), most=Sum("max_score"))
    }
    sizes = dict(Quiz.objects.filter(course=course).values_list("pk").annotate(Sum("slots__count")))
    quizzes = list(
        Quiz.objects.filter(course=course)
        .select_related("week")
        .annotate(writing=Count("attempts", filter=running), started=Count("attempts"))
        .order_by(F("week__number").desc(nulls_last=True), "-pk")
    )
    found, ends = [], endings(quizzes=quizzes, now=now)
    for quiz in quizzes:
        quiz.course = course
        found.append(
            QuizSummary(
                quiz,
                questions=sizes.get(quiz.pk) or 0,
                writing=quiz.writing,
                handed_in=quiz.started - quiz.writing,
                mean_percent=totals.get(quiz.pk),
                is_open=quiz.is_open(now),
                state=state_of(quiz, ends[quiz.pk], now),
            )
        )
    return found


@dataclass(frozen=True)
class ResultRow:
    """A line of the results table."""

    attempt_id: int
    name: str
    email: str  # empty for guests, who have none
    is_guest: bool
    number: int
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    max_score: float
    is_provisional: bool  # some answers are still to be graded


def result_rows(*, quiz: Quiz) -> list[ResultRow]:
    """Return all attempts, by name."""
    rows = (
        Attempt.objects.filter(quiz=quiz)
        .select_related("user")
        .order_by("user__name", "user__email", "number")
    )
    return [
        ResultRow(
            attempt_id=a.pk,
            name=str(a.user),
            email="" if a.user.is_guest else a.user.email,
            is_guest=a.user.is_guest,
            number=a.number,
            started_at=a.started_at,
            finished_at=a.finished_at,
            score=a.score,
            max_score=a.max_score,
            is_provisional=a.pending > 0,
        )
        for a in rows
    ]


_LOG = Rows(lambda: Answer.objects.filter(attempt=Given("attempt", ID)).order_by("pk"))
_ITEMS = Rows(
    lambda: (
        AttemptItem.objects.filter(attempt=Given("attempt", ID))
        .select_related("version__question", "scored_by", "slot__section")
        .order_by("position")
    )
)


def log_of(attempt: Attempt) -> list[Answer]:
    """Return the attempt's saves, oldest first."""
    return _LOG(attempt=attempt.pk)


def items_of(attempt: Attempt) -> list[AttemptItem]:
    """Return the attempt's questions with the versions given and their sections."""
    return _ITEMS(attempt=attempt.pk)


def second_looks(attempt: Attempt) -> list[SecondLook]:
    """Return the requests to look at answers of this attempt again."""
    return list(SecondLook.objects.filter(item__attempt=attempt).select_related("answered_by"))


def hints_of(attempt: Attempt) -> Counter[int]:
    """Return how many hints were taken, by position."""
    return _counted(attempt, AttemptEvent.What.HINT)


def checks_of(attempt: Attempt) -> Counter[int]:
    """Return how often answers were checked, by position."""
    return _counted(attempt, AttemptEvent.What.CHECKED)


def _counted(attempt: Attempt, what: str) -> Counter[int]:
    events = AttemptEvent.objects.filter(attempt=attempt, what=what)
    return Counter(position for position in events.values_list("position", flat=True) if position is not None)
