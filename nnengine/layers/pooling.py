"""Pooling: a window's largest value, or its mean.

    max:      y[n, h, w, c] = max over i, j of   x[n, s h + d i - p, s w + d j - p, c]
    average:  y[n, h, w, c] = mean over i, j of  x[n, s h + d i - p, s w + d j - p, c]

(Goodfellow, Bengio & Courville, "Deep Learning", 2016, section 9.3). The largest value gets the whole
gradient; where several are equally large, the first of them in reading order does. Comparing every value
with the maximum, without "the first of them", hands the gradient out several times wherever an image is
flat.
"""

from collections.abc import Iterator

import numpy as np

from nnengine.kernels.correlation import Windows
from nnengine.layers.base import Array, Layer
from nnengine.layers.convolution import Padding2D, Pair, windows_2d

Slices = tuple[slice, slice]


class _Pool2D(Layer):
    """What both kinds of pooling share: how the window slides."""

    def __init__(self, windows: Windows) -> None:
        super().__init__()
        self.windows = windows

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (output height, output width, channels) for (height, width, channels)."""
        height, width, channels = input_shape
        rows, columns = self.windows
        return rows.outputs(height), columns.outputs(width), channels

    def _by_row(self, name: str, shape: tuple[int, ...], like: Array) -> Array:
        """Return an array of (batch, height, width, channels) laid out height, width, batch, channels."""
        batch, height, width, channels = shape
        return self.workspace(name, (height, width, batch, channels), like.dtype).transpose(2, 0, 1, 3)

    def _check(self, x: Array) -> None:
        if x.ndim != 4:
            raise ValueError(
                f"{type(self).__name__}.forward: expected x of shape (batch, height, width, channels), "
                f"got {x.shape}"
            )

    def _taps(self, height: int, width: int) -> Iterator[tuple[Slices, Slices]]:
        """Yield for every cell of the window, in reading order, who sees the image there, and what."""
        rows, columns = self.windows
        for i in range(rows.size):
            for j in range(columns.size):
                (upper, seen_rows), (left, seen_columns) = rows.seen_by(i, height), columns.seen_by(j, width)
                yield (upper, left), (seen_rows, seen_columns)


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
        self._x = x
        batch, height, width, _ = x.shape
        self._y = y = self._by_row("y", (batch, *self.output_shape(x.shape[1:])), x)
        y.fill(-np.inf)
        for outputs, cells in self._taps(height, width):
            seen = y[:, outputs[0], outputs[1]]
            np.maximum(seen, x[:, cells[0], cells[1]], out=seen)
        return y

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the images: that of a window goes to the first of its largest values."""
        x, y = self._x, self._y
        dx = self._by_row("dx", x.shape, x)
        dx.fill(0)
        unclaimed = np.ones_like(y, dtype=bool)
        for outputs, cells in self._taps(*x.shape[1:3]):
            place = (slice(None), *outputs)
            first = x[:, cells[0], cells[1]] == y[place]
            first &= unclaimed[place]
            unclaimed[place] ^= first
            dx[:, cells[0], cells[1]] += dy[place] * first
        return dx


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
        batch, height, width, _ = x.shape
        shape = self.output_shape(x.shape[1:])
        y = self._by_row("y", (batch, *shape), x)
        y.fill(0)
        cells_seen = np.zeros(shape[:2], x.dtype)
        for outputs, cells in self._taps(height, width):
            y[:, outputs[0], outputs[1]] += x[:, cells[0], cells[1]]
            cells_seen[outputs] += 1
        if self.count_padding:
            cells_seen.fill(self.windows[0].size * self.windows[1].size)
        self._share = (1 / np.maximum(cells_seen, 1))[:, :, None]
        y *= self._share
        return y

    def backward(self, dy: Array) -> Array:
        """Return the gradient by the images: every cell of a window gets an equal share."""
        dx = self._by_row("dx", self._shape, dy)
        dx.fill(0)
        share = dy * self._share
        for outputs, cells in self._taps(*self._shape[1:3]):
            dx[:, cells[0], cells[1]] += share[:, outputs[0], outputs[1]]
        return dx


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
