"""Recurrent steps and sequences as functions, an example is a row.

A step takes x (batch, in) and the state h (batch, hidden); weights are Wx (in, gates x hidden), Wh
(hidden, gates x hidden) and b (gates x hidden,), gates side by side: i, f, o, g for the LSTM, r, z, n for
the GRU. Sequences are (batch, time, features). The formulas are those of `nnengine.layers.rnn`, `lstm`
and `gru`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnengine.layers.base import Array

Cache = Any
Grads = dict[str, Array]


def _sigmoid(x: Array) -> Array:
    y: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return y


def _check(x: Array, h: Array, Wx: Array, Wh: Array, b: Array, gates: int) -> None:
    hidden = h.shape[-1]
    wanted = ((x.shape[-1], gates * hidden), (hidden, gates * hidden), (gates * hidden,))
    if (Wx.shape, Wh.shape, b.shape) != wanted:
        raise ValueError(f"Wx, Wh, b: expected shapes {wanted}, got {(Wx.shape, Wh.shape, b.shape)}")


def _through_weights(da: Array, x: Array, h: Array, Wx: Array, Wh: Array) -> Grads:
    """Return the gradients behind ``a = x Wx + h Wh + b``."""
    return {"dx": da @ Wx.T, "dh_prev": da @ Wh.T, "dWx": x.T @ da, "dWh": h.T @ da, "db": da.sum(axis=0)}


def rnn_step_forward(x: Array, h_prev: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, Cache]:
    """Return ``h = tanh(x Wx + h_prev Wh + b)``."""
    _check(x, h_prev, Wx, Wh, b, 1)
    h = np.tanh(x @ Wx + h_prev @ Wh + b)
    return h, (x, h_prev, Wx, Wh, h)


def rnn_step_backward(dh: Array, cache: Cache) -> Grads:
    """Return dx, dh_prev, dWx, dWh and db."""
    x, h_prev, Wx, Wh, h = cache
    return _through_weights(dh * (1 - h**2), x, h_prev, Wx, Wh)


def lstm_step_forward(
    x: Array, h_prev: Array, c_prev: Array, Wx: Array, Wh: Array, b: Array
) -> tuple[Array, Array, Cache]:
    """Return ``c = f c_prev + i g`` and ``h = o tanh(c)``: (h, c, cache)."""
    _check(x, h_prev, Wx, Wh, b, 4)
    ai, af, ao, ag = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
    i, f, o, g = _sigmoid(ai), _sigmoid(af), _sigmoid(ao), np.tanh(ag)
    c: Array = f * c_prev + i * g
    tanh_c = np.tanh(c)
    return o * tanh_c, c, (x, h_prev, c_prev, Wx, Wh, i, f, o, g, tanh_c)


def lstm_step_backward(dh: Array, dc: Array, cache: Cache) -> Grads:
    """Return dx, dh_prev, dc_prev, dWx, dWh and db, given the gradients by h and by c."""
    x, h_prev, c_prev, Wx, Wh, i, f, o, g, tanh_c = cache
    dc = dc + dh * o * (1 - tanh_c**2)
    di, df, do, dg = dc * g, dc * c_prev, dh * tanh_c, dc * i
    da = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)], axis=1)
    return {**_through_weights(da, x, h_prev, Wx, Wh), "dc_prev": dc * f}


def gru_step_forward(
    x: Array, h_prev: Array, Wx: Array, Wh: Array, b: Array, bhn: Array | None = None
) -> tuple[Array, Cache]:
    """Return ``h = (1 - z) n + z h_prev``.

    With `bhn`, shape (hidden,), the reset gate comes after the product: ``n = tanh(x Wxn + bn + r (h_prev
    Whn + bhn))``. Without, before it: ``n = tanh(x Wxn + bn + (r h_prev) Whn)``.
    """
    _check(x, h_prev, Wx, Wh, b, 3)
    hidden = h_prev.shape[1]
    Whn = Wh[:, 2 * hidden :]
    from_x = x @ Wx + b
    r, z = np.split(_sigmoid(from_x[:, : 2 * hidden] + h_prev @ Wh[:, : 2 * hidden]), 2, axis=1)
    recalled = r * h_prev if bhn is None else h_prev @ Whn + bhn
    n = np.tanh(from_x[:, 2 * hidden :] + (recalled @ Whn if bhn is None else r * recalled))
    h: Array = (1 - z) * n + z * h_prev
    return h, (x, h_prev, Wx, Wh, r, z, n, recalled, bhn is None)


def gru_step_backward(dh: Array, cache: Cache) -> Grads:
    """Return dx, dh_prev, dWx, dWh and db; also dbhn where there was a `bhn`."""
    x, h_prev, Wx, Wh, r, z, n, recalled, before = cache
    hidden = h_prev.shape[1]
    Whn = Wh[:, 2 * hidden :]
    dan = dh * (1 - z) * (1 - n**2)
    daz = dh * (h_prev - n) * z * (1 - z)
    if before:
        drecalled = dan @ Whn.T
        dr, dWhn, dh_prev = drecalled * h_prev, recalled.T @ dan, drecalled * r
    else:
        drecalled = dan * r
        dr, dWhn, dh_prev = dan * recalled, h_prev.T @ drecalled, drecalled @ Whn.T
    dar = dr * r * (1 - r)
    da = np.concatenate([dar, daz, dan], axis=1)
    darz = da[:, : 2 * hidden]
    grads = {
        "dx": da @ Wx.T,
        "dh_prev": dh_prev + dh * z + darz @ Wh[:, : 2 * hidden].T,
        "dWx": x.T @ da,
        "dWh": np.concatenate([h_prev.T @ darz, dWhn], axis=1),
        "db": da.sum(axis=0),
    }
    return grads if before else {**grads, "dbhn": drecalled.sum(axis=0)}


def rnn_forward(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, list[Cache]]:
    """Return all states, shape (batch, time, hidden), for `x` (batch, time, in)."""
    h, hs, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = rnn_step_forward(x[:, t], h, Wx, Wh, b)
        hs.append(h)
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def rnn_backward(dh: Array, caches: list[Cache]) -> Grads:
    """Return dx, dh0, dWx, dWh and db, given the gradients by all states."""
    return _back_through_time(dh, caches, rnn_step_backward)


def gru_forward(
    x: Array, h0: Array, Wx: Array, Wh: Array, b: Array, bhn: Array | None = None
) -> tuple[Array, list[Cache]]:
    """Return all states, shape (batch, time, hidden), for `x` (batch, time, in)."""
    h, hs, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = gru_step_forward(x[:, t], h, Wx, Wh, b, bhn)
        hs.append(h)
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def gru_backward(dh: Array, caches: list[Cache]) -> Grads:
    """Return dx, dh0, dWx, dWh and db, given the gradients by all states; also dbhn if there was a `bhn`."""
    return _back_through_time(dh, caches, gru_step_backward)


def _back_through_time(
    dh: Array, caches: list[Cache], step_backward: Callable[[Array, Cache], Grads]
) -> Grads:
    """Return the gradients of a sequence: a state's comes from the loss and from the next step."""
    carried, steps = np.zeros_like(dh[:, 0]), []
    for t in reversed(range(len(caches))):
        grads = step_backward(dh[:, t] + carried, caches[t])
        carried = grads.pop("dh_prev")
        steps.append(grads)
    return {**_summed(steps), "dh0": carried}


def lstm_forward(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> tuple[Array, list[Cache]]:
    """Return all states ``h``, shape (batch, time, hidden); the first cell is zero."""
    h, c, hs, caches = h0, np.zeros_like(h0), [], []
    for t in range(x.shape[1]):
        h, c, cache = lstm_step_forward(x[:, t], h, c, Wx, Wh, b)
        hs.append(h)
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def lstm_backward(dh: Array, caches: list[Cache]) -> Grads:
    """Return dx, dh0, dWx, dWh and db; both h and c carry gradients back through time."""
    dh_carried = dc_carried = np.zeros_like(dh[:, 0])
    steps = []
    for t in reversed(range(len(caches))):
        grads = lstm_step_backward(dh[:, t] + dh_carried, dc_carried, caches[t])
        dh_carried, dc_carried = grads.pop("dh_prev"), grads.pop("dc_prev")
        steps.append(grads)
    return {**_summed(steps), "dh0": dh_carried}


def _summed(steps: list[Grads]) -> Grads:
    """Return dx of all steps, which come last first, and the sums of the weights' gradients."""
    weights = [name for name in steps[0] if name != "dx"]
    total = {name: sum((step[name] for step in steps[1:]), steps[0][name]) for name in weights}
    return {"dx": np.stack([step["dx"] for step in reversed(steps)], axis=1), **total}
