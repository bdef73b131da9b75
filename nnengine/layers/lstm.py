"""Long short-term memory.

    i[t] = sigmoid(x[t] Wxi + h[t-1] Whi + pi * c[t-1] + bi)      what to write
    f[t] = sigmoid(x[t] Wxf + h[t-1] Whf + pf * c[t-1] + bf)      what to keep
    g[t] = tanh(x[t] Wxg + h[t-1] Whg + bg)                       the candidate
    c[t] = f[t] * c[t-1] + i[t] * g[t]                            the cell
    o[t] = sigmoid(x[t] Wxo + h[t-1] Who + po * c[t] + bo)        what to show
    h[t] = o[t] * tanh(c[t])

(Hochreiter & Schmidhuber, "Long short-term memory", 1997; forget gate: Gers, Schmidhuber & Cummins,
"Learning to forget", 2000; the peepholes ``p``, optional: Gers & Schmidhuber, "Recurrent nets that time and
count", 2000.)

``Wx``, ``Wh`` and ``b`` are the rows of one matrix ``W``, so that a step is the product of ``[x[t], h[t-1],
1]`` with it. The gates are computed as four blocks (gate, batch, hidden), each of which is one run in
memory.
"""

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, aligned_empty
from nnengine.layers.recurrent import Recurrent, State


class LSTM(Recurrent):
    """LSTM layer over sequences of shape (batch, time, in_features); its state is (h, c).

    Parameters
    ----------
    in_features, hidden_features
        Sizes of a step's input and of the states ``h`` and ``c``.
    peephole
        Whether the gates look at the cell, with weights ``p`` of shape (3, hidden) in the order i, f, o, at
        first zero.
    rng
        Draws ``Wx`` (in_features, 4 hidden) and ``Wh`` (hidden, 4 hidden), gates in the order i, f, o, g:
        uniform within ``1 / sqrt(hidden)``. The bias ``b`` (4 hidden,) is 1 for the forget gate, so that
        the cell keeps what it holds at first (Jozefowicz, Zaremba & Sutskever 2015), else zero.
    """

    states = ("h", "c")

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        *,
        peephole: bool = False,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__(in_features, hidden_features)
        bound = hidden_features**-0.5
        rows = in_features + hidden_features + 1
        self._W = aligned_empty((rows, 4 * hidden_features), dtype)
        self._dW = aligned_empty(self._W.shape, dtype)
        self._W[...] = rng.uniform(-bound, bound, self._W.shape)
        self._W[-1] = np.repeat([0, 1, 0, 0], hidden_features)
        self._dW.fill(0)
        for arrays, matrix in ((self.params, self._W), (self.grads, self._dW)):
            arrays.update(Wx=matrix[:in_features], Wh=matrix[in_features:-1], b=matrix[-1])
        if peephole:
            self.add_param("p", np.zeros((3, hidden_features), dtype))

    def _run(self, x: Array, initial: State) -> Array:
        time, batch, inputs = x.shape
        hidden, kind = self.hidden_features, self._W.dtype
        joined = self.workspace("joined", (time + 1, batch, inputs + hidden + 1), kind)
        joined[:-1, :, :inputs] = x
        joined[:, :, -1] = 1
        h = joined[:, :, inputs:-1]
        c = self.workspace("c", (time + 1, batch, hidden), kind)
        gates = self.workspace("gates", (time, 4, batch, hidden), kind)
        tanh_c = self.workspace("tanh_c", (time, batch, hidden), kind)
        h[0], c[0] = initial
        W = self._W.reshape(-1, 4, hidden).transpose(1, 0, 2)
        p = self.params.get("p")
        written = self.workspace("written", (batch, hidden), kind)
        with np.errstate(over="ignore"):  # exp(-a) is infinite for a sigmoid that is zero, and rightly so
            for t in range(time):
                i, f, o, g = np.matmul(joined[t], W, out=gates[t])
                if p is None:
                    _sigmoid(gates[t, :3])
                else:
                    gates[t, :2] += p[:2, None] * c[t]
                    _sigmoid(gates[t, :2])
                np.tanh(g, out=g)
                np.multiply(f, c[t], out=c[t + 1])
                c[t + 1] += np.multiply(i, g, out=written)
                if p is not None:
                    o += p[2] * c[t + 1]
                    _sigmoid(o)
                np.tanh(c[t + 1], out=tanh_c[t])
                np.multiply(o, tanh_c[t], out=h[t + 1])
        self._joined, self._c, self._gates, self._tanh_c = joined, c, gates, tanh_c
        self.final = (self._at_end(h), self._at_end(c))
        y = self.workspace("y", (time, batch, hidden), kind)
        y[...] = h[1:]
        return y

    def _run_back(self, dh: Array, dfinal: State | None) -> Array:
        time, batch, hidden = dh.shape
        kind = self._W.dtype
        WhT = self.params["Wh"].T
        p = self.params.get("p")
        # The gradients by what is inside the sigmoids and the tanh, row by row as the products want them.
        da = self.workspace("da", (time, batch, 4 * hidden), kind)
        slope = self.workspace("slope", (4, batch, hidden), kind)
        dgates = self.workspace("dgates", (4, batch, hidden), kind)
        dh_t = self.workspace("dh_t", (batch, hidden), kind)
        dc = self.workspace("dc", (batch, hidden), kind)
        through_h = self.workspace("through_h", (batch, hidden), kind)
        dh_carried = np.zeros((batch, hidden), kind)
        dc.fill(0)
        di, df, do, dg = dgates
        for t in reversed(range(time)):
            i, f, o, g = gates = self._gates[t]
            da_t = da[t].reshape(batch, 4, hidden).transpose(1, 0, 2)
            np.subtract(1, gates[:3], out=slope[:3])
            slope[:3] *= gates[:3]
            np.multiply(g, g, out=slope[3])
            np.subtract(1, slope[3], out=slope[3])
            np.add(dh[t], dh_carried, out=dh_t)
            if dfinal is not None:
                dc[self._last == t] += dfinal[1][self._last == t]
            # Back through the output gate: h is o * tanh(c).
            np.multiply(dh_t, self._tanh_c[t], out=do)
            np.multiply(self._tanh_c[t], self._tanh_c[t], out=through_h)
            np.subtract(1, through_h, out=through_h)
            through_h *= o
            through_h *= dh_t
            dc += through_h
            if p is not None:
                dc += do * slope[2] * p[2]
            # Back through the cell: c is f times the last step's c, plus i * g.
            np.multiply(dc, g, out=di)
            np.multiply(dc, self._c[t], out=df)
            np.multiply(dc, i, out=dg)
            np.multiply(dgates, slope, out=da_t)
            dc *= f
            if p is not None:
                dc += da_t[0] * p[0] + da_t[1] * p[1]
            np.matmul(da[t], WhT, out=dh_carried)
        self.initial_grads = (dh_carried, dc.copy())
        return self._add_grads(da)

    def _add_grads(self, da: Array) -> Array:
        """Add the gradients of the parameters; return that by the input."""
        time, batch, _ = da.shape
        rows = da.reshape(time * batch, -1)
        joined = self._joined[:-1].reshape(time * batch, -1)
        dW = np.matmul(joined.T, rows, out=self.workspace("dW", self._W.shape, rows.dtype))
        grads = {"Wx": dW[: self.in_features], "Wh": dW[self.in_features : -1], "b": dW[-1]}
        if "p" in self.params:
            gates = da.reshape(time, batch, 4, self.hidden_features)
            seen = (self._c[:-1], self._c[:-1], self._c[1:])
            grads["p"] = np.stack([np.sum(gates[:, :, k] * c, axis=(0, 1)) for k, c in enumerate(seen)])
        self.add_grads(**grads)
        dx = self.workspace("dx", (time * batch, self.in_features), rows.dtype)
        return np.matmul(rows, self.params["Wx"].T, out=dx).reshape(time, batch, -1)


def _sigmoid(a: Array) -> None:
    """Replace `a` by ``1 / (1 + exp(-a))``."""
    np.negative(a, out=a)
    np.exp(a, out=a)
    a += 1
    np.reciprocal(a, out=a)
