"""What an optimiser does to one parameter, as functions that return new arrays.

The first moment here is a mean, ``v = beta v + (1 - beta) g``, as in Adam and in many courses; the layer
optimiser `SGD` keeps a sum, ``v = m v + g``. Both take the same path if its rate is ``1 - beta`` times
theirs.
"""

import numpy as np

from nnengine.layers.base import Array


def gradient_descent(w: Array, dw: Array, *, learning_rate: float) -> Array:
    """Return ``w - r dw``."""
    return w - learning_rate * dw


def momentum(
    w: Array, dw: Array, v: Array, *, learning_rate: float, beta: float = 0.9
) -> tuple[Array, Array]:
    """Return the new parameter and the new mean gradient."""
    v = beta * v + (1 - beta) * dw
    return w - learning_rate * v, v


def rmsprop(
    w: Array, dw: Array, s: Array, *, learning_rate: float, decay_rate: float = 0.99, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Return the new parameter and the new mean square."""
    s = decay_rate * s + (1 - decay_rate) * dw**2
    return w - learning_rate * dw / (np.sqrt(s) + eps), s


def adam(
    w: Array,
    dw: Array,
    v: Array,
    s: Array,
    t: int,
    *,
    learning_rate: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Return the new parameter, mean gradient and mean square; `t` is 1 at the first step."""
    if t < 1:
        raise ValueError(f"t: expected 1 at the first step, got {t}")
    v = betas[0] * v + (1 - betas[0]) * dw
    s = betas[1] * s + (1 - betas[1]) * dw**2
    mean, square = v / (1 - betas[0] ** t), s / (1 - betas[1] ** t)
    return w - learning_rate * mean / (np.sqrt(square) + eps), v, s
