"""The tasks in HIPS autograd, float32: a loss written in its numpy, `value_and_grad` of it.

It has no convolution of its own without SciPy (and that one took a second a step); nine shifted products
are the fastest we found that its tape can follow.
"""

from collections.abc import Callable
from typing import Any

import autograd.numpy as np
from autograd import value_and_grad

from benchmarks.engine.tasks import LEARNING_RATE, Task

Node = Any
"""A numpy array or what the library wraps around one."""
Params = dict[str, Node]


def step(task: Task) -> Callable[[], float]:
    """Return a function that does one step and returns its loss."""
    loss = LOSSES[task.name]
    params = {name: array.copy() for name, array in task.params.items()}
    if task.name == "lstm":
        both = value_and_grad(lambda everything: loss(everything, everything["x"], task.y))
        params["x"] = task.x
        return lambda: float(both(params)[0])
    gradients = value_and_grad(loss)
    if task.name != "digits_small":
        return lambda: float(gradients(params, task.x, task.y)[0])

    def run() -> float:
        value, grads = gradients(params, task.x, task.y)
        for name, grad in grads.items():
            params[name] -= np.float32(LEARNING_RATE) * grad
        return float(value)

    return run


def _cross_entropy(z: Node, y: Node) -> Node:
    z = z - np.max(z, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(len(y)), y])


def _sigmoid(z: Node) -> Node:
    return 0.5 * (np.tanh(0.5 * z) + 1)


def _mlp(p: Params, x: Node, y: Node) -> Node:
    a = np.maximum(np.dot(x, p["W1"]) + p["b1"], 0)
    a = np.maximum(np.dot(a, p["W2"]) + p["b2"], 0)
    return _cross_entropy(np.dot(a, p["W3"]) + p["b3"], y)


def _conv2d(x: Node, W: Node, b: Node) -> Node:
    _, height, width, _ = x.shape
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "constant")
    taps = [np.dot(x[:, i : i + height, j : j + width], W[i, j]) for i in range(3) for j in range(3)]
    return sum(taps) + b


def _pool(x: Node) -> Node:
    batch, height, width, channels = x.shape
    return np.max(np.reshape(x, (batch, height // 2, 2, width // 2, 2, channels)), axis=(2, 4))


def _conv(p: Params, x: Node, y: Node) -> Node:
    a = _pool(np.maximum(_conv2d(x, p["W1"], p["b1"]), 0))
    a = _pool(np.maximum(_conv2d(a, p["W2"], p["b2"]), 0))
    return _cross_entropy(np.dot(np.reshape(a, (len(x), -1)), p["W3"]) + p["b3"], y)


def _lstm(p: Params, x: Node, y: Node) -> Node:
    batch, time, _ = x.shape
    hidden = y.shape[2]
    h = c = np.zeros((batch, hidden), np.float32)
    loss = 0.0
    for t in range(time):
        a = np.dot(x[:, t], p["Wx"]) + np.dot(h, p["Wh"]) + p["b"]
        gates = _sigmoid(a[:, : 3 * hidden])
        i, f, o = gates[:, :hidden], gates[:, hidden : 2 * hidden], gates[:, 2 * hidden :]
        c = f * c + i * np.tanh(a[:, 3 * hidden :])
        h = o * np.tanh(c)
        loss = loss + np.sum(h * y[:, t])
    return loss


def _planar(p: Params, x: Node, y: Node) -> Node:
    z = np.dot(np.tanh(np.dot(x, p["W1"]) + p["b1"]), p["W2"]) + p["b2"]
    return np.mean(np.logaddexp(np.float32(0), z) - z * y)


def _digits_small(p: Params, x: Node, y: Node) -> Node:
    a = _sigmoid(np.dot(_sigmoid(np.dot(x, p["W1"]) + p["b1"]), p["W2"]) + p["b2"])
    return 1 / len(x) * np.sum((a - y) ** 2)


LOSSES = {"mlp": _mlp, "conv": _conv, "lstm": _lstm, "planar": _planar, "digits_small": _digits_small}
