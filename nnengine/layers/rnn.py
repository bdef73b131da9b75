"""The simple recurrent network.

    h[t] = tanh(x[t] Wx + h[t-1] Wh + b)

(Elman, "Finding structure in time", 1990; Goodfellow, Bengio & Courville, "Deep Learning", 2016, equations
10.8-10.9).
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array
from nnengine.layers.recurrent import Recurrent, State


class RNN(Recurrent):
    """Simple recurrent layer over sequences of shape (batch, time, in_features).

    Parameters
    ----------
    in_features, hidden_features
        Sizes of a step's input and of the state ``h``.
    activation
        ``"tanh"``, or ``"relu"`` for ``max(0, .)`` in its place.
    rng
        Draws ``Wx`` (in_features, hidden) and ``Wh`` (hidden, hidden): uniform within ``1 / sqrt(hidden)``.
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        *,
        activation: Literal["tanh", "relu"] = "tanh",
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__(in_features, hidden_features)
        if activation not in ("tanh", "relu"):
            raise ValueError(f"activation: expected 'tanh' or 'relu', got {activation!r}")
        self.activation = activation
        bound = hidden_features**-0.5
        self.add_param("Wx", rng.uniform(-bound, bound, (in_features, hidden_features)).astype(dtype))
        self.add_param("Wh", rng.uniform(-bound, bound, (hidden_features, hidden_features)).astype(dtype))
        self.add_param("b", np.zeros(hidden_features, dtype))

    def _run(self, x: Array, initial: State) -> Array:
        Wx, Wh, b = self.params["Wx"], self.params["Wh"], self.params["b"]
        time, batch, _ = x.shape
        self._x = x = x.reshape(time * batch, -1)
        inputs = (x @ Wx + b).reshape(time, batch, -1)
        self._h = h = self.workspace("h", (time + 1, *inputs.shape[1:]), Wx.dtype)
        h[0] = initial[0]
        for t in range(time):
            a = np.matmul(h[t], Wh, out=h[t + 1])
            a += inputs[t]
            if self.activation == "tanh":
                np.tanh(a, out=a)
            else:
                np.maximum(a, 0, out=a)
        self.final = (self._at_end(h),)
        return h[1:].copy()

    def _run_back(self, dh: Array, dfinal: State | None) -> Array:
        Wx, Wh = self.params["Wx"], self.params["Wh"]
        time, batch, hidden = dh.shape
        da = self.workspace("da", dh.shape, Wx.dtype)
        carried = np.zeros((batch, hidden), Wx.dtype)
        for t in reversed(range(time)):
            h = self._h[t + 1]
            slope = 1 - h * h if self.activation == "tanh" else h > 0
            np.multiply(dh[t] + carried, slope, out=da[t])
            carried = da[t] @ Wh.T
        self.initial_grads = (carried,)
        da = da.reshape(time * batch, hidden)
        before = self._h[:-1].reshape(time * batch, hidden)
        self.add_grads(Wx=self._x.T @ da, Wh=before.T @ da, b=da.sum(axis=0))
        return (da @ Wx.T).reshape(time, batch, -1)
