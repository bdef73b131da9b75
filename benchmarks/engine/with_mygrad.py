"""The tasks in MyGrad, float32, with its own layers and losses where it has them."""

from collections.abc import Callable
from typing import Any

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import sigmoid
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from benchmarks.engine.tasks import LEARNING_RATE, Task

Node = Any
"""A numpy array or what the library wraps around one."""
Params = dict[str, Node]


def step(task: Task) -> Callable[[], float]:
    """Return a function that does one step and returns its loss."""
    loss = LOSSES[task.name]
    arrays = dict(task.params)
    x = task.x
    if task.name == "conv":
        x = x.transpose(0, 3, 1, 2).copy()
        for name in ("W1", "W2"):
            arrays[name] = arrays[name].transpose(3, 2, 0, 1).copy()
    if task.name == "lstm":
        arrays["x"] = x
    params = {name: mg.tensor(array.copy()) for name, array in arrays.items()}

    def run() -> float:
        for tensor in params.values():
            tensor.null_grad()
        value = loss(params, params.get("x", x), task.y)
        value.backward()
        if task.name == "digits_small":
            for tensor in params.values():
                tensor.data -= np.float32(LEARNING_RATE) * tensor.grad
        return float(value.item())

    return run


def _mlp(p: Params, x: Node, y: Node) -> Node:
    a = mg.maximum(mg.matmul(x, p["W1"]) + p["b1"], 0)
    a = mg.maximum(mg.matmul(a, p["W2"]) + p["b2"], 0)
    return softmax_crossentropy(mg.matmul(a, p["W3"]) + p["b3"], y)


def _conv(p: Params, x: Node, y: Node) -> Node:
    a = x
    for number in (1, 2):
        z = conv_nd(a, p[f"W{number}"], stride=1, padding=1) + p[f"b{number}"].reshape(1, -1, 1, 1)
        a = max_pool(mg.maximum(z, 0), (2, 2), 2)
    flat = mg.transpose(a, (0, 2, 3, 1)).reshape(len(x), -1)
    return softmax_crossentropy(mg.matmul(flat, p["W3"]) + p["b3"], y)


def _lstm(p: Params, x: Node, y: Node) -> Node:
    batch, time, _ = x.shape
    hidden = y.shape[2]
    h = c = np.zeros((batch, hidden), np.float32)
    loss = 0
    for t in range(time):
        a = mg.matmul(x[:, t], p["Wx"]) + mg.matmul(h, p["Wh"]) + p["b"]
        gates = sigmoid(a[:, : 3 * hidden])
        i, f, o = gates[:, :hidden], gates[:, hidden : 2 * hidden], gates[:, 2 * hidden :]
        c = f * c + i * mg.tanh(a[:, 3 * hidden :])
        h = o * mg.tanh(c)
        loss = loss + mg.sum(h * y[:, t])
    return loss


def _planar(p: Params, x: Node, y: Node) -> Node:
    z = mg.matmul(mg.tanh(mg.matmul(x, p["W1"]) + p["b1"]), p["W2"]) + p["b2"]
    return mg.mean(mg.logaddexp(np.float32(0), z) - z * y)


def _digits_small(p: Params, x: Node, y: Node) -> Node:
    a = sigmoid(mg.matmul(sigmoid(mg.matmul(x, p["W1"]) + p["b1"]), p["W2"]) + p["b2"])
    return 1 / len(x) * mg.sum((a - y) ** 2)


LOSSES = {"mlp": _mlp, "conv": _conv, "lstm": _lstm, "planar": _planar, "digits_small": _digits_small}
