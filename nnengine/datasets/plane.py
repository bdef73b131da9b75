"""Points in the plane that no straight line can part: flower, moons, spirals.

All return ``x`` of shape ``(n, 2)``, float64, and ``y`` of shape ``(n,)``, int64 in {0, 1}, the two classes
equally often and in random order. Generated here; no licence needed.
"""

import numpy as np
import numpy.typing as npt

Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]


def flower(n: int = 400, *, rng: np.random.Generator, noise: float = 0.2) -> Points:
    """Return a rose ``r = 4 sin 4t`` whose petals belong to two classes by turns; range about -4.5 to 4.5.

    The planar data of many first courses (A. Ng and others, "Neural Networks and Deep Learning", week 3):
    each class sweeps about half of the circle.
    """
    half = _half(n)
    angle = np.concatenate([np.linspace(0, 3.12, half), np.linspace(3.12, 6.24, half)])
    angle += rng.normal(0, noise, n)
    radius = 4 * np.sin(4 * angle) + rng.normal(0, noise, n)
    return _shuffled(np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), rng)


def moons(n: int = 400, *, rng: np.random.Generator, noise: float = 0.1) -> Points:
    """Return two half circles, each reaching into the other; range about -1.3 to 2.3."""
    half = _half(n)
    angle = np.linspace(0, np.pi, half)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return _shuffled(np.concatenate([upper, lower]) + rng.normal(0, noise, (n, 2)), rng)


def spirals(n: int = 400, *, rng: np.random.Generator, turns: float = 1.5, noise: float = 0.02) -> Points:
    """Return two spirals wound around each other `turns` times; range about -1 to 1."""
    half = _half(n)
    radius = np.sqrt(np.linspace(0.005, 1, half))
    angle = 2 * np.pi * turns * radius
    arm = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _shuffled(np.concatenate([arm, -arm]) + rng.normal(0, noise, (n, 2)), rng)


def _half(n: int) -> int:
    if n < 2 or n % 2:
        raise ValueError(
            f"n must be even and at least 2, so that the two classes are equally large; got {n}."
        )
    return n // 2


def _shuffled(x: npt.NDArray[np.float64], rng: np.random.Generator) -> Points:
    """Label the first half 0 and the second half 1, and shuffle."""
    order = rng.permutation(len(x))
    return x[order], (order >= len(x) // 2).astype(np.int64)
