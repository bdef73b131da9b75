"""Convolution over images and sequences, and its transpose.

With kernel ``W`` of shape (kernel height, kernel width, channels, filters), stride ``s``, dilation ``d``
and padding ``p``,

    y[n, h, w, f] = b[f] + sum over i, j, c of  x[n, s h + d i - p, s w + d j - p, c] * W[i, j, c, f]

(Goodfellow, Bengio & Courville, "Deep Learning", 2016, equation 9.6; sizes as in Dumoulin & Visin, "A guide
to convolution arithmetic for deep learning", 2016). The sums themselves are in
`nnengine.kernels.correlation`.

A transposed convolution is the same linear map read backwards: its `forward` is a convolution's gradient by
the image, its `backward` is that convolution. Same three sums, roles exchanged.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from nnengine.kernels.correlation import (
    Windows,
    correlate,
    filter_sums,
    gather,
    image_gradient,
    kernel_gradient,
)
from nnengine.kernels.window import Padding, Window
from nnengine.layers.base import Array, Layer

Pair = int | tuple[int, int]
Padding2D = Literal["valid", "same"] | int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]


def pair(number: Pair) -> tuple[int, int]:
    """Return (vertical, horizontal) from one number for both or from the pair itself."""
    return number if isinstance(number, tuple) else (number, number)


def windows_2d(kernel_size: Pair, stride: Pair, padding: Padding2D, dilation: Pair) -> Windows:
    """Return how a window slides over rows and over columns."""
    sizes, strides, dilations = pair(kernel_size), pair(stride), pair(dilation)
    pads: list[Padding] = []
    for pad in (padding, padding) if isinstance(padding, (str, int)) else padding:
        pads.append((pad, pad) if isinstance(pad, int) else pad)
    rows, columns = (Window(*spec) for spec in zip(sizes, strides, dilations, pads, strict=True))
    return rows, columns


class _Kernel(Layer):
    """What a convolution and its transpose share: a kernel, a bias and how the kernel slides."""

    micro_batch = 32

    def __init__(
        self,
        shape: tuple[int, int, int, int],
        fan_in: int,
        biases: int,
        windows: Windows,
        groups: int,
        rng: np.random.Generator,
        dtype: npt.DTypeLike,
    ) -> None:
        super().__init__()
        self.windows = windows
        self.groups = groups
        self.add_param("W", (rng.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(dtype))
        if biases:
            self.add_param("b", np.zeros(biases, dtype))

    def _add_bias(self, y: Array) -> Array:
        if "b" in self.params:
            y += self.params["b"]
        return y

    def _add_grads(self, dW: Array, dy: Array) -> None:
        if "b" in self.params:
            self.add_grads(W=dW, b=filter_sums(dy))
        else:
            self.add_grads(W=dW)


def _check_groups(in_channels: int, out_channels: int, groups: int) -> None:
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"groups: expected a divisor of in_channels={in_channels} and out_channels={out_channels}, "
            f"got {groups}"
        )


def _check_images(layer: Layer, x: Array, channels: int) -> None:
    if x.ndim != 4 or x.shape[3] != channels:
        raise ValueError(
            f"{type(layer).__name__}.forward: expected x of shape (batch, height, width, {channels}), "
            f"got {x.shape}"
        )


class Conv2D(_Kernel):
    """Convolution of images.

    Parameters
    ----------
    in_channels, out_channels
        Channels of the input; filters, which are the channels of the output.
    kernel_size, stride, dilation
        One number, or (vertical, horizontal).
    padding
        ``"valid"``: none. ``"same"``: zeros around the image so that stride 1 keeps its size (stride s
        divides it by s, rounding up). Or explicit: a number for all sides, (vertical, horizontal) or ((top,
        bottom), (left, right)).
    groups
        The channels are cut into this many groups; every filter sees one group.
    bias
        Whether there is a bias ``b``, shape (out_channels,).
    rng
        Draws the kernel: normal with variance ``2 / fan_in`` (He et al. 2015, equation 10).

    Raises
    ------
    ValueError
        If a number is out of range or `groups` does not divide the channels.
    """

    def __init__(  # noqa: PLR0913 (a convolution has this many settings)
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        *,
        stride: Pair = 1,
        padding: Padding2D = "valid",
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        _check_groups(in_channels, out_channels, groups)
        shape = (*pair(kernel_size), in_channels // groups, out_channels)
        windows = windows_2d(kernel_size, stride, padding, dilation)
        fan_in = shape[0] * shape[1] * shape[2]
        super().__init__(shape, fan_in, out_channels * bias, windows, groups, rng, dtype)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maps, shape (batch, output height, output width, out_channels).

        Raises
        ------
        ValueError
            If `x` is not (batch, height, width, in_channels) or the window does not fit into the padded
            image.
        """
        self.training = training
        W = self.params["W"]
        _check_images(self, x, W.shape[2] * self.groups)
        self.output_shape(x.shape[1:])  # refuses images that are smaller than the window
        self._shape = x.shape
        self._taps = gather(x, self.windows, self.groups, self.workspace, W.dtype)
        return self._add_bias(correlate(self._taps, W, self.windows[0], self.workspace))

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the images; see `Layer.backward`."""
        self.accumulate(dy)
        return image_gradient(dy, self.params["W"], self._shape, self.windows, self.groups, self.workspace)

    def accumulate(self, dy: Array) -> None:
        """Add to the gradients of kernel and bias."""
        self._add_grads(kernel_gradient(self._taps, dy, self.windows[0]), dy)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (output height, output width, out_channels) for (height, width, in_channels)."""
        height, width, _ = input_shape
        rows, columns = self.windows
        return rows.outputs(height), columns.outputs(width), self.params["W"].shape[3]


class ConvTranspose2D(_Kernel):
    """Transposed convolution of images: the adjoint of `Conv2D` with the same kernel, plus a bias.

    The size of the result is ``(n - 1) stride + span - padding + output_padding`` along each axis, where the
    kernel spans ``dilation (kernel_size - 1) + 1`` (Dumoulin & Visin 2016, relationship 13, with dilation).

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, dilation, groups, bias, rng
        As for `Conv2D`. The kernel's shape is that of the convolution it transposes:
        (kernel height, kernel width, out_channels / groups, in_channels).
    padding
        That of the convolution it transposes, so it makes the result smaller: numbers as for `Conv2D`.
    output_padding
        Rows and columns of zeros' worth of extra result at the bottom and right, less than the stride: a
        strided convolution maps several sizes to one, and this says which of them is meant.

    Raises
    ------
    ValueError
        If a number is out of range or `groups` does not divide the channels.
    """

    def __init__(  # noqa: PLR0913 (a convolution has this many settings)
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        *,
        stride: Pair = 1,
        padding: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]] = 0,
        output_padding: Pair = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        _check_groups(in_channels, out_channels, groups)
        if isinstance(padding, str):
            raise ValueError(f"padding: expected numbers for a transposed convolution, got {padding!r}")
        self.output_padding = pair(output_padding)
        for extra, step in zip(self.output_padding, pair(stride), strict=True):
            if not 0 <= extra < step:
                raise ValueError(f"output_padding: expected 0 to stride - 1 = {step - 1}, got {extra}")
        shape = (*pair(kernel_size), out_channels // groups, in_channels)
        windows = windows_2d(kernel_size, stride, padding, dilation)
        fan_in = shape[0] * shape[1] * in_channels // groups
        super().__init__(shape, fan_in, out_channels * bias, windows, groups, rng, dtype)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maps, shape (batch, output height, output width, out_channels).

        Raises
        ------
        ValueError
            If `x` is not (batch, height, width, in_channels) or nothing would be left of the result.
        """
        self.training = training
        W = self.params["W"]
        _check_images(self, x, W.shape[3])
        self._x = x
        shape = (len(x), *self.output_shape(x.shape[1:]))
        return self._add_bias(image_gradient(x, W, shape, self.windows, self.groups, self.workspace))

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the images; see `Layer.backward`."""
        W, rows = self.params["W"], self.windows[0]
        taps = gather(dy, self.windows, self.groups, self.workspace, W.dtype)
        self._add_grads(kernel_gradient(taps, self._x, rows), dy)
        return correlate(taps, W, rows, self.workspace)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (output height, output width, out_channels) for (height, width, in_channels)."""
        sizes = []
        for length, window, extra in zip(input_shape[:2], self.windows, self.output_padding, strict=True):
            size = (length - 1) * window.stride + window.span - sum(window.pads(length)) + extra
            if size < 1:
                raise ValueError(
                    f"{type(self).__name__}: {length} cells with padding {window.pads(length)} leave a "
                    f"result of {size} cells: use less padding"
                )
            sizes.append(size)
        return (*sizes, self.params["W"].shape[2] * self.groups)
