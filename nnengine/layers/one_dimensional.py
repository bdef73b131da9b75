"""Layers of images, for sequences: a sequence is an image with a single row.

So every formula of `convolution` and `pooling` holds with kernel height 1, and arrays of shape (batch,
time, channels) only gain and lose an axis on the way.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer
from nnengine.layers.convolution import Conv2D, ConvTranspose2D, Padding2D
from nnengine.layers.pooling import AveragePool2D, MaxPool2D

Padding1D = Literal["valid", "same"] | int | tuple[int, int]


def _one_row(padding: Padding1D) -> Padding2D:
    """Return the padding of a sequence as that of an image with a single row."""
    if isinstance(padding, str):
        return padding
    return ((0, 0), padding if isinstance(padding, tuple) else (padding, padding))


class _OneRow(Layer):
    """A sequence layer that hands its work to a layer of images.

    Its parameters and gradients are views of that layer's, so whoever changes one changes the other.
    """

    def __init__(self, images: Layer) -> None:
        super().__init__()
        self.images = images
        for mine, theirs in ((self.params, images.params), (self.grads, images.grads)):
            mine.update({name: array[0] if name == "W" else array for name, array in theirs.items()})

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the result, (batch, output time, channels), for `x` of shape (batch, time, channels)."""
        self.training = training
        if x.ndim != 3:
            raise ValueError(
                f"{type(self).__name__}.forward: expected x of shape (batch, time, channels), got {x.shape}"
            )
        return self.images.forward(x[:, None], training=training)[:, 0]

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the sequences; see `Layer.backward`."""
        self._pass_on_fresh()
        return self.images.backward(dy[:, None])[:, 0]

    def accumulate(self, dy: Array) -> None:
        """Add to the gradients only; see `Layer.accumulate`."""
        self._pass_on_fresh()
        self.images.accumulate(dy[:, None])

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (output time, channels) for (time, channels)."""
        return self.images.output_shape((1, *input_shape))[1:]

    def _pass_on_fresh(self) -> None:
        self.images.fresh, self.fresh = self.fresh, False


class Conv1D(_OneRow):
    """Convolution of sequences, kernel ``W`` of shape (kernel_size, in_channels / groups, out_channels).

    Parameters
    ----------
    in_channels, out_channels, groups, bias, rng
        As for `Conv2D`.
    kernel_size, stride, dilation
        In steps.
    padding
        ``"valid"``, ``"same"``, a number for both ends or (before, after). ``(dilation * (kernel_size - 1),
        0)`` makes the convolution causal: no output sees a later step.
    """

    def __init__(  # noqa: PLR0913 (a convolution has this many settings)
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        stride: int = 1,
        padding: Padding1D = "valid",
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        images = Conv2D(
            in_channels,
            out_channels,
            (1, kernel_size),
            stride=(1, stride),
            padding=_one_row(padding),
            dilation=(1, dilation),
            groups=groups,
            bias=bias,
            rng=rng,
            dtype=dtype,
        )
        super().__init__(images)


class ConvTranspose1D(_OneRow):
    """Transposed convolution of sequences, kernel of shape (kernel_size, out_channels / groups, in_channels).

    The parameters are those of `ConvTranspose2D`, along the one axis of time.
    """

    def __init__(  # noqa: PLR0913 (a convolution has this many settings)
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        stride: int = 1,
        padding: int | tuple[int, int] = 0,
        output_padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        images = ConvTranspose2D(
            in_channels,
            out_channels,
            (1, kernel_size),
            stride=(1, stride),
            padding=((0, 0), padding if isinstance(padding, tuple) else (padding, padding)),
            output_padding=(0, output_padding),
            dilation=(1, dilation),
            groups=groups,
            bias=bias,
            rng=rng,
            dtype=dtype,
        )
        super().__init__(images)


class MaxPool1D(_OneRow):
    """The largest value of every window of `size` steps; the parameters are those of `MaxPool2D`."""

    def __init__(
        self, size: int, *, stride: int | None = None, padding: Padding1D = "valid", dilation: int = 1
    ) -> None:
        step = size if stride is None else stride
        super().__init__(
            MaxPool2D((1, size), stride=(1, step), padding=_one_row(padding), dilation=(1, dilation))
        )


class AveragePool1D(_OneRow):
    """The mean of every window of `size` steps; the parameters are those of `AveragePool2D`."""

    def __init__(
        self,
        size: int,
        *,
        stride: int | None = None,
        padding: Padding1D = "valid",
        dilation: int = 1,
        count_padding: bool = False,
    ) -> None:
        step = size if stride is None else stride
        images = AveragePool2D(
            (1, size),
            stride=(1, step),
            padding=_one_row(padding),
            dilation=(1, dilation),
            count_padding=count_padding,
        )
        super().__init__(images)
