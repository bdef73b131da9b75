"""The embedding: every token of a vocabulary has a vector of its own.

    y = W[token]            dW[token] += dy

It is a dense layer without bias on one-hot vectors, without the multiplications by zero (Bengio et al., "A
neural probabilistic language model", 2003).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.initializers import Initializer, normal
from nnengine.layers.base import Array, Layer


class Embedding(Layer):
    """A table of vectors, looked up by token.

    Parameters
    ----------
    vocabulary
        How many tokens there are; they are the integers from 0 on.
    features
        The length of every vector.
    """

    def __init__(
        self,
        vocabulary: int,
        features: int,
        *,
        init: Initializer = normal(1.0),  # noqa: B008 (a constant: it holds nothing but the number)
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        if vocabulary < 1 or features < 1:
            raise ValueError(
                f"Embedding: expected positive vocabulary and features, got {vocabulary} and {features}"
            )
        self.vocabulary = vocabulary
        self.features = features
        self.add_param("W", init((vocabulary, features), rng).astype(dtype))

    def forward(self, x: npt.NDArray[Any], *, training: bool = False) -> Array:
        """Return vectors of shape (batch, ..., features) for tokens of shape (batch, ...).

        Raises
        ------
        TypeError
            If the tokens are not integers.
        ValueError
            If a token is not in the vocabulary.
        """
        self.training = training
        if x.dtype.kind not in "iu":
            raise TypeError(f"Embedding.forward: expected x to hold integer tokens, got {x.dtype}")
        if x.size and (x.min() < 0 or x.max() >= self.vocabulary):
            raise ValueError(
                f"Embedding.forward: expected tokens from 0 to {self.vocabulary - 1}, "
                f"got {x.min()} to {x.max()}"
            )
        self._tokens = x
        y = self.workspace("y", (*x.shape, self.features), self.params["W"].dtype)
        # Without a mode, `take` would go through a buffer; the tokens are known to be in range.
        return np.take(self.params["W"], x, axis=0, out=y, mode="clip")

    def backward(self, dy: Array) -> Array:
        """Add ``dW``; return zeros, for a token does not move by a little."""
        self.accumulate(dy)
        return np.zeros(self._tokens.shape, dy.dtype)

    def accumulate(self, dy: Array) -> None:
        """Add every vector's gradient to its token's row, as often as the token came."""
        if self.fresh:
            self.grads["W"].fill(0)
            self.fresh = False
        np.add.at(self.grads["W"], self._tokens.reshape(-1), dy.reshape(-1, self.features))

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``(..., features)``."""
        return (*input_shape, self.features)
