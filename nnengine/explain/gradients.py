"""Gradients by the input: which change of the input would change the score most.

    gradient              dS / dx
    gradient x input      x * dS / dx
    integrated gradients  (x - x0) * mean over a in (0, 1) of dS/dx at x0 + a (x - x0)

The score S is one output of the net, before any softmax. Integrated gradients add up to S(x) - S(x0)
(M. Sundararajan, A. Taly, Q. Yan: "Axiomatic attribution for deep networks", 2017, proposition 1).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer
from nnengine.models.sequential import Sequential

Targets = int | npt.NDArray[np.integer] | None


@contextmanager
def kept_gradients(net: Layer) -> Iterator[None]:
    """Put the parameters' gradients back afterwards: looking at a net must not train it."""
    kept = {name: grad.copy() for name, grad in net.grads.items()}
    yield
    for name, grad in kept.items():
        net.grads[name][...] = grad


def one_hot(scores: Array, target: Targets) -> Array:
    """Return ones at each example's target output and zeros elsewhere; shape of `scores`, (batch, outputs).

    `target` is one output for all, one an example, or None for each example's largest.

    Raises
    ------
    ValueError
        The scores are not (batch, outputs), or a target is no output of the net.
    """
    if scores.ndim != 2:
        raise ValueError(
            f"net: expected an output of shape (batch, outputs), got {scores.shape}: add Flatten or LastStep"
        )
    chosen = scores.argmax(axis=1) if target is None else np.broadcast_to(target, len(scores))
    if ((chosen < 0) | (chosen >= scores.shape[1])).any():
        raise ValueError(f"target: expected 0 to {scores.shape[1] - 1}, an output of the net, got {target}")
    hot = np.zeros_like(scores)
    hot[np.arange(len(scores)), chosen] = 1
    return hot


def input_gradient(net: Sequential, x: Array, *, target: Targets = None) -> Array:
    """Return the gradient of each example's target score by its input, in the shape of `x`.

    The net's parameter gradients are left as they were.
    """
    with kept_gradients(net):
        return net.backward(one_hot(net.forward(x), target)).copy()


def gradient_times_input(net: Sequential, x: Array, *, target: Targets = None) -> Array:
    """Return ``x * dS/dx``, in the shape of `x`: for a linear net exactly each input's share of the score."""
    product: Array = x * input_gradient(net, x, target=target)
    return product


def integrated_gradients(
    net: Sequential, x: Array, *, target: Targets = None, baseline: Array | float = 0.0, steps: int = 64
) -> Array:
    """Return integrated gradients along the straight line from `baseline` to `x`, in the shape of `x`.

    The integral is taken by the midpoint rule in `steps` steps, so the sum over an example's inputs differs
    from ``S(x) - S(baseline)`` by an error that falls with the square of `steps`.

    Raises
    ------
    ValueError
        `steps` is less than 1.
    """
    if steps < 1:
        raise ValueError(f"steps: expected at least 1, got {steps}")
    if target is None:
        target = net.forward(x).argmax(axis=1)
    way = (x - np.asarray(baseline, x.dtype)).astype(x.dtype, copy=False)
    total = np.zeros_like(x)
    for step in range(steps):
        point = x - way * x.dtype.type(1 - (step + 0.5) / steps)
        total += input_gradient(net, point, target=target)
    attribution: Array = way * total / x.dtype.type(steps)
    return attribution
