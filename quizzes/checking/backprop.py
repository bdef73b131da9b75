"""Draw a 2-2-1 net, an example and its target; the engine says every number on the way there and back."""

import numpy as np

from nnengine.layers.activations import Sigmoid
from nnengine.layers.base import Array
from nnengine.layers.dense import Dense
from nnengine.losses import SquaredError
from quizzes.kinds import Data


def draw(data: Data, rng: np.random.Generator) -> Data:
    """Return the net, its example and ``key``: the numbers of `quizzes.kinds.backprop` by name.

    Weights are tenths, so that the sums can be written down. They are stored as the course writes them, a row
    for each unit of the layer. The loss is (a2 - y)² / 2.
    """
    first, second = (Dense(2, n, rng=rng, dtype=np.float64) for n in (2, 1))
    for param in (first.params["W"], first.params["b"], second.params["W"], second.params["b"]):
        param[...] = rng.integers(1, 10, size=param.shape) * rng.choice([-1, 1], size=param.shape) / 10
    x, y = rng.choice([-2.0, -1.0, 1.0, 2.0], size=(1, 2)), float(rng.integers(0, 2))
    return {
        "x": x[0].tolist(),
        "y": y,
        "W1": first.params["W"].T.tolist(),
        "b1": first.params["b"].tolist(),
        "W2": second.params["W"][:, 0].tolist(),
        "b2": float(second.params["b"][0]),
        "key": _key(first, second, x, y),
    }


def _key(first: Dense, second: Dense, x: Array, y: float) -> dict[str, float]:
    hidden, output, loss = Sigmoid(), Sigmoid(), SquaredError()
    z1 = first.forward(x, training=True).copy()
    a1 = hidden.forward(z1, training=True).copy()
    z2 = second.forward(a1, training=True).copy()
    a2 = output.forward(z2, training=True).copy()
    loss.forward(a2, np.array([[y]]))
    dz2 = output.backward(loss.backward() / 2).copy()
    dz1 = hidden.backward(second.backward(dz2)).copy()
    first.backward(dz1)
    numbers = {
        "z1": z1,
        "a1": a1,
        "z2": z2,
        "a2": a2,
        "dz2": dz2,
        "dW2": second.grads["W"],
        "db2": second.grads["b"],
        "dz1": dz1,
        "dW1": first.grads["W"].T,
        "db1": first.grads["b"],
    }
    return {
        name if array.size == 1 else f"{name}_{place}": float(number)
        for name, array in numbers.items()
        for place, number in zip(_places(array.size), array.ravel(), strict=True)
    }


def _places(size: int) -> list[str]:
    return ["11", "12", "21", "22"] if size == 4 else [str(place) for place in range(1, size + 1)]
