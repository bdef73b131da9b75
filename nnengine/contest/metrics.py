"""What is measured: one value an example. Their mean is the score, of resampled examples too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.text import Text

Array = npt.NDArray[Any]


class Unusable(ValueError):  # noqa: N818 - reads as what it is, like StopIteration
    """Predictions that cannot be scored: of another shape, not numbers, not finite; `message` says which."""

    def __init__(self, en: str, de: str) -> None:
        super().__init__(en)
        self.message = Text(en, de)


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of predictions against labels.

    Attributes
    ----------
    larger_is_better
        True for accuracy, False for errors.
    of_classes
        Whether labels are classes 0, 1, ... rather than any numbers.
    each
        ``(predictions, labels) -> values``, both ``(examples,)`` and one value an example.
    """

    larger_is_better: bool
    of_classes: bool
    each: Callable[[Array, Array], Array]

    def values(self, predictions: object, labels: Array) -> Array:
        """Return one value an example, float64 of shape ``(examples,)``.

        Parameters
        ----------
        predictions
            As a student's function returned them: shape ``(examples,)`` or ``(examples, 1)``; for classes
            also ``(examples, classes)``, where the largest of a row is meant.
        labels
            Shape ``(examples,)``.

        Raises
        ------
        Unusable
            They are something else; the message says what was got and what is expected.
        """
        got = _numbers(predictions)
        n = len(labels)
        if got.shape == (n, 1):
            got = got[:, 0]
        elif self.of_classes and got.ndim == 2 and len(got) == n and got.shape[1] > 1:
            got = got.argmax(axis=1)
        if got.shape != (n,):
            raise Unusable(f"shape {got.shape}, expected ({n},)", f"Form {got.shape}, erwartet ({n},)")
        return self.each(got.astype(np.float64), labels.astype(np.float64))


def _numbers(predictions: object) -> Array:
    if not isinstance(predictions, np.ndarray | list | tuple):
        name = type(predictions).__name__
        raise Unusable(f"{name}, expected an array", f"{name}, erwartet ein Array")
    try:
        got = np.asarray(predictions)
    except ValueError:
        raise Unusable(
            "a ragged list, expected an array", "eine Liste ungleich langer Listen, erwartet ein Array"
        ) from None
    if got.dtype.kind not in "biuf":
        raise Unusable(
            f"an array of {got.dtype}, expected numbers", f"ein Array von {got.dtype}, erwartet Zahlen"
        )
    if not np.isfinite(got).all():
        raise Unusable(
            "values that are not finite (nan or inf)", "Werte, die nicht endlich sind (nan oder inf)"
        )
    return got


def _squared_error(predictions: Array, labels: Array) -> Array:
    with np.errstate(over="ignore"):
        errors = (predictions - labels) ** 2
    if not np.isfinite(errors).all():
        raise Unusable("values too large to be squared", "Werte, die zu groß sind, um sie zu quadrieren")
    return np.asarray(errors)


METRICS: dict[str, Metric] = {
    "accuracy": Metric(True, True, lambda predictions, labels: (predictions == labels).astype(np.float64)),
    "mse": Metric(False, False, _squared_error),
    "mae": Metric(False, False, lambda predictions, labels: np.abs(predictions - labels)),
}
