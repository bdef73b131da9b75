"""Who is in a quiz right now, and how far."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from classroom.models import Course, Enrolment, Role
from quizzes.models import Attempt, AttemptItem, Quiz

#: How long (seconds) a student may be silent before the live panel says so.
SILENT_SECONDS = 60


@dataclass(frozen=True)
class LiveRow:
    """A student in the live panel."""

    name: str
    is_guest: bool
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
        """How many of the course's students have not started."""
        return max(0, self.enrolled - sum(not row.is_guest for row in self.rows))


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
        is_guest=attempt.user.is_guest,
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
