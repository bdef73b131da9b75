"""What one answer earns, from the log: the one way to points, at hand-in and in regrades. Pure."""

from dataclasses import dataclass

from quizzes.kinds import KINDS, Score, Value
from quizzes.models import AttemptItem, Quiz
from quizzes.replay import Standing
from quizzes.scoring import points_for


@dataclass(frozen=True)
class Mark:
    """What an answer earns; `points` is None while a person or a worker must still look at it."""

    points: float | None
    score: Score | None


def mark(
    item: AttemptItem, answer: Standing | None, *, quiz: Quiz, hints: int = 0, score: Score | None = None
) -> Mark:
    """Return what `answer` earns under the version that counts for `item`.

    Parameters
    ----------
    item
        With its `version`, and `scored_by` where a regrade has put another key in its place.
    answer
        The one that stands; None where nothing was answered, which earns 0 at once, whoever grades.
    hints
        How many hints were taken.
    score
        What a worker found, if that is not in the item's verdict; only for kinds that are not scored by rule.

    A question that was waived earns everybody all its points, answered or not.
    """
    version = item.scored_by or item.version
    kind = KINDS[version.kind]
    if item.verdict.get("waived"):
        return Mark(item.max_points, Score(1))
    if answer is None or not is_answered(answer.value):
        return Mark(0.0, None)
    if score is None and kind.graded_by == "rule":
        score = kind.score(item.data, answer.value)
    if score is None:
        score = found(item, answer.value)
    if score is None:
        return Mark(None, None)
    points = points_for(
        score.fraction,
        max_points=item.max_points,
        answered=True,
        penalty=version.penalty,
        marking=quiz.marking,
        certainty=answer.certainty,
        hints=hints,
        hint_cost_percent=None if quiz.practice else quiz.hint_cost_percent,
    )
    return Mark(points, score)


def is_being_checked(item: AttemptItem, value: Value) -> bool:
    """Whether just this answer waits for a worker."""
    return item.unchecked_since is not None and item.verdict.get("value") == value


def checks_allowed(item: AttemptItem, quiz: Quiz) -> int:
    """Return how often a student may have an answer checked while a quiz that counts is running."""
    version = item.scored_by or item.version
    by_worker = KINDS[version.kind].graded_by == "worker"
    return int(item.data.get("checks", 0)) if by_worker and not quiz.practice else 0


def is_answered(value: Value) -> bool:
    """Whether there is anything in an answer's fields."""
    return any(part.strip() for part in value)


def found(item: AttemptItem, value: Value) -> Score | None:
    """Return what a worker found out about just this answer; None where none has looked at it yet."""
    verdict = item.verdict
    if "fraction" not in verdict or verdict.get("value") != value:
        return None
    return Score(
        float(verdict["fraction"]), str(verdict.get("feedback", "")), str(verdict.get("misconception", ""))
    )
