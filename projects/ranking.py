"""From judges' orders to one order of the projects, with its uncertainty.

Each judge puts the projects they saw into an order. The model is Bradley and Terry's (Biometrika 39, 1952) in
its form for whole orders (Luce 1959; Plackett, Applied Statistics 24, 1975): a project's chance to be placed
before all that are left is proportional to the exponential of its strength; for orders of two it is exactly
Bradley-Terry. A Gaussian prior keeps strengths finite where a project won or lost every comparison. Nothing
is remembered between fits: strengths follow from the stored orders alone.
"""

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
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
    remaining = _remaining(count, orders)
    strengths = np.zeros(count)
    value, gradient, curvature = _posterior(strengths, remaining, prior_sd)
    for _ in range(_ROUNDS):
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while True:
            tried = strengths + size * step
            new_value, new_gradient, new_curvature = _posterior(tried, remaining, prior_sd)
            if new_value >= value - 1e-12 or size < 1e-6:
                break
            size /= 2
        strengths, value, gradient, curvature = tried, new_value, new_gradient, new_curvature
        if np.abs(size * step).max(initial=0.0) < _CLOSE:
            break
    covariance: Vector = np.linalg.inv(curvature).astype(np.float64)
    return strengths, covariance


def _remaining(count: int, orders: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return every choice a judge made: the chosen one, then those left; shape (choices, longest order).

    The short ones are filled up with `count`, which stands for nobody.
    """
    choices = [order[start:] for order in orders for start in range(len(order) - 1)]
    longest = max((len(choice) for choice in choices), default=1)
    table = np.full((len(choices), longest), count, dtype=np.int64)
    for row, choice in enumerate(choices):
        table[row, : len(choice)] = choice
    return table


def _posterior(
    strengths: Vector, remaining: NDArray[np.int64], prior_sd: float
) -> tuple[float, Vector, Vector]:
    """Return the log posterior with its gradient and negated Hessian."""
    count = len(strengths)
    precision = 1 / prior_sd**2
    padded = np.append(strengths, -np.inf)
    among = padded[remaining]  # (choices, longest)
    largest = among.max(axis=1, keepdims=True) if len(among) else among
    weights = np.exp(among - largest)
    totals = weights.sum(axis=1, keepdims=True)
    chances = weights / totals
    value = float((among[:, 0] - largest[:, 0] - np.log(totals[:, 0])).sum()) if len(among) else 0.0
    gradient = np.bincount(remaining[:, 0], minlength=count + 1).astype(np.float64)
    gradient -= np.bincount(remaining.ravel(), weights=chances.ravel(), minlength=count + 1)
    spread = np.zeros((len(remaining), count + 1))
    np.put_along_axis(spread, remaining, chances, axis=1)
    curvature = np.diag(spread.sum(axis=0)) - spread.T @ spread
    value -= 0.5 * precision * float(strengths @ strengths)
    return (
        value,
        gradient[:count] - precision * strengths,
        curvature[:count, :count] + precision * np.eye(count),
    )


def copeland(count: int, orders: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return, for each, how many it beats by majority minus how many it loses to; shape (count,)."""
    before = np.zeros((count, count), dtype=np.int64)
    for order in orders:
        for position, winner in enumerate(order):
            before[winner, order[position + 1 :]] += 1
    margins: NDArray[np.int64] = np.sign(before - before.T)
    return np.asarray(margins.sum(axis=1), dtype=np.int64)


def next_to_see(
    candidates: Sequence[Item],
    *,
    looks: Mapping[Item, int],
    seen: Collection[Item],
    together: Mapping[tuple[Item, Item], int],
) -> Item | None:
    """Return what a judge should see next: the least seen, of those the one least compared with `seen`.

    Parameters
    ----------
    candidates
        What the judge may see: no conflict of interest, not seen yet; None is returned when it is empty.
    looks
        How many judges have seen each, or are on their way.
    together
        How many judges have seen both of a pair (in either order).
    """
    if not candidates:
        return None
    fewest = min(looks.get(item, 0) for item in candidates)
    return min(
        (item for item in candidates if looks.get(item, 0) == fewest),
        key=lambda item: sum(
            together.get((item, other), 0) + together.get((other, item), 0) for other in seen
        ),
    )


def judges_needed(*, projects: int, looks: int = 3, minutes_a_look: float = 5, minutes: float) -> int:
    """Return how many judges see every project `looks` times within `minutes`.

    Major League Hacking's rule of thumb: projects times looks times minutes a look, over the time there is.
    """
    return math.ceil(projects * looks * minutes_a_look / minutes)


def normal_cdf(x: float) -> float:
    """Return the probability that a standard normal variable is below `x`."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))
