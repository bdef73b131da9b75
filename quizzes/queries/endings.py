"""When a quiz is over for everybody: nobody writes, and no extension lets anybody start."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from classroom import clock
from classroom.models import User
from quizzes.models import Attempt, Quiz
from quizzes.phases import Shown, shown_to_student


@dataclass(frozen=True)
class Ending:
    """Who may still write in a quiz."""

    closed: bool
    writing: int = 0
    mine: bool = False
    #: Until when who has not used up their attempts may still start, by the student's id.
    windows: dict[int, datetime] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether it is over for everybody."""
        return self.closed and not self.writing and not self.windows


def endings(*, quizzes: Sequence[Quiz], now: datetime, user: User | None = None) -> dict[int, Ending]:
    """Return by quiz who may still write, `user` among them or not; three queries at most, for any number."""
    running = {
        row["quiz"]: row
        for row in Attempt.objects.accepting(now)
        .filter(quiz__in=quizzes)
        .values("quiz")
        .annotate(writing=Count("pk"), mine=Count("pk", filter=Q(user=user)))
        .order_by()
    }
    windows = _windows([quiz for quiz in quizzes if quiz.has_closed(now)], now)
    return {
        quiz.pk: Ending(
            closed=quiz.has_closed(now),
            writing=running[quiz.pk]["writing"] if quiz.pk in running else 0,
            mine=quiz.pk in running and running[quiz.pk]["mine"] > 0,
            windows=windows.get(quiz.pk, {}),
        )
        for quiz in quizzes
    }


def _windows(quizzes: Sequence[Quiz], now: datetime) -> dict[int, dict[int, datetime]]:
    """Return, of closed quizzes, whose later closing dates are still to come and of use."""
    if not quizzes:
        return {}
    later = clock.later_closings(quizzes)
    found = {
        quiz.pk: {who: until for who, until in later[quiz.deadline_key].items() if until > now}
        for quiz in quizzes
        if quiz.deadline_key in later
    }
    return _unused(found, {quiz.pk: quiz.max_attempts for quiz in quizzes}) if any(found.values()) else {}


def _unused(windows: dict[int, dict[int, datetime]], most: dict[int, int]) -> dict[int, dict[int, datetime]]:
    """Leave out who has used all attempts: the later date is of no use to them."""
    made = {
        (row["quiz"], row["user"]): row["made"]
        for row in Attempt.objects.filter(quiz__in=list(windows))
        .values("quiz", "user")
        .annotate(made=Count("pk"))
        .order_by()
    }
    return {
        quiz: {who: until for who, until in people.items() if made.get((quiz, who), 0) < most[quiz]}
        for quiz, people in windows.items()
    }


def shown_of(*, user: User, attempts: Sequence[Attempt], now: datetime) -> dict[int, frozenset[Shown]]:
    """Return, by attempt, what `user` may see of these own attempts now. Each has its quiz at hand."""
    quizzes = {attempt.quiz_id: attempt.quiz for attempt in attempts}
    ends = endings(quizzes=list(quizzes.values()), now=now, user=user)
    return {
        attempt.pk: shown_to_student(
            attempt.quiz,
            attempt,
            now,
            over=ends[attempt.quiz_id].over,
            writing=ends[attempt.quiz_id].mine,
        )
        for attempt in attempts
    }
