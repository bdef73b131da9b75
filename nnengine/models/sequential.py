"""Layers one after another: the chain rule as a loop."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer
from nnengine.losses import Loss

Lengths = npt.NDArray[np.integer[Any]]


class Sequential(Layer):
    """A net whose layers each take the one before's output; itself a layer.

    Its `params`, `grads` and `state` hold the layers' own arrays, named ``"0.W"``, ``"0.b"``, ``"2.W"``, ...
    by the layer's place.

    Raises
    ------
    ValueError
        If there is no layer, or one is there twice: a layer remembers only its last call.
    """

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        if not layers or len({id(layer) for layer in layers}) != len(layers):
            raise ValueError("Sequential: expected at least one layer, and every layer once")
        self.layers = layers
        for place, layer in enumerate(layers):
            for mine, theirs in (
                (self.params, layer.params),
                (self.grads, layer.grads),
                (self.state, layer.state),
            ):
                mine.update({f"{place}.{name}": array for name, array in theirs.items()})
        self.mixes_examples = any(layer.mixes_examples for layer in layers)
        self.takes_lengths = any(layer.takes_lengths for layer in layers)
        wishes = [layer.micro_batch for layer in layers if layer.micro_batch is not None]
        self.micro_batch = min(wishes) if wishes and not self.mixes_examples else None
        self._first = next((i for i, layer in enumerate(layers) if layer.params), len(layers))

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, place: int) -> Layer:
        return self.layers[place]

    def forward(self, x: Array, *, training: bool = False, lengths: Lengths | None = None) -> Array:
        """Return the last layer's output.

        Parameters
        ----------
        x
            The batch; axis 0 counts the examples.
        lengths
            How many steps of every sequence are valid, handed to the layers that take it.
        """
        self.training = training
        for layer in self.layers:
            if lengths is not None and layer.takes_lengths:
                x = layer.forward(x, training=training, lengths=lengths)  # type: ignore[call-arg]  # takes_lengths
            else:
                x = layer.forward(x, training=training)
        return x

    def backward(self, dy: Array) -> Array:
        """Add all layers' gradients; return the gradient by the net's input."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def accumulate(self, dy: Array) -> None:
        """Add all layers' gradients, stopping at the first layer that has any."""
        for layer in reversed(self.layers[self._first + 1 :]):
            dy = layer.backward(dy)
        if self._first < len(self.layers):
            self.layers[self._first].accumulate(dy)

    def start_grads(self) -> None:
        """Let the next `backward` write over the old gradients."""
        for layer in self.layers:
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
            y = self.forward(x[part], training=True, lengths=None if lengths is None else lengths[part])
            total += loss.forward(y, target[part], batch)
            self.accumulate(loss.backward())
        return total

    def predict(self, x: Array, *, lengths: Lengths | None = None, batch_size: int = 256) -> Array:
        """Return the outputs for all examples, computed `batch_size` at a time, in an array of your own."""
        parts = [slice(start, start + batch_size) for start in range(0, len(x), batch_size)]
        return np.concatenate(
            [self.forward(x[part], lengths=None if lengths is None else lengths[part]) for part in parts]
        )

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one example's output, given that of its input."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return input_shape
