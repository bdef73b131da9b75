"""Scores with their uncertainty: resampling, shared ranks and the front of score against cost. Pure.

The means of the same resamples of examples are kept for every run, so that runs are compared in pairs.
Sources: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile
intervals); P. Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004 (paired
bootstrap resampling).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Means = npt.NDArray[np.float32]

RESAMPLES = 1000
#: How often an interval covers the truth, roughly.
CONFIDENCE = 0.95


def resampled_means(values: npt.NDArray[Any], *, seed: int) -> Means:
    """Return the mean of each of `RESAMPLES` resamples of `values`, float32.

    The same seed and the same number of values draw the same examples, whatever the values are.
    """
    rng = np.random.default_rng(seed)
    n = len(values)
    return np.array([values[rng.integers(0, n, n)].mean() for _ in range(RESAMPLES)], dtype=np.float32)


def interval(means: Means) -> tuple[float, float]:
    """Return the percentile interval of what the resamples' means say."""
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)


def are_told_apart(better: Means, worse: Means, *, larger_is_better: bool) -> bool:
    """Whether `better` leads so clearly that the interval of the paired difference lies above zero."""
    lead = better - worse if larger_is_better else worse - better
    return bool(np.count_nonzero(lead <= 0) < RESAMPLES * (1 - CONFIDENCE) / 2)


def ranked(
    scores: Sequence[float | None], means: Sequence[Means | None], *, larger_is_better: bool
) -> list[tuple[int, int | None]]:
    """Return (index, rank) of every run, the best first and those without a score last, without a rank.

    A run shares the rank of the first one of the group above it unless the two are told apart; equal scores
    always share one. As in sports, a rank counts those before the group: 1, 1, 3.
    """
    sign = -1 if larger_is_better else 1
    scored = [index for index, score in enumerate(scores) if score is not None]
    order = sorted(scored, key=lambda index: (sign * (scores[index] or 0.0), index))
    result: list[tuple[int, int | None]] = []
    leader, rank = -1, 0
    for place, index in enumerate(order, start=1):
        if place == 1 or not _share(scores, means, leader, index, larger_is_better):
            leader, rank = index, place
        result.append((index, rank))
    return result + [(index, None) for index, score in enumerate(scores) if score is None]


def _share(
    scores: Sequence[float | None],
    means: Sequence[Means | None],
    leader: int,
    index: int,
    larger_is_better: bool,
) -> bool:
    if scores[leader] == scores[index]:
        return True
    first, second = means[leader], means[index]
    if first is None or second is None:
        return False
    return not are_told_apart(first, second, larger_is_better=larger_is_better)


def front(
    scores: Sequence[float | None], costs: Sequence[float | None], *, larger_is_better: bool
) -> set[int]:
    """Return the indices nobody beats: no other has as good a score for as little, and one of both better.

    Runs without a score or a cost are on no front.
    """
    sign = -1 if larger_is_better else 1
    points = sorted(
        (cost, sign * score, index)
        for index, (score, cost) in enumerate(zip(scores, costs, strict=True))
        if score is not None and cost is not None
    )
    found: set[int] = set()
    best: tuple[float, float] | None = None  # of the front so far: its loss and that point's cost
    for cost, loss, index in points:
        if best is None or loss < best[0] or (loss, cost) == best:
            found.add(index)
            best = (loss, cost)
    return found
