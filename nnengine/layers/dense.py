"""The dense layer: every output is a weighted sum of all inputs.

    Y = X W + b            X (batch, in), W (in, out), b (out,), Y (batch, out)

    dW = Xᵀ dY,  db = sum of dY over the batch,  dX = dY Wᵀ

(Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors", 1986.) Leading axes
between batch and features, such as time, are treated as more batch.
"""

import numpy as np
import numpy.typing as npt

from nnengine.initializers import Initializer, he
from nnengine.layers.base import Array, Layer

# Fewer outputs than this are stored feature by feature: numpy is slow at adding short rows.
NARROW = 16


class Dense(Layer):
    """``Y = X W + b``.

    Parameters
    ----------
    in_features, out_features
        Sizes of the last axis of the input and of the output.
    bias
        Whether ``b`` is added; it starts at zero.
    init
        Draws ``W``, shape (in_features, out_features).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        bias: bool = True,
        init: Initializer = he,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        if in_features < 1 or out_features < 1:
            raise ValueError(
                f"Dense: expected positive in_features and out_features, got {in_features} and {out_features}"
            )
        self.in_features = in_features
        self.out_features = out_features
        self._ones = np.ones(0)
        self.add_param("W", init((in_features, out_features), rng).astype(dtype))
        if bias:
            self.add_param("b", np.zeros(out_features, dtype))

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return ``x W + b``, shape (..., out_features), for `x` of shape (..., in_features).

        Raises
        ------
        ValueError
            If the last axis of `x` has another size.
        TypeError
            If `x` has another dtype than the weights: convert it with `astype`.
        """
        self.training = training
        W = self.params["W"]
        if x.ndim < 2 or x.shape[-1] != self.in_features:
            raise ValueError(f"Dense.forward: expected x of shape (batch, {self.in_features}), got {x.shape}")
        if x.dtype != W.dtype:
            raise TypeError(f"Dense.forward: expected x of dtype {W.dtype}, got {x.dtype}: use x.astype(...)")
        self._x = x
        if x.ndim == 2 and self.out_features < NARROW:
            y = self.workspace("y", (self.out_features, len(x)), x.dtype).T
        else:
            y = self.workspace("y", (*x.shape[:-1], self.out_features), x.dtype)
        np.matmul(x, W, out=y)
        if "b" in self.params:
            y += self.params["b"]
        return y

    def backward(self, dy: Array) -> Array:
        """Add ``dW`` and ``db``; return ``dX``."""
        self.accumulate(dy)
        dx = self.workspace_like("dx", self._x)
        return np.matmul(dy, self.params["W"].T, out=dx)

    def accumulate(self, dy: Array) -> None:
        """Add ``dW`` and ``db``."""
        x = self._x
        if x.ndim > 2:
            x, dy = x.reshape(-1, self.in_features), dy.reshape(-1, self.out_features)
        if "b" in self.grads:
            # A product with ones is BLAS's way to sum columns, several times faster than numpy's.
            if self._ones.shape != (len(x),):
                self._ones = np.ones(len(x), x.dtype)
            sums = self._ones @ dy
            if self.fresh:
                self.grads["b"][...] = sums
            else:
                self.grads["b"] += sums
        if self.fresh:
            np.matmul(x.T, dy, out=self.grads["W"])
        else:
            self.grads["W"] += x.T @ dy
        self.fresh = False

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``(..., out_features)`` for ``(..., in_features)``."""
        if not input_shape or input_shape[-1] != self.in_features:
            raise ValueError(f"Dense: expected an input of {self.in_features} features, got {input_shape}")
        return (*input_shape[:-1], self.out_features)
