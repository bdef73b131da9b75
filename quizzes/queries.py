"""What screens show of quizzes: frozen rows, a fixed number of queries each."""

from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median

from django.db.models import Avg, Count, F, FloatField, Max, Q, Sum
from django.db.models.functions import Cast
from django.urls import reverse

from classroom import clock
from classroom.models import Course, Enrolment, Role, User
from quizzes.models import Answer, Attempt, AttemptItem, Quiz

#: How long (seconds) a student may be silent before the live panel says so.
SILENT_SECONDS = 60


@dataclass(frozen=True)
class QuizCard:
    """A quiz as a student's page shows it. `score` is there only once the review is released."""

    quiz_id: int
    title: str
    url: str
    state: str  # upcoming, open, running, handed_in, closed, reviewable
    opens_at: datetime | None
    closes_at: datetime | None
    deadline: datetime | None
    seconds_left: float | None
    score: float | None
    max_score: float | None
    time_limit_seconds: int | None
    week_number: int | None


def cards_for(*, user: User, course: Course, now: datetime) -> list[QuizCard]:
    """Return the course's published quizzes as `user` finds them, in the order of the weeks."""
    quizzes = list(
        Quiz.objects.filter(course=course, published_at__lte=now)
        .select_related("week")
        .order_by(F("week__number").asc(nulls_last=True), "pk")
    )
    attempts: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(user=user, quiz__in=quizzes).order_by("number"):
        attempts.setdefault(attempt.quiz_id, []).append(attempt)
    closings = clock.closing_times(user, quizzes)
    return [
        _card(quiz, course, attempts.get(quiz.pk, []), closings[quiz.deadline_key], now) for quiz in quizzes
    ]


def _card(
    quiz: Quiz, course: Course, attempts: list[Attempt], closes_at: datetime | None, now: datetime
) -> QuizCard:
    last = attempts[-1] if attempts else None
    running = last if last and last.is_accepting(now) else None
    finished = [one for one in attempts if one is not running]
    best = max((one.score for one in finished if one.score is not None), default=None)
    quiz.course = course
    return QuizCard(
        quiz_id=quiz.pk,
        title=quiz.title,
        url=quiz.get_absolute_url(),
        state=_state(quiz, running, finished, closes_at, now),
        opens_at=quiz.opens_at,
        closes_at=closes_at,
        deadline=running.deadline if running else None,
        seconds_left=running.seconds_left(now) if running else None,
        score=best if quiz.is_reviewable(now) else None,
        max_score=finished[-1].max_score if finished else None,
        time_limit_seconds=quiz.time_limit_seconds,
        week_number=quiz.week.number if quiz.week else None,
    )


def _state(
    quiz: Quiz, running: Attempt | None, finished: list[Attempt], closes_at: datetime | None, now: datetime
) -> str:
    if running:
        return "running"
    is_open = quiz.has_opened(now) and (closes_at is None or now < closes_at)
    if finished and quiz.is_reviewable(now):
        return "reviewable"
    if is_open and len(finished) < quiz.max_attempts:
        return "open"
    if finished:
        return "handed_in"
    return "closed" if quiz.has_opened(now) else "upcoming"


@dataclass(frozen=True)
class LiveRow:
    """A student in the live panel."""

    name: str
    state: str  # writing, silent, handed_in
    answered: int
    questions: int
    seconds_left: float | None
    score: float | None
    max_score: float
    url: str


@dataclass(frozen=True)
class Live:
    """Who is in the quiz, and how far."""

    rows: list[LiveRow]
    enrolled: int

    @property
    def writing(self) -> int:
        """How many are in the quiz right now."""
        return sum(row.state != "handed_in" for row in self.rows)

    @property
    def handed_in(self) -> int:
        """How many have handed in."""
        return sum(row.state == "handed_in" for row in self.rows)

    @property
    def absent(self) -> int:
        """How many have not started."""
        return max(0, self.enrolled - len(self.rows))


def live(*, quiz: Quiz, now: datetime) -> Live:
    """Return everybody's newest attempt: those still writing first, those with the least answered on top."""
    attempts = (
        Attempt.objects.filter(quiz=quiz)
        .select_related("user")
        .annotate(answered=Count("answers__position", distinct=True))
        .order_by("user", "-number")
    )
    sizes = dict(
        AttemptItem.objects.filter(attempt__quiz=quiz).values_list("attempt").annotate(size=Count("pk"))
    )
    newest: dict[int, LiveRow] = {}
    for attempt in attempts:
        if attempt.user_id not in newest:
            newest[attempt.user_id] = _live_row(attempt, quiz, sizes.get(attempt.pk, 0), now)
    rank = {"silent": 0, "writing": 0, "handed_in": 1}
    rows = sorted(newest.values(), key=lambda row: (rank[row.state], row.answered, row.name))
    return Live(rows, students_of(quiz.course))


def _live_row(attempt: Attempt, quiz: Quiz, questions: int, now: datetime) -> LiveRow:
    done = not attempt.is_accepting(now)
    heard = attempt.last_saved_at or attempt.started_at
    silent = (now - heard).total_seconds() > SILENT_SECONDS
    return LiveRow(
        name=str(attempt.user),
        state="handed_in" if done else "silent" if silent else "writing",
        answered=attempt.answered,  # type: ignore[attr-defined]  # annotated above
        questions=questions,
        seconds_left=attempt.seconds_left(now),
        score=attempt.score if done else None,
        max_score=attempt.max_score,
        url=reverse("quizzes:attempt_review", args=[quiz.course.slug, attempt.pk]),
    )


def students_of(course: Course) -> int:
    """Return how many students take part."""
    return Enrolment.objects.filter(course=course, role=Role.STUDENT, left_at=None).count()


@dataclass(frozen=True)
class Distribution:
    """How a quiz's finished attempts scored, in percent of the points."""

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
    rows = Attempt.objects.filter(quiz=quiz, score__isnull=False, max_score__gt=0).values_list(
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
    kind: str
    answered: int
    facility: float | None


def item_rows(*, quiz: Quiz) -> list[ItemRow]:
    """Return how each question of the quiz went, over the finished attempts."""
    slots = (
        quiz.slots.select_related("question")
        .annotate(
            seen=Count("items", filter=Q(items__points__isnull=False)),
            share=Avg(
                Cast("items__points", FloatField()) / F("items__max_points"),
                filter=Q(items__points__isnull=False, items__max_points__gt=0),
            ),
            kind=Max("question__versions__kind"),
        )
        .order_by("position")
    )
    return [
        ItemRow(s.position, s.question.name, s.kind, s.seen, None if s.share is None else 100 * s.share)
        for s in slots
    ]


def panels(*, quiz: Quiz, now: datetime) -> dict[str, object]:
    """Return what the live part of a quiz's page shows."""
    return {
        "live": live(quiz=quiz, now=now),
        "distribution": distribution(quiz=quiz),
        "items": item_rows(quiz=quiz),
        "is_open": quiz.is_open(now),
    }


@dataclass(frozen=True)
class QuizSummary:
    """A quiz as staff see it in a list."""

    quiz: Quiz
    questions: int
    writing: int
    handed_in: int
    mean_percent: float | None
    is_open: bool


def summaries(*, course: Course, now: datetime) -> list[QuizSummary]:
    """Return the course's quizzes with how many are in them, newest week first."""
    running = Q(attempts__finished_at=None) & (
        Q(attempts__accepts_until=None) | Q(attempts__accepts_until__gt=now)
    )
    totals = {
        row["quiz"]: 100 * row["earned"] / row["most"]
        for row in Attempt.objects.filter(quiz__course=course, score__isnull=False, max_score__gt=0)
        .values("quiz")
        .annotate(earned=Sum("score"), most=Sum("max_score"))
    }
    sizes = dict(Quiz.objects.filter(course=course).values_list("pk").annotate(Count("slots")))
    quizzes = (
        Quiz.objects.filter(course=course)
        .select_related("week")
        .annotate(writing=Count("attempts", filter=running), started=Count("attempts"))
        .order_by(F("week__number").desc(nulls_last=True), "-pk")
    )
    found = []
    for quiz in quizzes:
        quiz.course = course
        found.append(
            QuizSummary(
                quiz,
                questions=sizes.get(quiz.pk, 0),
                writing=quiz.writing,
                handed_in=quiz.started - quiz.writing,
                mean_percent=totals.get(quiz.pk),
                is_open=quiz.is_open(now),
            )
        )
    return found


@dataclass(frozen=True)
class ResultRow:
    """A line of the results table."""

    attempt_id: int
    name: str
    email: str
    number: int
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    max_score: float


def result_rows(*, quiz: Quiz) -> list[ResultRow]:
    """Return all attempts, by name."""
    rows = (
        Attempt.objects.filter(quiz=quiz)
        .select_related("user")
        .order_by("user__name", "user__email", "number")
    )
    return [
        ResultRow(
            a.pk, str(a.user), a.user.email, a.number, a.started_at, a.finished_at, a.score, a.max_score
        )
        for a in rows
    ]


def log_of(attempt: Attempt) -> list[Answer]:
    """Return the attempt's saves, oldest first."""
    return list(Answer.objects.filter(attempt=attempt).order_by("pk"))


def items_of(attempt: Attempt) -> list[AttemptItem]:
    """Return the attempt's questions with the versions given."""
    return list(AttemptItem.objects.filter(attempt=attempt).select_related("version__question"))
