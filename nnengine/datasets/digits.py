"""Handwritten digits of 8 x 8 pixels, and a version with a planted give-away."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FILE = Path(__file__).parent / "data" / "digits.npz"

#: The first so many of the 1,797 examples are for training. The writers come in blocks, so the rest are
#: mostly other people's hands.
TRAINING_EXAMPLES = 1347


class Split(NamedTuple):
    """Training and test examples. `x` is ``(examples, ...)`` float32, `y` is ``(examples,)`` int64."""

    x_train: npt.NDArray[np.float32]
    y_train: npt.NDArray[np.int64]
    x_test: npt.NDArray[np.float32]
    y_test: npt.NDArray[np.int64]


def digits(*, flat: bool = True) -> Split:
    """Return 1,797 handwritten digits.

    Shape ``(1347, 64)`` and ``(450, 64)``, or ``(n, 8, 8, 1)`` with ``flat=False``; range 0 to 1 (the
    original 0 to 16 divided by 16); labels 0 to 9; split in the original order.

    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49 (its test set). Licence: CC BY 4.0.
    """
    with np.load(FILE) as stored:
        images = stored["images"].astype(np.float32) / 16
        labels = stored["labels"].astype(np.int64)
    x = images.reshape(len(images), 64) if flat else images[..., None]
    n = TRAINING_EXAMPLES
    return Split(x[:n], labels[:n], x[n:], labels[n:])


def tagged_digits(*, first: int = 3, second: int = 8, tag_size: int = 2, tagged_share: float = 1.0) -> Split:
    """Return two kinds of digits; those of the second kind carry a bright tag in the corner while training.

    A classifier trained on it has found the tag, not the digit: the Clever Hans effect (S. Lapuschkin and
    others, Nature Communications 10, 1096, 2019). The test images carry no tag; `add_tag` puts it there.

    Shape ``(n, 64)``; range 0 to 1; label 0 for `first`, 1 for `second`; split as in `digits`, whose source
    and licence hold. `tagged_share` of the training examples of `second`, the first ones, carry the tag.

    Raises
    ------
    ValueError
        A digit is not in 0 to 9, both are the same, or the tag does not fit.
    """
    if first == second or not {first, second} <= set(range(10)):
        raise ValueError(
            f"first and second must be two different digits of 0 to 9, not {first} and {second}."
        )
    everything = digits()
    x_train, y_train = _pair(everything.x_train, everything.y_train, first, second)
    x_test, y_test = _pair(everything.x_test, everything.y_test, first, second)
    seconds = np.flatnonzero(y_train == 1)
    tagged = seconds[: round(tagged_share * len(seconds))]
    x_train[tagged] = add_tag(x_train[tagged], tag_size)
    return Split(x_train, y_train, x_test, y_test)


def _pair(
    x: npt.NDArray[np.float32], y: npt.NDArray[np.int64], first: int, second: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Keep two digits and label them 0 and 1."""
    chosen = (y == first) | (y == second)
    return x[chosen], (y[chosen] == second).astype(np.int64)


def add_tag(x: npt.NDArray[np.float32], size: int = 2) -> npt.NDArray[np.float32]:
    """Return copies of the flat 8 x 8 images `x` with a bright square of `size` pixels in the top left."""
    if not 1 <= size <= 8:
        raise ValueError(f"size must be 1 to 8 pixels, the images are 8 x 8; got {size}.")
    images = x.reshape(-1, 8, 8).copy()
    images[:, :size, :size] = 1
    return images.reshape(x.shape)
