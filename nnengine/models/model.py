"""What every trainable model can do: give its loss and gradients for a batch, and predict."""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer
from nnengine.losses import Loss

Lengths = npt.NDArray[np.integer[Any]]


def check_finite(name: str, array: npt.NDArray[Any]) -> None:
    """Raise ValueError, with the place, if `array` holds NaN or infinity."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: expected finite numbers, got {array[where]} at index {where}")


class Model(Layer):
    """A layer made of layers, that can be trained.

    Its `params`, `grads` and `state` hold its layers' own arrays, named ``"encoder.W"`` and so on by the name
    each layer was adopted with.
    """

    def __init__(self) -> None:
        super().__init__()
        self._adopted: list[Layer] = []

    def adopt(self, name: str, layer: Layer) -> None:
        """Take over a layer's arrays, under names that begin with `name`, and its demands on batches."""
        self._adopted.append(layer)
        for mine, theirs in (
            (self.params, layer.params),
            (self.grads, layer.grads),
            (self.state, layer.state),
        ):
            mine.update({f"{name}.{own}": array for own, array in theirs.items()})
        self.mixes_examples = self.mixes_examples or layer.mixes_examples
        self.takes_lengths = self.takes_lengths or layer.takes_lengths
        wishes = [part.micro_batch for part in self._adopted if part.micro_batch is not None]
        self.micro_batch = min(wishes) if wishes and not self.mixes_examples else None

    def forward(self, x: Array, *, training: bool = False, lengths: Lengths | None = None) -> Array:
        """Return the model's output for the batch `x`; `lengths` as in `Layer.takes_lengths`."""
        raise NotImplementedError

    def start_grads(self) -> None:
        """Let the next `backward` write over the old gradients."""
        for layer in self._adopted:
            layer.start_grads()

    def loss_and_grads(
        self, x: Array, target: npt.NDArray[Any], loss: Loss, *, lengths: Lengths | None = None
    ) -> float:
        """Return the loss of a training batch and leave its gradients in `grads`, in place of the old ones.

        Where layers wish it and none mixes examples, the batch is done in parts small enough to stay in the
        processor's cache; losses and gradients of the parts add up to the batch's.
        """
        batch = len(x)
        if len(target) != batch:
            raise ValueError(f"target: expected {batch} examples as in x, got {len(target)}")
        size = self.micro_batch or batch
        self.start_grads()
        total = 0.0
        for start in range(0, batch, size):
            part = slice(start, start + size)
            valid = None if lengths is None else lengths[part]
            y = self.forward(x[part], training=True, lengths=valid)
            total += loss.forward(y, target[part], batch)
            self.accumulate(loss.backward())
        return total

    def predict(self, x: Array, *, lengths: Lengths | None = None, batch_size: int = 256) -> Array:
        """Return the outputs for all examples, computed `batch_size` at a time, in an array of your own.

        Raises
        ------
        ValueError
            If there is no example, or a number in `x` is not finite.
        """
        if len(x) == 0:
            raise ValueError("x: expected at least one example, got none")
        check_finite("x", x)
        parts = [slice(start, start + batch_size) for start in range(0, len(x), batch_size)]
        return np.concatenate(
            [self.forward(x[part], lengths=None if lengths is None else lengths[part]) for part in parts]
        )
