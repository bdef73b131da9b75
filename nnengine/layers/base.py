"""The one contract every layer keeps."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]

CACHE_LINE_BYTES = 64


def aligned_empty(shape: tuple[int, ...], dtype: npt.DTypeLike = np.float32) -> Array:
    """Return an uninitialised C-ordered array that starts on a cache line.

    numpy promises 16 bytes only; from a multiple of 64 wide vector units add and multiply up to twice as
    fast.
    """
    kind = np.dtype(dtype)
    size = int(np.prod(shape)) * kind.itemsize
    raw = np.empty(size + CACHE_LINE_BYTES, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE_BYTES
    return raw[start : start + size].view(kind).reshape(shape)


class Layer:
    """A differentiable function with parameters.

    `forward` caches what `backward` needs and never changes its input. `backward` takes the gradient of the
    loss by the layer's output, *adds* the gradients of the parameters to `grads`, and returns the gradient by
    the layer's input. Examples are always along axis 0.

    Whose arrays they are: after `forward(x)`, the results of `forward` and `backward` are yours to keep.
    After `forward(x, training=True)` they are workspaces, overwritten by the layer's next training pass: copy
    what must outlive the step. Parameters and gradients are changed in place and never replaced, so that
    optimisers and containers may hold on to them.

    Attributes
    ----------
    params
        The trainable arrays by name.
    grads
        For every name in `params`, an array of the same shape that gradients are added to.
    state
        Arrays that are not trained but belong to the trained layer (running means); saved with `params`.
    training
        The `training` of the last `forward`.
    fresh
        True: the next `backward` writes its gradients over the old ones instead of adding to them, and sets
        this to False. It saves a pass over memory; `start_grads` sets it.
    mixes_examples
        True where an example's output depends on the other examples of the batch (batch normalisation):
        such a layer must see the whole batch at once.
    takes_lengths
        True where `forward` has a keyword `lengths`: the number of valid steps of every sequence, shape
        ``(batch,)``, integers.
    micro_batch
        How many examples at a time keep the layer's working set in the processor's cache, or None if it does
        not matter. A container of layers none of which mixes examples runs the smallest of its layers' wishes
        and accumulates the gradients.
    """

    mixes_examples = False
    takes_lengths = False
    micro_batch: int | None = None

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self.state: dict[str, Array] = {}
        self.training = False
        self.fresh = False
        self._workspaces: dict[str, Array] = {}

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the layer's output for the batch `x`; store `training`."""
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the last `forward`'s input, given the gradient `dy` by its output."""
        raise NotImplementedError

    def accumulate(self, dy: Array) -> None:
        """Do what `backward` does to `grads`, but without the gradient by the input.

        A net's first layer needs no more. Override it where the input's gradient costs much.
        """
        self.backward(dy)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one example's output, given that of one example's input (no batch axis)."""
        raise NotImplementedError

    def add_param(self, name: str, value: Array) -> None:
        """Register a trainable array (copied to an aligned one) and a gradient of zeros for it."""
        self.params[name] = aligned_empty(value.shape, value.dtype)
        self.params[name][...] = value
        self.grads[name] = aligned_empty(value.shape, value.dtype)
        self.grads[name].fill(0)

    def add_grads(self, **grads: Array) -> None:
        """Add gradients to `grads` by name, or write them over the old ones while `fresh`."""
        for name, grad in grads.items():
            if self.fresh:
                self.grads[name][...] = grad
            else:
                self.grads[name] += grad
        self.fresh = False

    def zero_grad(self) -> None:
        """Set every gradient to zero, in place."""
        for grad in self.grads.values():
            grad.fill(0)

    def start_grads(self) -> None:
        """Let the next `backward` write over the old gradients: `zero_grad` without touching memory."""
        self.fresh = True

    def workspace(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an uninitialised array; in training the last call's of this name, if it still fits."""
        if not self.training:
            return np.empty(shape, dtype)
        array = self._workspaces.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._workspaces[name] = aligned_empty(shape, dtype)
        return array

    def workspace_like(self, name: str, x: Array) -> Array:
        """Return a workspace of the shape, dtype and memory order of `x`.

        Raises
        ------
        TypeError
            If `x` does not hold floating-point numbers: convert it with `astype`.
        """
        if x.dtype.kind != "f":
            raise TypeError(f"{type(self).__name__}: expected floating-point numbers, got {x.dtype}")
        if x.flags.c_contiguous:
            return self.workspace(name, x.shape, x.dtype)
        if x.flags.f_contiguous:
            return self.workspace(name, x.shape[::-1], x.dtype).T
        slowest_first = sorted(range(x.ndim), key=lambda axis: -x.strides[axis])
        array = self.workspace(name, tuple(x.shape[axis] for axis in slowest_first), x.dtype)
        return array.transpose(np.argsort(slowest_first))
