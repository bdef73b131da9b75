"""What every library is asked to do: data, first parameters and the size of the work, the same for all.

A step is one loss and its gradients by all parameters (`lstm`: by the input, too; `digits_small`: and the
update). Shapes are ours: examples first, images (batch, height, width, channels), weights (inputs,
outputs), kernels (height, width, channels, filters), the LSTM's gates in the order i, f, o, g.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

NAMES = ("mlp", "conv", "lstm", "planar", "digits_small")
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Task:
    """A task's data, its first parameters, and the floating-point operations of its matrix products."""

    name: str
    x: np.ndarray
    y: np.ndarray
    params: dict[str, np.ndarray]
    flop: float


def task(name: str) -> Task:
    """Return a task; the same one at every call."""
    rng = np.random.default_rng(20261124)
    return TASKS[name](rng)


def _dense(rng: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    params = {}
    for number, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        params[f"W{number}"] = _normal(rng, inputs, outputs) * np.float32((2 / inputs) ** 0.5)
        params[f"b{number}"] = _normal(rng, outputs) * np.float32(0.1)
    return params


def _normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)


def _product_flop(rows: int, inputs: int, outputs: int, products: int = 3) -> float:
    """Return the work of a product forward, for the weights' gradient and for the input's."""
    return 2.0 * rows * inputs * outputs * products


def _mlp(rng: np.random.Generator) -> Task:
    """784-256-128-10, ReLU, softmax cross-entropy, batch of 128."""
    flop = _product_flop(128, 784, 256, 2) + _product_flop(128, 256, 128) + _product_flop(128, 128, 10)
    return Task(
        "mlp", _normal(rng, 128, 784), rng.integers(0, 10, 128), _dense(rng, (784, 256, 128, 10)), flop
    )


def _conv(rng: np.random.Generator) -> Task:
    """Twice 3x3 convolution (16, then 32 filters), ReLU and 2x2 max pooling; 10 classes, batch of 64."""
    params = {
        "W1": _normal(rng, 3, 3, 1, 16) * np.float32((2 / 9) ** 0.5),
        "b1": _normal(rng, 16) * np.float32(0.1),
        "W2": _normal(rng, 3, 3, 16, 32) * np.float32((2 / 144) ** 0.5),
        "b2": _normal(rng, 32) * np.float32(0.1),
        "W3": _normal(rng, 1568, 10) * np.float32((2 / 1568) ** 0.5),
        "b3": _normal(rng, 10) * np.float32(0.1),
    }
    flop = (
        _product_flop(64 * 28 * 28, 9, 16, 2)
        + _product_flop(64 * 14 * 14, 144, 32)
        + _product_flop(64, 1568, 10)
    )
    return Task("conv", _normal(rng, 64, 28, 28, 1), rng.integers(0, 10, 64), params, flop)


def _lstm(rng: np.random.Generator) -> Task:
    """One layer, 32 sequences of 32 steps, 64 features, 128 hidden; the loss is the sum of ``h * y``."""
    batch, time, features, hidden = 32, 32, 64, 128
    bound = hidden**-0.5
    params = {
        name: rng.uniform(-bound, bound, shape).astype(np.float32)
        for name, shape in (
            ("Wx", (features, 4 * hidden)),
            ("Wh", (hidden, 4 * hidden)),
            ("b", (4 * hidden,)),
        )
    }
    flop = _product_flop(batch * time, features + hidden, 4 * hidden)
    return Task("lstm", _normal(rng, batch, time, features), _normal(rng, batch, time, hidden), params, flop)


def _planar(rng: np.random.Generator) -> Task:
    """2-4-1, tanh, binary cross-entropy from logits, 400 examples."""
    y = rng.integers(0, 2, (400, 1)).astype(np.float32)
    flop = _product_flop(400, 2, 4, 2) + _product_flop(400, 4, 1)
    return Task("planar", _normal(rng, 400, 2), y, _dense(rng, (2, 4, 1)), flop)


def _digits_small(rng: np.random.Generator) -> Task:
    """784-30-10, sigmoids, the squared error, batch of 10, one step of gradient descent."""
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, 10)]
    flop = _product_flop(10, 784, 30, 2) + _product_flop(10, 30, 10)
    return Task("digits_small", _normal(rng, 10, 784), y, _dense(rng, (784, 30, 10)), flop)


TASKS = {"mlp": _mlp, "conv": _conv, "lstm": _lstm, "planar": _planar, "digits_small": _digits_small}
