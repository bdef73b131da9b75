"""Quizzes as a student's page shows them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from classroom import clock
from classroom.models import Course, User
from quizzes.models import Attempt, Quiz


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
