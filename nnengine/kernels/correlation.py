"""Sliding a kernel over images: three products that are each other's derivatives.

With ``x`` an image, ``W`` a kernel and ``s``, ``d``, ``p`` the stride, dilation and padding of an axis,

    y[n, h, w, f] = sum over i, j, c of  x[n, s h + d i - p, s w + d j - p, c] * W[i, j, c, f]

(Goodfellow, Bengio & Courville, "Deep Learning", 2016, section 9.1, equation 9.6: machine learning calls the
cross-correlation "convolution"). It is linear in ``x`` and in ``W``, so its two derivatives are sums over
the same terms: `correlate` sums over i, j, c, `kernel_gradient` over n, h, w and `image_gradient` over i,
j, f.

How the sums become matrix products: `gather` copies, for every output column ``w``, the cells that the
kernel's columns see side by side. That makes a matrix with a row an output and ``kernel width * channels``
columns. The kernel's rows need no copies: kernel row ``i`` of output row ``h`` reads row ``s h + d i`` of
the same matrix. So there is one matrix product a kernel row and output row, each small enough to stay in
the cache.

Arrays of images have shape (batch, height, width, channels), but are laid out in memory with the batch
inside: height, width, batch, channels. So the cells of a row, of all images of the batch, lie side by side,
and shifting an image by a column is a shift of one long run. Any layout is taken; this one is fast and is
what results have.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from nnengine.kernels.window import Window
from nnengine.layers.base import Array


class Workspace(Protocol):
    """Gives out uninitialised arrays by name (see `Layer.workspace`)."""

    def __call__(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array: ...  # noqa: D102


Windows = tuple[Window, Window]
"""How a kernel slides over the rows and over the columns."""


def gather(
    x: Array,
    windows: Windows,
    groups: int,
    workspace: Workspace,
    dtype: npt.DTypeLike,
    name: str = "taps",
) -> Array:
    """Return what every column of the kernel sees, for every row of the padded image.

    Parameters
    ----------
    x
        Images, shape (batch, height, width, channels).

    Returns
    -------
    Array
        Shape (groups, padded height, output width, batch, kernel width, channels of a group).
    """
    batch, height, width, channels = x.shape
    rows, columns = windows
    top, bottom = rows.pads(height)
    shape = (groups, top + height + bottom, columns.outputs(width), batch, columns.size, channels // groups)
    taps = workspace(name, shape, dtype)
    taps[:, :top] = 0
    taps[:, top + height :] = 0
    image = x.reshape(batch, height, width, groups, channels // groups).transpose(3, 1, 2, 0, 4)
    for j in range(columns.size):
        outputs, cells = columns.seen_by(j, width)
        tap = taps[:, top : top + height, :, :, j]
        tap[:, :, : outputs.start] = 0
        tap[:, :, outputs.stop :] = 0
        tap[:, :, outputs] = image[:, :, cells]
    return taps


def correlate(taps: Array, W: Array, rows: Window, workspace: Workspace, name: str = "y") -> Array:
    """Return the correlation of gathered images with a kernel.

    Parameters
    ----------
    taps
        What `gather` returned.
    W
        Kernel, shape (kernel height, kernel width, channels of a group, filters).
    rows
        How the kernel slides over the rows.

    Returns
    -------
    Array
        Shape (batch, output height, output width, filters).
    """
    groups, padded_height, width, batch = taps.shape[:4]
    height = (padded_height - rows.span) // rows.stride + 1
    matrices = taps.reshape(groups, padded_height, width * batch, -1)
    kernels = _matrices(W, groups)
    filters = W.shape[3] // groups
    y = workspace(name, (groups, height, width * batch, filters), taps.dtype)
    part = workspace(name + "_part", y.shape, taps.dtype) if rows.size > 1 else y
    for i in range(rows.size):
        np.matmul(_seen_rows(matrices, i, height, rows), kernels[:, i, None], out=part if i else y)
        if i:
            np.add(y, part, out=y)
    return _joined(y.reshape(groups, height, width, batch, filters))


def kernel_gradient(taps: Array, dy: Array, rows: Window, workspace: Workspace) -> Array:
    """Return the gradient by the kernel, shape (kernel height, kernel width, channels of a group, filters).

    Parameters
    ----------
    taps
        What `gather` returned for the input.
    dy
        The gradient by the output, shape (batch, output height, output width, filters).
    """
    groups, padded_height, width, batch, kernel_width, channels = taps.shape
    matrices = taps.reshape(groups, padded_height, width * batch, kernel_width * channels)
    split = _split(dy, groups)
    height, filters = split.shape[1], split.shape[3]
    dW = np.empty((rows.size, kernel_width * channels, groups, filters), taps.dtype)
    part = workspace("dW_part", (groups, height, kernel_width * channels, filters), taps.dtype)
    for i in range(rows.size):
        seen = _seen_rows(matrices, i, height, rows)
        np.matmul(seen.transpose(0, 1, 3, 2), split, out=part)
        np.add.reduce(part, axis=1, out=dW[i].transpose(1, 0, 2))
    return dW.reshape(rows.size, kernel_width, channels, groups * filters)


def image_gradient(
    dy: Array, W: Array, shape: tuple[int, ...], windows: Windows, groups: int, workspace: Workspace
) -> Array:
    """Return the gradient by the image, of shape `shape`: the transposed convolution of `dy` with `W`.

    Without strides the adjoint of a correlation is again one, with the kernel rotated by 180 degrees and its
    channels and filters exchanged. With strides, what `gather` copied is added back to where it came from.
    """
    rows, columns = windows[0].rotated(shape[1]), windows[1].rotated(shape[2])
    if rows and columns:
        taps = gather(dy, (rows, columns), groups, workspace, W.dtype, "dy_taps")
        return correlate(taps, _rotated(W, groups), rows, workspace, "dx")
    return _scatter(dy, W, shape, windows, groups)


def _scatter(dy: Array, W: Array, shape: tuple[int, ...], windows: Windows, groups: int) -> Array:
    """Return the gradient by the image: `gather` and `correlate` with every copy turned into an addition."""
    batch, height, width, channels = shape
    rows, columns = windows
    split = _split(dy, groups)
    kernels = _matrices(W, groups).transpose(0, 1, 3, 2)
    top, bottom = rows.pads(height)
    outputs = columns.outputs(width)
    padded = np.zeros((groups, top + height + bottom, outputs * batch, kernels.shape[3]), W.dtype)
    for i in range(rows.size):
        _seen_rows(padded, i, split.shape[1], rows)[...] += split @ kernels[:, i, None]
    taps = padded[:, top : top + height].reshape(groups, height, outputs, batch, columns.size, -1)
    image = np.zeros((groups, height, width, batch, channels // groups), W.dtype)
    for j in range(columns.size):
        seeing, cells = columns.seen_by(j, width)
        image[:, :, cells] += taps[:, :, seeing, :, j]
    return _joined(image)


def _seen_rows(matrices: Array, i: int, height: int, rows: Window) -> Array:
    """Return, for every output row, the matrix of the input row that kernel row `i` sees."""
    start = i * rows.dilation
    return matrices[:, start : start + (height - 1) * rows.stride + 1 : rows.stride]


def _matrices(W: Array, groups: int) -> Array:
    """Return a kernel as (groups, kernel height, kernel width * channels, filters of a group)."""
    filters = W.shape[3] // groups
    return W.reshape(W.shape[0], W.shape[1] * W.shape[2], groups, filters).transpose(2, 0, 1, 3)


def _rotated(W: Array, groups: int) -> Array:
    """Return a kernel turned by 180 degrees that maps filters to channels."""
    height, width, channels, filters = W.shape
    split = W[::-1, ::-1].reshape(height, width, channels, groups, filters // groups)
    return split.transpose(0, 1, 4, 3, 2).reshape(height, width, filters // groups, groups * channels)


def _split(images: Array, groups: int) -> Array:
    """Return images as (groups, height, width * batch, channels of a group), a view if laid out so."""
    batch, height, width, channels = images.shape
    split = images.reshape(batch, height, width, groups, channels // groups).transpose(3, 1, 2, 0, 4)
    return split.reshape(groups, height, width * batch, channels // groups)


def _joined(split: Array) -> Array:
    """Return (groups, height, width, batch, channels) as images: a view if there is one group."""
    groups, height, width, batch, channels = split.shape
    return split.transpose(3, 1, 2, 0, 4).reshape(batch, height, width, groups * channels)
