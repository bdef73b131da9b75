"""What one answer earns, from the log: the one way to points, at hand-in and in regrades. Pure."""

from dataclasses import dataclass

from quizzes.kinds import KINDS, Score
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
        What a worker found; only for kinds that are not scored by rule.
    """
    version = item.scored_by or item.version
    kind = KINDS[version.kind]
    answered = answer is not None and any(part.strip() for part in answer.value)
    if answer is None or not answered:
        return Mark(0.0, None)
    if score is None:
        if kind.graded_by != "rule":
            return Mark(None, None)
        score = kind.score(item.data, answer.value)
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
