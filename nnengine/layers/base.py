"""The one contract every layer keeps."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]


class Layer:
    """A differentiable function with parameters.

    `forward` caches what `backward` needs and never changes its input. `backward` takes the gradient of the
    loss by the layer's output, *adds* the gradients of the parameters to `grads`, and returns the gradient by
    the layer's input. Examples are always along axis 0.

    Attributes
    ----------
    params
        The trainable arrays by name.
    grads
        For every name in `params`, an array of the same shape that gradients are added to.
    mixes_examples
        True where an example's output depends on the other examples of the batch (batch normalisation):
        such a layer must see the whole batch at once.
    """

    mixes_examples = False

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the layer's output for the batch `x`."""
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the last `forward`'s input, given the gradient `dy` by its output."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to zero, in place."""
        for grad in self.grads.values():
            grad.fill(0)
