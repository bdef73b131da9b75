"""Draw two clouds of points; a perceptron of the engine says how well a line can part them."""

import numpy as np

from nnengine.layers.base import Array
from nnengine.models import Perceptron
from quizzes.kinds import Data

SHOWN, HIDDEN = 24, 200


def draw(data: Data, rng: np.random.Generator) -> Data:
    """Return ``shown`` and ``hidden`` points as [x1, x2, class], and as ``key`` good weights [w1, w2, b].

    The clouds lie on either side of a random line, ``gap`` standard deviations (default 3) apart.
    """
    gap, angle = float(data.get("gap", 3)), rng.uniform(0, 2 * np.pi)
    normal = np.array([np.cos(angle), np.sin(angle)])
    centre = rng.uniform(-0.8, 0.8, size=2)

    def points(count: int) -> tuple[Array, np.ndarray]:
        labels = np.arange(count) % 2
        sides = np.where(labels, 1.0, -1.0)[:, None] * normal * gap / 2
        return np.round(centre + sides + rng.normal(size=(count, 2)), 2), labels

    shown, labels = points(SHOWN)
    hidden, classes = points(HIDDEN)
    best, most = [*normal, -normal @ centre], 0.0
    for w1, w2, b in (best, _learnt(shown, labels, rng)):
        right = float(np.mean((hidden @ np.array([w1, w2]) + b >= 0) == classes))
        if right > most:
            best, most = [w1, w2, b], right
    return {
        "shown": _rows(shown, labels),
        "hidden": _rows(hidden, classes),
        "key": [round(float(n), 3) for n in best],
    }


def _learnt(points: Array, labels: np.ndarray, rng: np.random.Generator) -> list[float]:
    perceptron = Perceptron(2)
    perceptron.learn(points, labels, rng=rng, epochs=50)
    return [*perceptron.w.tolist(), float(perceptron.b)]


def _rows(points: Array, labels: np.ndarray) -> list[list[float]]:
    return [[float(x1), float(x2), int(label)] for (x1, x2), label in zip(points, labels, strict=True)]
