"""How the questions of all quizzes and the exercises did, those to look at first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.models import Tally
from classroom.pages.dashboards.figures import Figure, counts_of, rows_url
from classroom.pages.dashboards.pieces import Piece, keys
from classroom.pages.dashboards.rows.subject import Scene
from quizzes.statistics.verdicts import Verdict, Words


@dataclass(frozen=True)
class QuestionLine:
    """How a question of a quiz did."""

    quiz: str
    name: str
    place: str
    count: int
    facility: float | None
    discrimination: float | None
    words: Words
    url: str


@dataclass(frozen=True)
class ExerciseLine:
    """How an exercise did."""

    piece: Piece
    handed_in: Figure
    solved: Figure
    mean: float | None
    minutes: float | None
    results_url: str

    @property
    def success_percent(self) -> float | None:
        """How many of those who handed in got it wholly right, in percent."""
        return 100 * self.solved.count / self.handed_in.count if self.handed_in.count else None

    @property
    def mean_percent(self) -> float | None:
        """The mean score in percent."""
        return None if self.mean is None else 100 * self.mean


#: What is worst comes first.
SEVERITY = [
    Verdict.CHECK_KEY,
    Verdict.TOO_HARD,
    Verdict.NO_DIFFERENCE,
    Verdict.TOO_EASY,
    Verdict.FINE,
    Verdict.TOO_FEW,
]


def question_lines(scene: Scene, tallies: Iterable[Tally]) -> list[QuestionLine]:
    """Return how the questions of all quizzes did, those to look at first."""
    works = {piece.key: piece for piece in scene.pieces}
    asked = [
        (works[tally.item], question)
        for tally in tallies
        if tally.item in works
        for question in tally.questions
    ]
    asked.sort(key=lambda one: (SEVERITY.index(Verdict(one[1]["verdict"])), one[0].opens_at))
    return [_question(scene, piece, question) for piece, question in asked]


def _question(scene: Scene, piece: Piece, question: dict[str, Any]) -> QuestionLine:
    address = [scene.course.slug, piece.work.pk, question["question"]]
    return QuestionLine(
        piece.title,
        question["name"],
        question["place"],
        question["count"],
        question["facility"],
        question["discrimination"],
        Verdict(question["verdict"]).words,
        reverse("quizzes:question_statistics", args=address),
    )


def exercise_lines(scene: Scene, tallies: Iterable[Tally]) -> list[ExerciseLine]:
    """Return how the exercises did, the newest first, in one query."""
    works = [piece for piece in reversed(scene.pieces) if piece.has_functions]
    counts = counts_of(scene, keys(works))
    minutes = {tally.item: tally.minutes for tally in tallies}
    return [
        ExerciseLine(
            piece,
            Figure(
                _("handed in"),
                counts[piece.key].handed_in,
                rows_url(scene, "work", item=piece.key, standing="in"),
            ),
            Figure(
                _("wholly right"),
                counts[piece.key].solved,
                rows_url(scene, "work", item=piece.key, solved="yes"),
            ),
            counts[piece.key].mean,
            minutes.get(piece.key),
            rows_url(scene, "work", item=piece.key, at_least=0),
        )
        for piece in works
        if piece.key in counts
    ]
