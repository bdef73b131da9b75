"""Layers that only rearrange or select: their gradient puts everything back where it came from."""

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer


class Flatten(Layer):
    """Every example becomes one row: (batch, ...) to (batch, features)."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` with all axes after the batch joined, in C order."""
        self.training = training
        self._shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy: Array) -> Array:
        """Return `dy` in the input's shape."""
        return dy.reshape(self._shape)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the product of all sizes."""
        return (prod(input_shape),)


class Reshape(Layer):
    """Every example gets the shape `shape`, read in C order."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        if not shape or min(shape) < 1:
            raise ValueError(f"Reshape: expected positive sizes, got {shape}")
        self.shape = shape

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` in shape (batch, *shape)."""
        self.training = training
        self._shape = x.shape
        self.output_shape(x.shape[1:])
        return x.reshape(len(x), *self.shape)

    def backward(self, dy: Array) -> Array:
        """Return `dy` in the input's shape."""
        return dy.reshape(self._shape)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return `shape`."""
        if prod(input_shape) != prod(self.shape):
            raise ValueError(
                f"Reshape: expected examples of {prod(self.shape)} numbers for {self.shape}, "
                f"got {input_shape}"
            )
        return self.shape


class LastStep(Layer):
    """Of every sequence only its last valid step: (batch, time, features) to (batch, features)."""

    takes_lengths = True

    def forward(
        self, x: Array, *, training: bool = False, lengths: npt.NDArray[np.integer[Any]] | None = None
    ) -> Array:
        """Return step ``lengths - 1`` of every sequence, or the last where there are no lengths."""
        self.training = training
        if x.ndim != 3:
            raise ValueError(f"LastStep.forward: expected x of shape (batch, time, features), got {x.shape}")
        self._shape = x.shape
        last = np.full(len(x), x.shape[1]) if lengths is None else np.asarray(lengths)
        self._at = (np.arange(len(x)), last - 1)
        y: Array = x[self._at]
        return y

    def backward(self, dy: Array) -> Array:
        """Return `dy` at those steps, zeros elsewhere."""
        dx = np.zeros(self._shape, dy.dtype)
        dx[self._at] = dy
        return dx

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``(features,)`` for ``(time, features)``."""
        return input_shape[1:]
