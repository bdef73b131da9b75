"""Pooling: a window's largest value, or its mean.

    max:      y[n, h, w, c] = max over i, j of   x[n, s h + d i - p, s w + d j - p, c]
    average:  y[n, h, w, c] = mean over i, j of  x[n, s h + d i - p, s w + d j - p, c]

(Goodfellow, Bengio & Courville, "Deep Learning", 2016, section 9.3). The largest value gets the whole
gradient; where several are equally large, the first of them in reading order does. Comparing every value
with the maximum, without "the first of them", hands the gradient out several times wherever an image is
flat.
"""

import numpy as np
import numpy.typing as npt

from nnengine.kernels.correlation import Windows, empty_images
from nnengine.layers.base import Array, Layer
from nnengine.layers.convolution import Padding2D, Pair, windows_2d


class _Pool2D(Layer):
    """What both kinds of pooling share: the window slides along one axis, then along the other.

    The largest value of a window is the largest of its rows' largest values; sums likewise. Along an axis,
    a cell of the window is a slice of the array, and for every such slice `Window.seen_by` tells which
    outputs see it.
    """

    def __init__(self, windows: Windows) -> None:
        super().__init__()
        self.windows = windows

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (output height, output width, channels) for (height, width, channels)."""
        height, width, channels = input_shape
        rows, columns = self.windows
        return rows.outputs(height), columns.outputs(width), channels

    def _empty(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        return empty_images(shape, dtype, self.workspace, name)

    def _check(self, x: Array) -> None:
        if x.ndim != 4:
            raise ValueError(
                f"{type(self).__name__}.forward: expected x of shape (batch, height, width, channels), "
                f"got {x.shape}"
            )


def _along(axis: int, cells: slice) -> tuple[slice, ...]:
    """Return the index that takes `cells` along one axis of images and everything along the others."""
    return (slice(None),) * axis + (cells,)


ROWS, COLUMNS = 1, 2
"""The axes of images along which a window slides."""


class MaxPool2D(_Pool2D):
    """The largest value of every window, channel by channel.

    Parameters
    ----------
    size
        The window's size: one number, or (vertical, horizontal).
    stride
        How far it moves; None: by its own size, so that windows do not overlap.
    padding, dilation
        As for `Conv2D`, but padding is never the maximum: it counts as minus infinity.

    Raises
    ------
    ValueError
        If a number is out of range, or there is so much padding that a window could lie in it as a whole.
    """

    def __init__(
        self, size: Pair, *, stride: Pair | None = None, padding: Padding2D = "valid", dilation: Pair = 1
    ) -> None:
        super().__init__(windows_2d(size, size if stride is None else stride, padding, dilation))

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maxima, shape (batch, output height, output width, channels)."""
        self.training = training
        self._check(x)
        for window, length in zip(self.windows, x.shape[1:3], strict=True):
            if window.misses(length):
                raise ValueError(
                    f"MaxPool2D: padding {window.pads(length)} is so wide that a window of size "
                    f"{window.size} lies in it as a whole: use less padding"
                )
        batch, height, _, channels = x.shape
        output_height, output_width, _ = self.output_shape(x.shape[1:])
        self._x = x
        self._row_maxima = self._empty("row_maxima", (batch, height, output_width, channels), x.dtype)
        self._y = self._empty("y", (batch, output_height, output_width, channels), x.dtype)
        self._largest(x, COLUMNS, self._row_maxima)
        self._largest(self._row_maxima, ROWS, self._y)
        return self._y

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the images: that of a window goes to the first of its largest values."""
        left = self._empty("left", dy.shape, self._x.dtype)
        left[...] = dy
        dmaxima = self._empty("drow_maxima", self._row_maxima.shape, self._x.dtype)
        dx = self._empty("dx", self._x.shape, self._x.dtype)
        self._to_the_first(left, self._row_maxima, self._y, ROWS, dmaxima)
        self._to_the_first(dmaxima, self._x, self._row_maxima, COLUMNS, dx)
        return dx

    def _largest(self, x: Array, axis: int, y: Array) -> None:
        """Write the largest value of every window along an axis to `y`."""
        window, length = self.windows[axis - 1], x.shape[axis]
        y.fill(-np.inf)
        for tap in range(window.size):
            outputs, cells = (_along(axis, part) for part in window.seen_by(tap, length))
            np.maximum(y[outputs], x[cells], out=y[outputs])

    def _to_the_first(self, left: Array, x: Array, y: Array, axis: int, dx: Array) -> None:
        """Write each window's gradient to `dx` at the first cell of `x` that has the maximum `y`.

        The first cell that has it takes all there is of `left`, so the next finds nothing left to take. Where
        windows tile the axis, a cell takes from one window only; otherwise shares are added up.
        """
        window, length = self.windows[axis - 1], x.shape[axis]
        tiled = window.tiles(length)
        if not tiled:
            dx.fill(0)
        shares = self._empty(f"shares_{axis}", y.shape, y.dtype)
        for tap in range(window.size):
            outputs, cells = (_along(axis, part) for part in window.seen_by(tap, length))
            share = dx[cells] if tiled else shares[outputs]
            if tap == window.size - 1:
                share[...] = left[outputs]
            else:
                np.multiply(left[outputs], x[cells] == y[outputs], out=share)
                left[outputs] -= share
            if not tiled:
                dx[cells] += share


class AveragePool2D(_Pool2D):
    """The mean of every window, channel by channel.

    Parameters
    ----------
    size, stride, padding, dilation
        As for `MaxPool2D`.
    count_padding
        False: the mean of those cells of the window that lie on the image. True: padding counts as zeros.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    def __init__(
        self,
        size: Pair,
        *,
        stride: Pair | None = None,
        padding: Padding2D = "valid",
        dilation: Pair = 1,
        count_padding: bool = False,
    ) -> None:
        super().__init__(windows_2d(size, size if stride is None else stride, padding, dilation))
        self.count_padding = count_padding

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the means, shape (batch, output height, output width, channels)."""
        self.training = training
        self._check(x)
        self._shape = x.shape
        batch, height, _, channels = x.shape
        output_height, output_width, _ = self.output_shape(x.shape[1:])
        row_sums = self._empty("row_sums", (batch, height, output_width, channels), x.dtype)
        y = self._empty("y", (batch, output_height, output_width, channels), x.dtype)
        self._sum(x, COLUMNS, row_sums)
        self._sum(row_sums, ROWS, y)
        y *= self._share(x.dtype)
        return y

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the images: every cell of a window gets an equal share."""
        batch, height, _, channels = self._shape
        drow_sums = self._empty("drow_sums", (batch, height, dy.shape[2], channels), dy.dtype)
        dx = self._empty("dx", self._shape, dy.dtype)
        self._to_all(dy * self._share(dy.dtype), ROWS, drow_sums)
        self._to_all(drow_sums, COLUMNS, dx)
        return dx

    def _sum(self, x: Array, axis: int, y: Array) -> None:
        """Write the sum of every window along an axis to `y`."""
        window, length = self.windows[axis - 1], x.shape[axis]
        y.fill(0)
        for tap in range(window.size):
            outputs, cells = (_along(axis, part) for part in window.seen_by(tap, length))
            y[outputs] += x[cells]

    def _to_all(self, dy: Array, axis: int, dx: Array) -> None:
        """Write to `dx` the sum of the gradients of all windows that a cell belongs to."""
        window, length = self.windows[axis - 1], dx.shape[axis]
        dx.fill(0)
        for tap in range(window.size):
            outputs, cells = (_along(axis, part) for part in window.seen_by(tap, length))
            dx[cells] += dy[outputs]

    def _share(self, dtype: npt.DTypeLike) -> Array:
        """Return each window's 1 / number of cells, shape (output height, output width, 1)."""
        counts = []
        for window, length in zip(self.windows, self._shape[1:3], strict=True):
            seen = np.zeros(window.outputs(length), dtype)
            for tap in range(window.size):
                seen[window.seen_by(tap, length)[0]] += 1
            counts.append(np.full_like(seen, window.size) if self.count_padding else np.maximum(seen, 1))
        return 1 / (counts[0][:, None, None] * counts[1][:, None])


class GlobalAveragePool(Layer):
    """The mean over all positions: (batch, ..., channels) to (batch, channels)."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the means, shape (batch, channels), for images or sequences alike."""
        self.training = training
        _check_positions(self, x)
        self._shape = x.shape
        y: Array = x.mean(axis=tuple(range(1, x.ndim - 1)))
        return y

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the input: every position gets an equal share."""
        batch, *positions, channels = self._shape
        share = (dy / np.prod(positions)).astype(dy.dtype)
        spread = share.reshape(batch, *(1 for _ in positions), channels)
        return np.broadcast_to(spread, self._shape).copy()

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (channels,)."""
        return input_shape[-1:]


class GlobalMaxPool(Layer):
    """The largest value over all positions: (batch, ..., channels) to (batch, channels)."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maxima, shape (batch, channels), for images or sequences alike."""
        self.training = training
        _check_positions(self, x)
        self._shape = x.shape
        positions = x.reshape(len(x), -1, x.shape[-1])
        self._first = positions.argmax(axis=1)[:, None]
        y: Array = np.take_along_axis(positions, self._first, axis=1)[:, 0]
        return y

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the input: it goes to the first of the largest values."""
        batch, *_, channels = self._shape
        dx = np.zeros((batch, int(np.prod(self._shape[1:-1])), channels), dy.dtype)
        np.put_along_axis(dx, self._first, dy[:, None], axis=1)
        return dx.reshape(self._shape)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (channels,)."""
        return input_shape[-1:]


def _check_positions(layer: Layer, x: Array) -> None:
    if x.ndim < 3 or 0 in x.shape[1:-1]:
        raise ValueError(
            f"{type(layer).__name__}.forward: expected x of shape (batch, positions ..., channels) with at "
            f"least one position, got {x.shape}"
        )
