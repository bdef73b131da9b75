"""From judges' orders to one order of the projects, with its uncertainty.

Each judge puts the projects they saw into an order. The model is Bradley and Terry's (Biometrika 39, 1952) in
its form for whole orders (Luce 1959; Plackett, Applied Statistics 24, 1975): a project's chance to be placed
before all that are left is proportional to the exponential of its strength; for orders of two it is exactly
Bradley-Terry. A Gaussian prior keeps strengths finite where a project won or lost every comparison. Nothing
is remembered between fits: strengths follow from the stored orders alone.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item", bound=Hashable)
Vector = NDArray[np.float64]

#: Standard deviation of strengths before anything is known.
PRIOR_SD = 1.0
_ROUNDS = 50
_CLOSE = 1e-9
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Standing(Generic[Item]):
    """Where one project stands.

    `strength` is a log-odds: a difference of 1 means odds of e to 1. `error` is its standard deviation.
    `copeland` is the number of projects it beats in the majority of the orders that hold both, minus those
    it loses to. `looks` counts the orders it is in.
    """

    item: Item
    strength: float
    error: float
    copeland: int
    looks: int


@dataclass(frozen=True)
class Ranking(Generic[Item]):
    """All projects, the strongest first, and how they hang together."""

    standings: list[Standing[Item]]
    _place: Mapping[Item, int]
    _strengths: Vector
    _covariance: Vector

    def beats(self, one: Item, other: Item) -> float:
        """Return the probability that `one` is stronger than `other`."""
        a, b = self._place[one], self._place[other]
        spread = self._covariance[a, a] + self._covariance[b, b] - 2 * self._covariance[a, b]
        return normal_cdf(float(self._strengths[a] - self._strengths[b]) / math.sqrt(max(spread, 1e-12)))


def rank(items: Sequence[Item], orders: Sequence[Sequence[Item]]) -> Ranking[Item]:
    """Order `items` by what the judges' `orders` (best first) say; ties go by Copeland, then as given.

    Raises
    ------
    KeyError
        An order names something that is not among `items`.
    """
    place = {item: index for index, item in enumerate(items)}
    numbered = [[place[item] for item in order] for order in orders]
    strengths, covariance = fit(len(items), numbered)
    wins = copeland(len(items), numbered)
    looks = np.bincount([index for order in numbered for index in order], minlength=len(items))
    standings = [
        Standing(item, float(strengths[i]), math.sqrt(covariance[i, i]), int(wins[i]), int(looks[i]))
        for item, i in place.items()
    ]
    standings.sort(key=lambda s: (-round(s.strength, 9), -s.copeland, place[s.item]))
    return Ranking(standings, place, strengths, covariance)


def fit(count: int, orders: Sequence[Sequence[int]], *, prior_sd: float = PRIOR_SD) -> tuple[Vector, Vector]:
    """Return the most probable strengths, shape (count,), and their covariance, shape (count, count).

    Newton's method on a concave function, halving steps that overshoot; the covariance is the inverse of the
    curvature there (Laplace's approximation).
    """
    several = [np.asarray(order, dtype=np.int64) for order in orders if len(order) > 1]
    strengths = np.zeros(count)
    value, gradient, curvature = _posterior(strengths, several, prior_sd)
    for _ in range(_ROUNDS):
        step = _solve(curvature, gradient)
        size = 1.0
        while True:
            tried = strengths + size * step
            new_value, new_gradient, new_curvature = _posterior(tried, several, prior_sd)
            if new_value >= value - _ROUNDING * (1 + abs(value)) or size < 1e-6:
                break
            size /= 2
        strengths, value, gradient, curvature = tried, new_value, new_gradient, new_curvature
        if np.abs(size * step).max(initial=0.0) < _CLOSE:
            break
    covariance: Vector = np.linalg.inv(curvature).astype(np.float64)
    return strengths, covariance


def _solve(matrix: Vector, right: Vector) -> Vector:
    """Solve a symmetric positive definite system by conjugate gradients (Hestenes and Stiefel 1952).

    The prior keeps the eigenvalues close together, so a few dozen products of a matrix and a vector do what
    elimination does in count**3 steps.
    """
    found = np.zeros_like(right)
    rest = right.copy()
    direction = rest.copy()
    square = float(rest @ rest)
    small_enough = 1e-24 * square
    for _ in range(4 * len(right)):
        if square <= small_enough:
            break
        image = matrix @ direction
        along = square / float(direction @ image)
        found += along * direction
        rest -= along * image
        before, square = square, float(rest @ rest)
        direction = rest + square / before * direction
    return found


def _posterior(
    strengths: Vector, orders: Sequence[NDArray[np.int64]], prior_sd: float
) -> tuple[float, Vector, Vector]:
    """Return the log posterior with its gradient and negated Hessian.

    Of an order every place but the last is a choice among those left. With weights w = exp(strength) and S_k
    the sum over those left at the k-th choice, item i is chosen with chance w_i / S_k, so that i and j share
    w_i w_j (1/S_1^2 + ... + 1/S_m^2) of the Hessian, m being the place of the better one of the two.
    """
    precision = 1 / prior_sd**2
    value = -0.5 * precision * float(strengths @ strengths)
    gradient = -precision * strengths
    curvature = precision * np.eye(len(strengths))
    for order in orders:
        among = strengths[order] - strengths[order].max()
        weights = np.exp(among)
        left = np.cumsum(weights[::-1])[:0:-1]  # the last one is left alone: no choice
        value += float((among[:-1] - np.log(left)).sum())
        chances = weights * _then_last(np.cumsum(1 / left))
        gradient[order[:-1]] += 1
        gradient[order] -= chances
        squares = _then_last(np.cumsum(1 / left**2))
        curvature[np.ix_(order, order)] -= np.outer(weights, weights) * np.minimum.outer(squares, squares)
        curvature[order, order] += chances
    return value, gradient, curvature


def _then_last(sums: Vector) -> Vector:
    """Return running sums, one longer: the last item was left at every choice."""
    return np.append(sums, sums[-1])


def copeland(count: int, orders: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return, for each, how many it beats by majority minus how many it loses to; shape (count,)."""
    before = np.zeros((count, count), dtype=np.int64)
    for order in orders:
        for position, winner in enumerate(order):
            before[winner, order[position + 1 :]] += 1
    margins: NDArray[np.int64] = np.sign(before - before.T)
    return np.asarray(margins.sum(axis=1), dtype=np.int64)


def next_to_see(
    candidates: Sequence[Item], *, looks: Mapping[Item, int], compared: Mapping[Item, int]
) -> Item | None:
    """Return what a judge should see next: the least seen, of those the one least compared.

    Parameters
    ----------
    candidates
        What the judge may see: no conflict of interest, not seen yet; None is returned when it is empty.
    looks
        How many judges have seen each, or are on their way.
    compared
        How often each was seen by a judge together with something this judge has seen.
    """
    if not candidates:
        return None
    return min(candidates, key=lambda item: (looks.get(item, 0), compared.get(item, 0)))


def judges_needed(*, projects: int, looks: int = 3, minutes_a_look: float = 5, minutes: float) -> int:
    """Return how many judges see every project `looks` times within `minutes`.

    Major League Hacking's rule of thumb (guide.mlh.io, "Judging plan"): projects times looks times minutes a
    look, over the time there is.
    """
    return math.ceil(projects * looks * minutes_a_look / minutes)


def normal_cdf(x: float) -> float:
    """Return the probability that a standard normal variable is below `x`."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def weighted_mean(marks: Sequence[tuple[float, float]]) -> float | None:
    """Return the mean of (points, weight); None of nothing."""
    total = sum(weight for _points, weight in marks)
    return sum(points * weight for points, weight in marks) / total if total else None


def standard_deviation(values: Sequence[float]) -> float | None:
    """Return the root of the sum of squared distances from the mean over (n - 1); None of fewer than two."""
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def tied_places(scores: Sequence[Hashable]) -> list[int]:
    """Return the place of each of `scores`, which come best first: equal ones share it, as in 1, 2, 2, 4."""
    places: list[int] = []
    for index, score in enumerate(scores):
        shared = index > 0 and score == scores[index - 1]
        places.append(places[-1] if shared else index + 1)
    return places


def borda(items: Sequence[Item], ballots: Sequence[Sequence[Item]], *, places: int) -> dict[Item, int]:
    """Return the points of each of `items` by Borda's count.

    A ballot names up to `places` items, best first: the first gets as many points as there are places, each
    next one fewer; whoever is not named gets none. With as many places as there are items and everybody named
    this is the count by distance from the last place (rules of McHacks 2016, mchacks16.devpost.com/rules),
    but for one point more to each.
    """
    points = dict.fromkeys(items, 0)
    for ballot in ballots:
        for place, item in enumerate(ballot[:places]):
            points[item] += places - place
    return points
