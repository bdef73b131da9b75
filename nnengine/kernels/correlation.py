"""Sliding a kernel over images: three sums that are each other's derivatives.

With ``x`` an image, ``W`` a kernel and ``s``, ``d``, ``p`` the stride, dilation and padding of an axis,

    y[n, h, w, f] = sum over i, j, c of  x[n, s h + d i - p, s w + d j - p, c] * W[i, j, c, f]

(Goodfellow, Bengio & Courville, "Deep Learning", 2016, section 9.1, equation 9.6: machine learning calls the
cross-correlation "convolution"). It is linear in ``x`` and in ``W``, so its derivatives are sums over the
same terms: `correlate` sums over i, j, c, `kernel_gradient` over n, h, w and `image_gradient` over i, j, f.

How the sums become matrix products: for one row ``h`` of outputs, write what the kernel sees at an output
as a column of numbers. The columns side by side are a matrix with a row for every (i, j, c) and a column
for every (w, n), and the row of outputs is the kernel, as a matrix of filters by (i, j, c), times that
matrix.

What makes it fast is the order in memory: height, channels, width, batch. The images of the batch lie side
by side, so that shifting an image by a pixel moves long runs of numbers. `gather` makes a shifted copy for
every column ``j`` of the kernel and none for its rows: the matrix for output row ``h`` begins where row ``s
h`` of the copies begins and simply reads on into the next rows. Arrays have shape (batch, height, width,
channels) all the same: numpy lets the shape and the order in memory differ. Any order is taken; this one is
what results have.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from nnengine.kernels.window import Window
from nnengine.layers.base import Array

Windows = tuple[Window, Window]
"""How a kernel slides over the rows and over the columns."""


class Workspace(Protocol):
    """Gives out uninitialised arrays by name (see `Layer.workspace`)."""

    def __call__(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array: ...  # noqa: D102


def by_row(images: Array, groups: int = 1) -> Array:
    """Return a view of images as (groups, height, channels of a group, width, batch)."""
    batch, height, width, channels = images.shape
    return images.reshape(batch, height, width, groups, channels // groups).transpose(3, 1, 4, 2, 0)


def empty_images(shape: tuple[int, ...], dtype: npt.DTypeLike, workspace: Workspace, name: str) -> Array:
    """Return uninitialised images of a shape (batch, height, width, channels) in the fast order in memory."""
    batch, height, width, channels = shape
    return workspace(name, (height, channels, width, batch), dtype).transpose(3, 0, 2, 1)


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
        Shape (groups, padded height, kernel width, channels of a group, output width, batch).
    """
    batch, height, width, channels = x.shape
    rows, columns = windows
    top, bottom = rows.pads(height)
    shape = (groups, top + height + bottom, columns.size, channels // groups, columns.outputs(width), batch)
    taps = workspace(name, shape, dtype)
    taps[:, :top] = 0
    taps[:, top + height :] = 0
    image = by_row(x, groups)
    for j in range(columns.size):
        outputs, cells = columns.seen_by(j, width)
        tap = taps[:, top : top + height, j]
        tap[..., : outputs.start, :] = 0
        tap[..., outputs.stop :, :] = 0
        tap[..., outputs, :] = image[..., cells, :]
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
    seen = _seen(taps, rows)
    shape = (taps.shape[5], seen.shape[1], taps.shape[4], W.shape[3])
    y = empty_images(shape, taps.dtype, workspace, name)
    kernels = _matrices(W, len(taps)).transpose(0, 2, 1)
    np.matmul(kernels[:, None], seen, out=_as_matrices(y, len(taps)))
    return y


def kernel_gradient(taps: Array, dy: Array, rows: Window) -> Array:
    """Return the gradient by the kernel, shape (kernel height, kernel width, channels of a group, filters).

    Parameters
    ----------
    taps
        What `gather` returned for the input.
    dy
        The gradient by the output, shape (batch, output height, output width, filters).
    """
    groups, _, kernel_width, channels = taps.shape[:4]
    by_output_row = _seen(taps, rows) @ _as_matrices(dy, groups).transpose(0, 1, 3, 2)
    dW: Array = by_output_row.sum(axis=1).transpose(1, 0, 2)
    return dW.reshape(rows.size, kernel_width, channels, -1)


def filter_sums(dy: Array) -> Array:
    """Return the sum over everything but the filters: a product with ones is the fastest sum there is."""
    rows = _as_matrices(dy, 1)[0]
    sums: Array = (rows @ np.ones(rows.shape[2], dy.dtype)).sum(axis=0)
    return sums


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
    return _scatter(dy, W, shape, windows, groups, workspace)


def _scatter(
    dy: Array, W: Array, shape: tuple[int, ...], windows: Windows, groups: int, workspace: Workspace
) -> Array:
    """Return the gradient by the image: `gather` and `correlate` with every copy turned into an addition."""
    batch, height, width, channels = shape
    rows, columns = windows
    top, bottom = rows.pads(height)
    outputs = columns.outputs(width)
    taps_shape = (groups, top + height + bottom, columns.size, channels // groups, outputs, batch)
    taps = np.zeros(taps_shape, W.dtype)
    dseen = _matrices(W, groups)[:, None] @ _as_matrices(dy, groups)
    dseen = dseen.reshape(groups, -1, rows.size, *taps_shape[2:])
    for i in range(rows.size):
        start = i * rows.dilation
        taps[:, start : start + (dseen.shape[1] - 1) * rows.stride + 1 : rows.stride] += dseen[:, :, i]
    dx = empty_images(shape, W.dtype, workspace, "dx")
    dx.fill(0)
    image = by_row(dx, groups)
    for j in range(columns.size):
        seeing, cells = columns.seen_by(j, width)
        image[..., cells, :] += taps[:, top : top + height, j][..., seeing, :]
    return dx


def _seen(taps: Array, rows: Window) -> Array:
    """Return, for every output row, the matrix of what the kernel sees: (groups, height, (i, j, c), (w, n)).

    Rows that follow each other in memory are read where they are; only dilation over rows makes copies.
    """
    groups, padded_height, kernel_width, channels, width, batch = taps.shape
    height = (padded_height - rows.span) // rows.stride + 1
    group, row, *_, number = taps.strides
    view = as_strided(
        taps,
        (groups, height, rows.size, kernel_width * channels, width * batch),
        (group, rows.stride * row, rows.dilation * row, width * batch * number, number),
        writeable=False,
    )
    return view.reshape(groups, height, rows.size * kernel_width * channels, width * batch)


def _matrices(W: Array, groups: int) -> Array:
    """Return a kernel as (groups, (i, j, c), filters of a group)."""
    filters = W.shape[3] // groups
    return W.reshape(-1, groups, filters).transpose(1, 0, 2)


def _as_matrices(images: Array, groups: int) -> Array:
    """Return images as (groups, height, channels of a group, (w, n)): a view if laid out as ours are."""
    rows = by_row(images, groups)
    return rows.reshape(*rows.shape[:3], -1)


def _rotated(W: Array, groups: int) -> Array:
    """Return a kernel turned by 180 degrees that maps filters to channels."""
    height, width, channels, filters = W.shape
    split = W[::-1, ::-1].reshape(height, width, channels, groups, filters // groups)
    return split.transpose(0, 1, 4, 3, 2).reshape(height, width, filters // groups, groups * channels)
