"""The gated recurrent unit.

    r[t] = sigmoid(x[t] Wxr + h[t-1] Whr + br)          the reset gate
    z[t] = sigmoid(x[t] Wxz + h[t-1] Whz + bz)          the update gate
    n[t] = tanh(x[t] Wxn + (r[t] * h[t-1]) Whn + bn)    the candidate, reset "before" the product
    n[t] = tanh(x[t] Wxn + r[t] * (h[t-1] Whn + bhn) + bn)         or reset "after" it
    h[t] = (1 - z[t]) * n[t] + z[t] * h[t-1]

(Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine
translation", 2014, equations 5-8: reset before. Reset after is the convention of cuDNN and of PyTorch's
`nn.GRU`, with a second bias. Chung et al. 2014 exchange z and 1 - z.)
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array
from nnengine.layers.recurrent import Recurrent, State


class GRU(Recurrent):
    """GRU layer over sequences of shape (batch, time, in_features).

    Parameters
    ----------
    in_features, hidden_features
        Sizes of a step's input and of the state ``h``.
    reset
        ``"after"`` or ``"before"`` the product with ``Whn``: see the formulas.
    rng
        Draws ``Wx`` (in_features, 3 hidden) and ``Wh`` (hidden, 3 hidden), gates in the order r, z, n:
        uniform within ``1 / sqrt(hidden)``. Biases ``b`` (3 hidden,) and, with reset after, ``bhn``
        (hidden,) are zero.
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        *,
        reset: Literal["after", "before"] = "after",
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__(in_features, hidden_features)
        if reset not in ("after", "before"):
            raise ValueError(f"reset: expected 'after' or 'before', got {reset!r}")
        self.reset = reset
        bound = hidden_features**-0.5
        self.add_param("Wx", rng.uniform(-bound, bound, (in_features, 3 * hidden_features)).astype(dtype))
        self.add_param("Wh", rng.uniform(-bound, bound, (hidden_features, 3 * hidden_features)).astype(dtype))
        self.add_param("b", np.zeros(3 * hidden_features, dtype))
        if reset == "after":
            self.add_param("bhn", np.zeros(hidden_features, dtype))

    def _run(self, x: Array, initial: State) -> Array:
        Wx, Wh, b = self.params["Wx"], self.params["Wh"], self.params["b"]
        time, batch, _ = x.shape
        hidden = self.hidden_features
        Whrz, Whn = Wh[:, : 2 * hidden], Wh[:, 2 * hidden :]
        self._x = x = x.reshape(time * batch, -1)
        inputs = (x @ Wx + b).reshape(time, batch, 3 * hidden)
        self._h = h = self.workspace("h", (time + 1, batch, hidden), Wx.dtype)
        # What backward needs of every step: r, z, n and what the candidate was made of (see _candidate).
        self._gates = gates = self.workspace("gates", (time, batch, 3 * hidden), Wx.dtype)
        self._recalled = recalled = self.workspace("recalled", (time, batch, hidden), Wx.dtype)
        h[0] = initial[0]
        for t in range(time):
            rz, n = gates[t, :, : 2 * hidden], gates[t, :, 2 * hidden :]
            _sigmoid(inputs[t, :, : 2 * hidden] + h[t] @ Whrz, out=rz)
            r, z = rz[:, :hidden], rz[:, hidden:]
            if self.reset == "after":
                recalled[t] = h[t] @ Whn + self.params["bhn"]
                a = r * recalled[t]
            else:
                recalled[t] = r * h[t]
                a = recalled[t] @ Whn
            np.tanh(inputs[t, :, 2 * hidden :] + a, out=n)
            h[t + 1] = n + z * (h[t] - n)
        self.final = (self._at_end(h),)
        return h[1:].copy()

    def _run_back(self, dh: Array, dfinal: State | None) -> Array:
        Wx, Wh = self.params["Wx"], self.params["Wh"]
        time, batch, hidden = dh.shape
        Whrz, Whn = Wh[:, : 2 * hidden], Wh[:, 2 * hidden :]
        # The gradients by the sums inside the sigmoids and the tanh, in the order r, z, n ...
        da = self.workspace("da", (time, batch, 3 * hidden), Wx.dtype)
        # and by the candidate's product with Whn, which differs from that by n if r is multiplied after it.
        dproduct = self.workspace("dproduct", (time, batch, hidden), Wx.dtype)
        carried = np.zeros((batch, hidden), Wx.dtype)
        for t in reversed(range(time)):
            h, recalled = self._h[t], self._recalled[t]
            r, z, n = np.split(self._gates[t], 3, axis=1)
            dar, daz, dan = np.split(da[t], 3, axis=1)
            d = dh[t] + carried
            dan[...] = d * (1 - z) * (1 - n * n)
            daz[...] = d * (h - n) * z * (1 - z)
            carried = d * z
            if self.reset == "after":
                dproduct[t] = dan * r
                dr = dan * recalled
                carried += dproduct[t] @ Whn.T
            else:
                dproduct[t] = dan
                drecalled = dan @ Whn.T
                dr = drecalled * h
                carried += drecalled * r
            dar[...] = dr * r * (1 - r)
            carried += da[t, :, : 2 * hidden] @ Whrz.T
        self.initial_grads = (carried,)
        self._add_grads(da, dproduct)
        return (da.reshape(time * batch, -1) @ Wx.T).reshape(time, batch, -1)

    def _add_grads(self, da: Array, dproduct: Array) -> None:
        hidden = self.hidden_features
        steps = da.shape[0] * da.shape[1]
        before = self._h[:-1].reshape(steps, hidden)
        da, dproduct = da.reshape(steps, 3 * hidden), dproduct.reshape(steps, hidden)
        multiplied = before if self.reset == "after" else self._recalled.reshape(steps, hidden)
        dWh = np.concatenate([before.T @ da[:, : 2 * hidden], multiplied.T @ dproduct], axis=1)
        more = {"bhn": dproduct.sum(axis=0)} if self.reset == "after" else {}
        self.add_grads(Wx=self._x.T @ da, Wh=dWh, b=da.sum(axis=0), **more)


def _sigmoid(a: Array, out: Array) -> None:
    """Write ``1 / (1 + exp(-a)) = (1 + tanh(a / 2)) / 2``, which cannot overflow, to `out`."""
    np.multiply(a, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1
    out *= 0.5
