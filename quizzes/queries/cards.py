"""Quizzes as a student's page shows them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from classroom import clock
from classroom.models import Course, User
from quizzes.models import Attempt, Quiz
from quizzes.phases import Shown, shown_to_student
from quizzes.queries.endings import Ending, endings
from quizzes.scoring import counted

#: States in which something can be done right now.
TO_DO = {"running", "open"}


@dataclass(frozen=True)
class QuizCard:
    """A quiz as a student's page shows it. `score` is there only where `quizzes.phases` lets it be seen."""

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
    practice: bool
    is_extended: bool = False  # it closes later for this person than for others
    released_at: datetime | None = None  # when staff opened the review; it may wait until all are done


def cards_for(*, user: User, course: Course, now: datetime) -> list[QuizCard]:
    """Return the course's published quizzes as `user` finds them, in the order of the weeks."""
    quizzes = list(
        Quiz.objects.filter(course=course, published_at__lte=now)
        .select_related("week")
        .order_by(F("week__number").asc(nulls_last=True), "pk")
    )
    for quiz in quizzes:
        quiz.course = course
    by_pk = {quiz.pk: quiz for quiz in quizzes}
    attempts: dict[int, list[Attempt]] = {quiz.pk: [] for quiz in quizzes}
    for attempt in Attempt.objects.filter(user=user, quiz__in=quizzes).order_by("number"):
        attempt.quiz = by_pk[attempt.quiz_id]
        attempts[attempt.quiz_id].append(attempt)
    closes = clock.closing_times(user, quizzes)
    ends_together = clock.ends_of(user, _begun_together(quizzes, closes, now))
    ends = endings(quizzes=[quiz for quiz in quizzes if attempts[quiz.pk]], now=now, user=user)
    return [
        _card(
            quiz,
            attempts[quiz.pk],
            ends.get(quiz.pk),
            closes[quiz.deadline_key],
            ends_together.get(quiz.deadline_key),
            now,
        )
        for quiz in quizzes
    ]


def most_urgent_first(cards: Iterable[QuizCard]) -> list[QuizCard]:
    """Put what can be taken now before the rest, which keeps its order: what runs, what counts, what ends."""
    return sorted(cards, key=_urgency)


def _urgency(card: QuizCard) -> tuple[int, float]:
    if card.state not in TO_DO:
        return (3, 0)
    group = 0 if card.state == "running" else 2 if card.practice else 1
    ends_at = card.deadline or card.closes_at
    return (group, ends_at.timestamp() if ends_at else math.inf)


def _begun_together(
    quizzes: list[Quiz], closes: dict[str, datetime | None], now: datetime
) -> list[tuple[Quiz, datetime]]:
    """Return the quizzes whose common clock runs: for them that is when they close."""
    return [
        (quiz, quiz.opens_at)
        for quiz in quizzes
        if quiz.lobby and quiz.opens_at is not None and _is_open(quiz, closes[quiz.deadline_key], now)
    ]


def _is_open(quiz: Quiz, closes_at: datetime | None, now: datetime) -> bool:
    return quiz.has_opened(now) and (closes_at is None or now < closes_at)


def _card(
    quiz: Quiz,
    attempts: list[Attempt],
    ending: Ending | None,
    closes_at: datetime | None,
    ends_together: datetime | None,
    now: datetime,
) -> QuizCard:
    last = attempts[-1] if attempts else None
    # Who was cut off over the end goes on when the connection is back, perhaps with time given back.
    running = last if last and (last.is_accepting(now) or last.may_come_back(now, closes_at)) else None
    ends_at = ends_together or closes_at
    finished = [one for one in attempts if one is not running]
    shown = [
        shown_to_student(quiz, one, now, over=ending is not None and ending.over, writing=running is not None)
        for one in finished
    ]
    scores = [one.score for one in finished if one.score is not None]
    return QuizCard(
        quiz_id=quiz.pk,
        title=quiz.title,
        url=quiz.get_absolute_url(),
        state=_state(quiz, running, finished, ends_at, now, reviewable=any(shown)),
        opens_at=quiz.opens_at,
        closes_at=ends_at,
        deadline=running.deadline if running else None,
        seconds_left=running.seconds_left(now) if running else None,
        score=counted(scores, quiz.counts) if all(Shown.POINTS in parts for parts in shown) else None,
        max_score=finished[-1].max_score if finished else None,
        time_limit_seconds=quiz.time_limit_seconds,
        week_number=quiz.week.number if quiz.week else None,
        practice=quiz.practice,
        is_extended=closes_at != quiz.closes_at,
        released_at=quiz.review_released_at,
    )


def _state(
    quiz: Quiz,
    running: Attempt | None,
    finished: list[Attempt],
    closes_at: datetime | None,
    now: datetime,
    *,
    reviewable: bool,
) -> str:
    if running:
        return "running"
    if _is_open(quiz, closes_at, now) and len(finished) < quiz.max_attempts:
        return "open"
    if reviewable:
        return "reviewable"
    if finished:
        return "handed_in"
    return "closed" if quiz.has_opened(now) else "upcoming"
