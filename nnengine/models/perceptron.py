"""The perceptron of 1958: a threshold unit with a learning rule of its own.

    y = 1 if x w + b >= 0 else 0           w += (t - y) x,   b += t - y

The rule changes the weights only where the answer is wrong. If a line parts the two classes it finds one
after at most ``(R / margin)²`` mistakes (Rosenblatt 1958; Novikoff, "On convergence proofs for perceptrons",
1962); if none does, it never rests: XOR is the smallest such problem (Minsky & Papert 1969).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array

Labels = npt.NDArray[np.integer[Any]]


class Perceptron:
    """One threshold unit.

    Attributes
    ----------
    w, b
        The weights, shape (features,), and the bias; zeros at first.
    """

    def __init__(self, features: int) -> None:
        if features < 1:
            raise ValueError(f"features: expected at least 1, got {features}")
        self.w: Array = np.zeros(features)
        self.b = 0.0

    def predict(self, x: Array) -> npt.NDArray[np.int64]:
        """Return 0 or 1 for every example; `x` has shape (batch, features)."""
        if x.ndim != 2 or x.shape[1] != len(self.w):
            raise ValueError(f"x: expected shape (batch, {len(self.w)}), got {x.shape}")
        return (x @ self.w + self.b >= 0).astype(np.int64)

    def learn(self, x: Array, target: Labels, *, rng: np.random.Generator, epochs: int = 100) -> list[int]:
        """Apply the rule example by example; return the number of mistakes in every epoch.

        It stops after an epoch without a mistake.

        Raises
        ------
        ValueError
            If `target` holds anything but 0 and 1, or not one for every example.
        """
        if target.shape != (len(x),) or not np.isin(target, (0, 1)).all():
            raise ValueError(f"target: expected {len(x)} numbers 0 or 1, got shape {target.shape}")
        self.predict(x)
        mistakes: list[int] = []
        for _ in range(epochs):
            wrong = 0
            for i in rng.permutation(len(x)):
                error = int(target[i]) - int(x[i] @ self.w + self.b >= 0)
                if error:
                    self.w += error * x[i]
                    self.b += error
                    wrong += 1
            mistakes.append(wrong)
            if wrong == 0:
                break
        return mistakes
