"""The term: week by week how many take part and how they score, and how questions and exercises did."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.charts import Chart, Kind
from classroom.models import Standing, Tally
from classroom.pages.dashboards.figures import Counts, Figure, counts_of, rows_url
from classroom.pages.dashboards.pieces import EXERCISE, QUIZ, Piece, keys
from classroom.pages.dashboards.rows.subject import Scene
from classroom.pages.dashboards.rows.work import KINDS
from quizzes.statistics.verdicts import Verdict, Words


@dataclass(frozen=True)
class Part:
    """A week's quizzes, or its exercises."""

    kind: str
    handed_in: Figure
    missed: Figure
    expected: Figure
    mean: float | None
    results_url: str

    @property
    def done_percent(self) -> float | None:
        """How many of all pieces of work were handed in, in percent."""
        return 100 * self.handed_in.count / self.expected.count if self.expected.count else None

    @property
    def mean_percent(self) -> float | None:
        """The mean score in percent."""
        return None if self.mean is None else 100 * self.mean


@dataclass(frozen=True)
class WeekLine:
    """A week of the term."""

    number: int
    parts: list[Part | None]


def weeks_of(scene: Scene) -> list[WeekLine]:
    """Return what was done week by week, in one query; what belongs to no week is left out."""
    counts = counts_of(scene, keys(scene.pieces))
    numbers = sorted({piece.week for piece in scene.pieces if piece.week is not None})
    return [
        WeekLine(number, [_part(scene, counts, number, kind) for kind in (QUIZ, EXERCISE)])
        for number in numbers
    ]


def _part(scene: Scene, counts: dict[str, Counts], week: int, kind: str) -> Part | None:
    pieces = [piece for piece in scene.pieces if (piece.week, piece.kind) == (week, kind)]
    found = [counts[piece.key] for piece in pieces if piece.key in counts]
    if not found:
        return None
    handed_in = sum(one.handed_in for one in found)
    results = sum(one.graded for one in found)
    earned = sum((one.mean or 0.0) * one.graded for one in found)
    url = rows_url(scene, "work", week=week, kind=kind)
    return Part(
        kind,
        Figure(_("handed in"), handed_in, rows_url(scene, "work", week=week, kind=kind, standing="in")),
        Figure(
            _("missed"),
            sum(one.by_standing[Standing.MISSED] for one in found),
            rows_url(scene, "work", week=week, kind=kind, standing=Standing.MISSED.value),
        ),
        Figure(_("in all"), sum(one.people for one in found), url),
        earned / results if results else None,
        rows_url(scene, "work", week=week, kind=kind, at_least=0),
    )


def trends(lines: list[WeekLine]) -> tuple[Chart, Chart]:
    """Draw how many handed in, and how they scored, week by week."""
    names = dict(KINDS)
    parts = [(line.number, part) for line in lines for part in line.parts if part]
    done = Chart(
        Kind.LINES,
        _("Handed in, week by week"),
        _("Week"),
        _("Percent of all"),
        [(week, _round(part.done_percent), str(names[part.kind])) for week, part in parts],
        y_max=100,
        urls=[part.handed_in.url for _week, part in parts],
    )
    scores = Chart(
        Kind.LINES,
        _("Mean score, week by week"),
        _("Week"),
        _("Percent of the points"),
        [(week, _round(part.mean_percent), str(names[part.kind])) for week, part in parts],
        y_max=100,
        urls=[part.results_url for _week, part in parts],
    )
    return done, scores


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


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
    asked.sort(key=lambda one: (SEVERITY.index(Verdict(one[1]["verdict"])), one[0].opens_at, one[1]["place"]))
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


def counted_at(scene: Scene) -> object:
    """Return when the worker counted last; None where it has not yet."""
    return Tally.objects.filter(course=scene.course).aggregate(last=Max("counted_at"))["last"]
