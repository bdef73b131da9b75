"""The pieces of work that the dashboards count: quizzes and exercises that have opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from classroom.models import Course
from projects.models import BOARD_PREFIX, Challenge
from quizzes.models import Quiz

QUIZ, EXERCISE = "quiz", "exercise"


@dataclass(frozen=True)
class Piece:
    """A quiz or an exercise."""

    work: Quiz | Challenge
    kind: str
    week: int | None
    opens_at: datetime

    @property
    def key(self) -> str:
        """Its name in the tables: the `deadline_key`."""
        return self.work.deadline_key

    @property
    def title(self) -> str:
        """What people call it."""
        return self.work.title

    @property
    def closes_at(self) -> datetime | None:
        """When it closes for everybody without an extension."""
        return self.work.closes_at

    @property
    def has_functions(self) -> bool:
        """Whether the grader says of each function whether it is right."""
        return isinstance(self.work, Challenge) and bool(self.work.exercise)

    @property
    def url(self) -> str:
        """The staff's page with everything about it."""
        name = "quizzes:statistics" if self.kind == QUIZ else "projects:results"
        return reverse(name, args=[self.work.course.slug, self.work.pk])


def pieces_of(course: Course, now: datetime) -> list[Piece]:
    """Return what everybody could do so far, as it opened, in two queries.

    Practice counts for nothing, a hackathon's challenges are for those who chose them, and leaderboards give
    no points: they are left out.
    """
    quizzes = Quiz.objects.filter(
        course=course, practice=False, published_at__lte=now, opens_at__lte=now
    ).select_related("week")
    challenges = (
        Challenge.objects.visible(now)
        .filter(Q(opens_at=None) | Q(opens_at__lte=now), course=course, hackathon=None)
        .exclude(exercise__startswith=BOARD_PREFIX)
        .select_related("week")
    )
    found = [_piece(quiz, QUIZ, course) for quiz in quizzes]
    found += [_piece(challenge, EXERCISE, course) for challenge in challenges]
    return sorted(found, key=lambda piece: (piece.opens_at, piece.kind, piece.work.pk))


def _piece(work: Quiz | Challenge, kind: str, course: Course) -> Piece:
    work.course = course
    opens_at = work.opens_at or work.published_at
    assert opens_at is not None  # noqa: S101 - both queries ask for one of them
    return Piece(work, kind, work.week.number if work.week else None, opens_at)


def closed(pieces: Iterable[Piece], kind: str, now: datetime) -> list[Piece]:
    """Return those of one kind that are over, the one that closed last at the end."""
    over = [piece for piece in pieces if piece.kind == kind and piece.closes_at and piece.closes_at <= now]
    return sorted(over, key=lambda piece: (piece.closes_at, piece.work.pk))


def keys(pieces: Sequence[Piece]) -> list[str]:
    """Return their names in the tables."""
    return [piece.key for piece in pieces]
