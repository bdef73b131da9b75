"""Small images drawn by formula: bars, stripes, and letters in a font of 5 x 7 dots."""

import numpy as np
import numpy.typing as npt

Images = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]

#: Rows of a glyph from top to bottom; # is ink. Drawn for this project.
FONT = {
    "A": ".###. #...# #...# ##### #...# #...# #...#",
    "C": ".#### #.... #.... #.... #.... #.... .####",
    "E": "##### #.... #.... ####. #.... #.... #####",
    "H": "#...# #...# #...# ##### #...# #...# #...#",
    "L": "#.... #.... #.... #.... #.... #.... #####",
    "N": "#...# ##..# ##..# #.#.# #..## #..## #...#",
    "O": ".###. #...# #...# #...# #...# #...# .###.",
    "S": ".#### #.... #.... .###. ....# ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "X": "#...# #...# .#.#. ..#.. .#.#. #...# #...#",
}


def bars_and_stripes(n: int = 400, *, rng: np.random.Generator, size: int = 8, noise: float = 0.1) -> Images:
    """Return images of vertical bars (label 0) or horizontal stripes (label 1).

    Shape ``(n, size, size, 1)``, float32, range 0 to 1. Each line is on with probability one half, at least
    one is on and one is off, so that every image is one or the other. Generated here; no licence needed.
    """
    if size < 2:
        raise ValueError(f"size must be at least 2, or bars and stripes look alike; got {size}.")
    lines = rng.random((n, size)) < 0.5
    rows, picks = np.arange(n), rng.permuted(np.tile(np.arange(size), (n, 1)), axis=1)
    lines[rows, picks[:, 0]], lines[rows, picks[:, 1]] = True, False
    labels = rng.integers(0, 2, n)
    images = np.where(labels[:, None, None] == 0, lines[:, None, :], lines[:, :, None]).astype(np.float32)
    return _noisy(images, noise, rng), labels


def glyphs(n: int = 500, *, rng: np.random.Generator, size: int = 12, noise: float = 0.1) -> Images:
    """Return capital letters at random places, in random brightness.

    Shape ``(n, size, size, 1)``, float32, range 0 to 1; labels are places in ``"ACEHLNOSTX"``. The font
    is this project's own; no licence needed.
    """
    if size < 7:
        raise ValueError(f"size must be at least 7, a glyph is 5 x 7 dots; got {size}.")
    bitmaps = np.array([[list(row) for row in drawing.split()] for drawing in FONT.values()]) == "#"
    labels = rng.integers(0, len(bitmaps), n)
    tops, lefts = rng.integers(0, size - 7 + 1, n), rng.integers(0, size - 5 + 1, n)
    images = np.zeros((n, size, size), np.float32)
    for image, label, top, left, ink in zip(images, labels, tops, lefts, rng.uniform(0.6, 1, n), strict=True):
        image[top : top + 7, left : left + 5] = ink * bitmaps[label]
    return _noisy(images, noise, rng), labels


def _noisy(
    images: npt.NDArray[np.float32], noise: float, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Add Gaussian noise, keep the range 0 to 1, and append the channel axis."""
    noisy = images + rng.normal(0, noise, images.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)[..., None]
