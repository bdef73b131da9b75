"""From how right an answer is to the points it earns. Pure."""

from collections.abc import Sequence

from quizzes.models import Counts, Marking

#: Share of a question's points by certainty, for a right and for a wrong answer. Moodle's certainty-based
#: marks (docs.moodle.org, "Using certainty-based marking": 1, 2, 3 and 0, -2, -6), divided by 3 so that no
#: question earns more than its points.
CERTAIN_RIGHT = {1: 1 / 3, 2: 2 / 3, 3: 1.0}
CERTAIN_WRONG = {1: 0.0, 2: -2 / 3, 3: -2.0}


def points_for(
    fraction: float,
    *,
    max_points: float,
    answered: bool,
    penalty: float = 0.0,
    marking: str = Marking.PLAIN,
    certainty: int | None = None,
    hints: int = 0,
    hint_cost_percent: int | None = None,
) -> float:
    """Return the points that an answer earns, rounded to six decimals.

    Parameters
    ----------
    fraction
        How right the answer is, from -1 to 1.
    answered
        Whether there is an answer at all: none earns 0, whatever else.
    penalty
        The share of the points that an answer costs that has nothing right in it (0 to 1).
    marking, certainty
        With `Marking.CERTAINTY`, how sure the student was, from 1 to 3; nothing said counts as 1.
    hints, hint_cost_percent
        Each hint taken costs this share (percent) of the points that the answer earned.
    """
    if not answered:
        return 0.0
    if marking == Marking.CERTAINTY:
        level = certainty if certainty in CERTAIN_RIGHT else 1
        share = CERTAIN_RIGHT[level] * fraction if fraction > 0 else CERTAIN_WRONG[level]
    else:
        share = fraction if fraction != 0 else -penalty
    if share > 0:
        share *= max(0.0, 1 - hints * (hint_cost_percent or 0) / 100)
    return round(max_points * share, 6) + 0.0  # no -0.0


def total(points: list[float]) -> float:
    """Return an attempt's score: the sum, and never less than nothing."""
    return round(max(0.0, sum(points)), 6)


def counted(scores: Sequence[float], counts: str) -> float | None:
    """Return what counts of several attempts' scores, oldest first; None of none."""
    if not scores:
        return None
    chosen = {Counts.BEST: max(scores), Counts.LAST: scores[-1], Counts.FIRST: scores[0]}
    return chosen.get(Counts(counts), round(sum(scores) / len(scores), 6))
