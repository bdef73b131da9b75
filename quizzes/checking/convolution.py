"""Draw a small image and a kernel; the engine slides one over the other."""

import numpy as np

from nnengine.layers.base import Array
from nnengine.layers.convolution import Conv2D
from quizzes.kinds import Data


def draw(data: Data, rng: np.random.Generator) -> Data:
    """Return the image and the kernel, whole numbers, with ``key`` and, by name, what ``slips`` give.

    `data` may fix ``size`` (of the image, 3 to 6), ``kernel`` (2 or 3), ``stride`` and ``padding``.
    """
    size, side = int(data.get("size", 4)), int(data.get("kernel", 2))
    stride, padding = int(data.get("stride", 1)), int(data.get("padding", 0))
    image = rng.integers(-1, 4, size=(size, size)).astype(np.float64)
    kernel = rng.integers(-2, 3, size=(side, side)).astype(np.float64)
    while np.array_equal(kernel, kernel[::-1, ::-1]):  # turned, it must be another one
        kernel = rng.integers(-2, 3, size=(side, side)).astype(np.float64)
    return {
        "image": image.astype(int).tolist(),
        "weights": kernel.astype(int).tolist(),
        "stride": stride,
        "padding": padding,
        "key": _slide(image, kernel, stride, padding),
        "slips": {"turned": _slide(image, kernel[::-1, ::-1], stride, padding)},
    }


def _slide(image: Array, kernel: Array, stride: int, padding: int) -> list[list[int]]:
    layer = Conv2D(
        1,
        1,
        len(kernel),
        stride=stride,
        padding=padding,
        bias=False,
        rng=np.random.default_rng(0),
        dtype=np.float64,
    )
    layer.params["W"][...] = kernel[:, :, None, None]
    result = layer.forward(image[None, :, :, None])[0, :, :, 0]
    return np.rint(result).astype(int).tolist()  # type: ignore[no-any-return]  # lists of lists of int
