"""Losses: one number that says how wrong a batch of predictions is, and its gradient.

With ``n`` examples, predictions ``y``, targets ``t`` and logits ``z``, sums running over an example's entries
and all averaged over the examples:

    squared         (y - t)²                                     gradient  2 (y - t) / n
    absolute        |y - t|                                      gradient  sign(y - t) / n
    binary          max(z, 0) - z t + log(1 + exp(-|z|))         gradient  (sigmoid(z) - t) / n
    categorical     log(sum of exp(z)) - z_label                 gradient  (softmax(z) - onehot) / n
    hinge           max(0, 1 - t z), t = -1 or 1                 gradient  -t / n where t z < 1
    Gaussian KL     (exp(v) + mu² - 1 - v) / 2                   gradients mu / n,  (exp(v) - 1) / 2n

Cross-entropies start from logits, the numbers before sigmoid or softmax: the logarithm of a rounded
probability is infinite, that of a sum of exponentials is not (Goodfellow, Bengio & Courville, "Deep
Learning", 2016, section 6.2.2). The Gaussian KL divergence is Kingma & Welling, "Auto-encoding variational
Bayes", 2014, appendix B, with ``v`` the logarithm of the variance.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array

Labels = npt.NDArray[np.integer[Any]]
Entries = Literal["mean", "sum"]


class Loss:
    """A function of predictions and targets, averaged over the examples.

    `forward` returns the number and keeps what `backward` needs; `backward` returns the gradient by the
    predictions, in an array that the next `forward` may overwrite.
    """

    def forward(self, prediction: Array, target: npt.NDArray[Any], batch_size: int | None = None) -> float:
        """Return the loss.

        Parameters
        ----------
        prediction, target
            Axis 0 counts the examples.
        batch_size
            What to divide by, if these examples are a part of a batch: the losses and gradients of the parts
            then add up to the batch's. None: their own number.

        Raises
        ------
        ValueError
            If the shapes do not fit each other or a target is out of its range.
        """
        raise NotImplementedError

    def backward(self) -> Array:
        """Return the gradient by the predictions of the last `forward`."""
        raise NotImplementedError


class _Elementwise(Loss):
    """A loss of every entry, summed or averaged over an example's entries."""

    def __init__(self, entries: Entries = "mean") -> None:
        if entries not in ("mean", "sum"):
            raise ValueError(f"entries: expected 'mean' or 'sum', got {entries!r}")
        self.entries = entries

    def _prepare(self, prediction: Array, target: npt.NDArray[Any], batch_size: int | None) -> Array:
        """Set the factor of every entry's loss; return the target in the prediction's dtype."""
        if prediction.shape != target.shape:
            raise ValueError(
                f"{type(self).__name__}: expected target of the prediction's shape {prediction.shape}, "
                f"got {target.shape}"
            )
        if prediction.size == 0:
            raise ValueError(
                f"{type(self).__name__}: expected at least one prediction, got {prediction.shape}"
            )
        examples = batch_size or len(prediction)
        entries = prediction.size // len(prediction) if self.entries == "mean" else 1
        self._factor = 1 / (examples * entries)
        return target.astype(prediction.dtype, copy=False)


class SquaredError(_Elementwise):
    """The squared difference.

    Parameters
    ----------
    entries
        ``"mean"``: averaged over an example's entries. ``"sum"``: summed over them, the squared distance.
    """

    def forward(self, prediction: Array, target: npt.NDArray[Any], batch_size: int | None = None) -> float:
        """Return the mean squared error."""
        target = self._prepare(prediction, target, batch_size)
        self._difference = difference = prediction - target
        flat = difference.ravel(order="K")
        return self._factor * float(flat @ flat)

    def backward(self) -> Array:
        """Return ``2 (y - t)``, scaled."""
        dy: Array = self._difference * (2 * self._factor)
        return dy


class AbsoluteError(_Elementwise):
    """The absolute difference; its gradient at zero is taken as zero."""

    def forward(self, prediction: Array, target: npt.NDArray[Any], batch_size: int | None = None) -> float:
        """Return the mean absolute error."""
        target = self._prepare(prediction, target, batch_size)
        self._difference = prediction - target
        return self._factor * float(np.abs(self._difference).sum())

    def backward(self) -> Array:
        """Return the sign of ``y - t``, scaled."""
        dy: Array = np.sign(self._difference)
        dy *= self._factor
        return dy


class BinaryCrossEntropy(_Elementwise):
    """Cross-entropy of independent yes-no questions, from logits; targets are between 0 and 1."""

    def forward(self, prediction: Array, target: npt.NDArray[Any], batch_size: int | None = None) -> float:
        """Return the mean of ``log(1 + exp(z)) - z t``."""
        target = self._prepare(prediction, target, batch_size)
        if not (target.min() >= 0 and target.max() <= 1):  # written so that NaN fails, too
            raise ValueError(
                f"BinaryCrossEntropy: expected targets between 0 and 1, got {target.min()} to {target.max()}"
            )
        self._logits, self._target = prediction, target
        entries = np.log1p(np.exp(-np.abs(prediction)))
        # Entry by entry, so that large logits of right answers cancel exactly.
        entries += np.maximum(prediction, 0) - prediction * target
        return self._factor * float(entries.sum())

    def backward(self) -> Array:
        """Return ``sigmoid(z) - t``, scaled."""
        dz: Array = np.tanh(0.5 * self._logits)
        dz += 1
        dz *= 0.5
        dz -= self._target
        dz *= self._factor
        return dz


class CategoricalCrossEntropy(Loss):
    """Cross-entropy of one choice among several, from logits.

    Predictions have shape (batch, classes) or (batch, ..., classes), such as one choice a time step. Targets
    are labels, integers of shape (batch, ...), or probabilities of the predictions' shape.
    """

    def forward(self, prediction: Array, target: npt.NDArray[Any], batch_size: int | None = None) -> float:
        """Return the mean of ``log(sum of exp(z)) - z_label`` over all choices."""
        logits = prediction.reshape(-1, prediction.shape[-1]) if prediction.ndim != 2 else prediction
        self._shape = prediction.shape
        choices = len(logits)
        self._factor = len(prediction) / (choices * (batch_size or len(prediction)))
        shifted = logits - logits.max(axis=1, keepdims=True)
        exp = np.exp(shifted)
        sums = exp.sum(axis=1, keepdims=True)
        self._softmax = np.divide(exp, sums, out=exp)
        log_sums = np.log(sums)
        if target.shape == prediction.shape and target.dtype.kind == "f":
            self._at = None
            self._target = target.reshape(logits.shape)
            return self._factor * float((self._target * (log_sums - shifted)).sum())
        self._at = (np.arange(choices), self._checked(target, prediction))
        return self._factor * float(log_sums.sum() - shifted[self._at].sum())

    def backward(self) -> Array:
        """Return ``softmax(z) - onehot``, scaled."""
        dz = self._softmax.copy()
        if self._at is None:
            dz *= self._target.sum(axis=1, keepdims=True)
            dz -= self._target
        else:
            dz[self._at] -= 1
        dz *= self._factor
        shaped: Array = dz.reshape(self._shape)
        return shaped

    def _checked(self, target: npt.NDArray[Any], prediction: Array) -> Labels:
        """Return the labels as one axis, after checking shape, dtype and range."""
        classes = prediction.shape[-1]
        if target.dtype.kind not in "iu" or target.shape != prediction.shape[:-1]:
            raise ValueError(
                "CategoricalCrossEntropy: expected target to be integer labels of shape "
                f"{prediction.shape[:-1]} or probabilities of shape {prediction.shape}, "
                f"got {target.dtype} of shape {target.shape}"
            )
        if target.size and (target.min() < 0 or target.max() >= classes):
            raise ValueError(
                f"CategoricalCrossEntropy: expected labels from 0 to {classes - 1}, "
                f"got {target.min()} to {target.max()}"
            )
        return target.reshape(-1)


class Hinge(_Elementwise):
    """The hinge of support vector machines; targets are -1 or 1 (Cortes & Vapnik 1995)."""

    def forward(self, prediction: Array, target: npt.NDArray[Any], batch_size: int | None = None) -> float:
        """Return the mean of ``max(0, 1 - t z)``."""
        target = self._prepare(prediction, target, batch_size)
        if not np.isin(target, (-1, 1)).all():
            raise ValueError(f"Hinge: expected targets -1 or 1, got {np.unique(target)[:5]}")
        self._target = target
        self._margin = 1 - target * prediction
        return self._factor * float(np.maximum(self._margin, 0).sum())

    def backward(self) -> Array:
        """Return ``-t`` where the margin is violated, scaled."""
        dz: Array = (self._margin > 0) * self._target
        dz *= -self._factor
        return dz


def gaussian_kl(mu: Array, log_variance: Array, batch_size: int | None = None) -> tuple[float, Array, Array]:
    """Return the KL divergence of N(mu, exp(log_variance)) from N(0, 1) and its two gradients.

    Summed over an example's entries, averaged over the examples; both arrays have shape (batch, features).
    """
    if mu.shape != log_variance.shape:
        raise ValueError(f"gaussian_kl: expected equal shapes, got {mu.shape} and {log_variance.shape}")
    factor = 1 / (batch_size or len(mu))
    # expm1(v) - v is exact where the variance is near one; exp(v) - 1 - v would lose all digits.
    excess = np.expm1(log_variance)
    value = 0.5 * factor * float((excess - log_variance + mu * mu).sum())
    return value, factor * mu, (0.5 * factor) * excess
