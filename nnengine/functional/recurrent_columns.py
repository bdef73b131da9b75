"""Recurrent steps and sequences as functions, an example is a column.

A step takes xt (n_x, m) and the state a_prev (n_a, m); sequences are x (n_x, m, T), states a (n_a, m, T).
The RNN has Wax (n_a, n_x), Waa (n_a, n_a) and ba (n_a, 1). The LSTM's weights act on [a_prev; xt]: Wf,
Wi, Wc, Wo of shape (n_a, n_a + n_x), with biases bf, bi, bc, bo (n_a, 1). Both predict ``y = softmax(Wya
a + by)``, Wya (n_y, n_a) and by (n_y, 1); in the LSTM Wya is called Wy. Gradients are summed over the
examples, not averaged.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnengine.layers.base import Array

Cache = Any
Parameters = Mapping[str, Array]
Grads = dict[str, Array]
GATES = "fico"


def _sigmoid(x: Array) -> Array:
    y: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return y


def _softmax(x: Array) -> Array:
    exp = np.exp(x - x.max(axis=0, keepdims=True))
    shares: Array = exp / exp.sum(axis=0, keepdims=True)
    return shares


def rnn_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array, Cache]:
    """Return ``a = tanh(Waa a_prev + Wax xt + ba)``, the prediction and the cache."""
    p = parameters
    a_next = np.tanh(p["Waa"] @ a_prev + p["Wax"] @ xt + p["ba"])
    return a_next, _softmax(p["Wya"] @ a_next + p["by"]), (a_next, a_prev, xt, parameters)


def rnn_cell_backward(da_next: Array, cache: Cache) -> Grads:
    """Return dxt, da_prev, dWax, dWaa and dba, given the gradient by ``a``."""
    a_next, a_prev, xt, p = cache
    dz = da_next * (1 - a_next**2)
    return {
        "dxt": p["Wax"].T @ dz,
        "da_prev": p["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }


def rnn_forward(x: Array, a0: Array, parameters: Parameters) -> tuple[Array, Array, list[Cache]]:
    """Return all states (n_a, m, T), all predictions (n_y, m, T), and one cache a step."""
    a, states, predictions, caches = a0, [], [], []
    for t in range(x.shape[2]):
        a, y, cache = rnn_cell_forward(x[:, :, t], a, parameters)
        states.append(a)
        predictions.append(y)
        caches.append(cache)
    return np.stack(states, axis=2), np.stack(predictions, axis=2), caches


def rnn_backward(da: Array, caches: list[Cache]) -> Grads:
    """Return dx, da0, dWax, dWaa and dba, given the gradients by all states, shape (n_a, m, T)."""
    carried, steps = np.zeros_like(da[:, :, 0]), []
    for t in reversed(range(len(caches))):
        grads = rnn_cell_backward(da[:, :, t] + carried, caches[t])
        carried = grads.pop("da_prev")
        steps.append(grads)
    return {**_summed(steps), "da0": carried}


def lstm_cell_forward(
    xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters
) -> tuple[Array, Array, Array, Cache]:
    """Return ``a = o tanh(c)``, ``c = f c_prev + i g``, the prediction and the cache."""
    p = parameters
    joined = np.concatenate([a_prev, xt])
    f, i, o = (_sigmoid(p[f"W{gate}"] @ joined + p[f"b{gate}"]) for gate in "fio")
    g = np.tanh(p["Wc"] @ joined + p["bc"])
    c_next: Array = f * c_prev + i * g
    a_next: Array = o * np.tanh(c_next)
    y = _softmax(p["Wy"] @ a_next + p["by"])
    return a_next, c_next, y, (joined, c_prev, c_next, f, i, g, o, parameters)


def lstm_cell_backward(da_next: Array, dc_next: Array, cache: Cache) -> Grads:
    """Return dxt, da_prev, dc_prev and the gradients by all weights and biases.

    `da_next` and `dc_next` are the gradients by ``a`` and, from later steps, by ``c``.
    """
    joined, c_prev, c_next, f, i, g, o, p = cache
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * o * (1 - tanh_c**2)
    dz = {
        "f": dc * c_prev * f * (1 - f),
        "i": dc * g * i * (1 - i),
        "c": dc * i * (1 - g**2),
        "o": da_next * tanh_c * o * (1 - o),
    }
    grads = {"dc_prev": dc * f}
    djoined = np.zeros_like(joined)
    for gate in GATES:
        grads[f"dW{gate}"] = dz[gate] @ joined.T
        grads[f"db{gate}"] = dz[gate].sum(axis=1, keepdims=True)
        djoined += p[f"W{gate}"].T @ dz[gate]
    n_a = len(c_prev)
    return {**grads, "da_prev": djoined[:n_a], "dxt": djoined[n_a:]}


def lstm_forward(x: Array, a0: Array, parameters: Parameters) -> tuple[Array, Array, Array, list[Cache]]:
    """Return all states (n_a, m, T), predictions (n_y, m, T), cells (n_a, m, T), and one cache a step."""
    a, c = a0, np.zeros_like(a0)
    states, predictions, cells, caches = [], [], [], []
    for t in range(x.shape[2]):
        a, c, y, cache = lstm_cell_forward(x[:, :, t], a, c, parameters)
        states.append(a)
        predictions.append(y)
        cells.append(c)
        caches.append(cache)
    return np.stack(states, axis=2), np.stack(predictions, axis=2), np.stack(cells, axis=2), caches


def lstm_backward(da: Array, caches: list[Cache]) -> Grads:
    """Return dx, da0 and the gradients by all weights and biases; a and c both carry gradients back."""
    da_carried = dc_carried = np.zeros_like(da[:, :, 0])
    steps = []
    for t in reversed(range(len(caches))):
        grads = lstm_cell_backward(da[:, :, t] + da_carried, dc_carried, caches[t])
        da_carried, dc_carried = grads.pop("da_prev"), grads.pop("dc_prev")
        steps.append(grads)
    return {**_summed(steps), "da0": da_carried}


def _summed(steps: list[Grads]) -> Grads:
    """Return dx of all steps, which come last first, and the sums of the weights' gradients."""
    weights = [name for name in steps[0] if name != "dxt"]
    total = {name: sum((step[name] for step in steps[1:]), steps[0][name]) for name in weights}
    return {"dx": np.stack([step["dxt"] for step in reversed(steps)], axis=2), **total}
