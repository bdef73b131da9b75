"""Dropout: in training, forget some numbers at random, so that no unit can rely on another.

    y = x mask / keep        mask is 1 with probability keep, else 0        dx = dy mask / keep

Dividing by `keep` at once (inverted dropout) leaves the mean as it is, so nothing is left to do after
training (Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014,
section 10).
"""

import numpy as np

from nnengine.layers.base import Array, Layer


class Dropout(Layer):
    """Zeroes numbers in training; after it, returns its input.

    Parameters
    ----------
    rate
        The probability that a number is dropped, from 0 to below 1.
    rng
        Draws the masks, a new one every call: each example has its own.
    """

    def __init__(self, rate: float, *, rng: np.random.Generator) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"rate: expected at least 0, below 1, got {rate}")
        self.rate = rate
        self.rng = rng

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` with some numbers dropped, the others times ``1 / (1 - rate)``; after training `x`."""
        self.training = training
        if not training or self.rate == 0:
            self._mask = None
            return x
        self._mask = self.rng.random(x.shape, np.float32) >= self.rate
        y = self.workspace("y", x.shape, x.dtype)
        np.multiply(x, self._mask, out=y)
        y *= 1 / (1 - self.rate)
        return y

    def backward(self, dy: Array) -> Array:
        """Return `dy` with the same numbers dropped and scaled."""
        if self._mask is None:
            return dy
        dx = self.workspace("dx", dy.shape, dy.dtype)
        np.multiply(dy, self._mask, out=dx)
        dx *= 1 / (1 - self.rate)
        return dx

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return `input_shape`."""
        return input_shape
