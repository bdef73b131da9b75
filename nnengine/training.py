"""The training loop: many small steps downhill.

One step draws a batch of examples, asks the model for the loss and its gradients, and lets the optimiser
change the parameters. An epoch is one round through all examples, in a new random order (Bottou, "Stochastic
gradient descent tricks", 2012).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array
from nnengine.losses import Loss
from nnengine.models.model import Lengths, Model, check_finite
from nnengine.optimizers import Optimizer

Metric = Callable[[Array, npt.NDArray[Any]], float]


class DivergedError(ArithmeticError):
    """The loss is no longer a number: the steps were too large, or the data was not finite."""


@dataclass(frozen=True)
class Examples:
    """Inputs and targets, the same number of each along axis 0; `lengths` for sequences of different lengths.

    Raises
    ------
    ValueError
        If the numbers differ, there are none, or an input is NaN or infinite.
    """

    x: npt.NDArray[Any]
    target: npt.NDArray[Any]
    lengths: Lengths | None = None

    def __post_init__(self) -> None:
        n = len(self.x)
        if n == 0:
            raise ValueError("x: expected at least one example, got none")
        for name, array in (("target", self.target), ("lengths", self.lengths)):
            if array is not None and len(array) != n:
                raise ValueError(f"{name}: expected {n} examples as in x, got {len(array)}")
        check_finite("x", self.x)
        check_finite("target", self.target)

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Epoch:
    """What came out of one epoch.

    Attributes
    ----------
    number
        1 for the first.
    loss
        The mean over the epoch's steps, measured before each step; dropout and the like are on.
    validation_loss, validation_metric
        On the validation examples after the epoch; None without any, or without a metric.
    """

    number: int
    loss: float
    validation_loss: float | None
    validation_metric: float | None
    seconds: float

    def __str__(self) -> str:
        parts = [f"epoch {self.number}: loss {self.loss:.4f}"]
        if self.validation_loss is not None:
            parts.append(f"validation loss {self.validation_loss:.4f}")
        if self.validation_metric is not None:
            parts.append(f"metric {self.validation_metric:.4f}")
        return ", ".join(parts) + f" ({self.seconds:.1f} s)"


def batches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the numbers below `n` in random order, `batch_size` at a time; the last part may be smaller."""
    if batch_size < 1:
        raise ValueError(f"batch_size: expected at least 1, got {batch_size}")
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


def accuracy(prediction: Array, target: npt.NDArray[Any]) -> float:
    """Return the share of right choices.

    `prediction` holds one logit a class on its last axis and `target` labels; or, where both have the same
    shape, `prediction` holds logits of yes and `target` zeros and ones.
    """
    if prediction.shape == target.shape:
        return float(np.mean((prediction > 0) == (target > 0.5)))
    return float(np.mean(prediction.argmax(axis=-1) == target))


def evaluate(
    model: Model, examples: Examples, loss: Loss, metric: Metric | None = None
) -> tuple[float, float | None]:
    """Return the loss on `examples`, training off, and the metric if there is one."""
    prediction = model.predict(examples.x, lengths=examples.lengths)
    value = loss.forward(prediction, examples.target)
    return value, None if metric is None else metric(prediction, examples.target)


def fit(  # noqa: PLR0913 (a training run has this many settings)
    model: Model,
    examples: Examples,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    rng: np.random.Generator,
    validation: Examples | None = None,
    metric: Metric | None = None,
    patience: int | None = None,
    callbacks: Sequence[Callable[[Epoch], None]] = (),
) -> list[Epoch]:
    """Train `model` in place and return what came out of every epoch.

    Parameters
    ----------
    optimizer
        Made for `model`; it keeps its memory if `fit` is called again.
    rng
        Orders the examples.
    validation, metric
        Examples to measure on after every epoch, and what to measure besides the loss.
    patience
        Stop when the validation loss has not fallen for so many epochs, and go back to the best parameters.
    callbacks
        Called with every epoch's result, for progress; to stop a run, raise.

    Raises
    ------
    DivergedError
        If the loss is NaN or infinite.
    ValueError
        If `patience` is given without `validation`.
    """
    if patience is not None and validation is None:
        raise ValueError("patience: expected validation examples to watch, got none")
    history: list[Epoch] = []
    best = _Best()
    for number in range(1, epochs + 1):
        start = perf_counter()
        train_loss = _run_epoch(model, examples, loss, optimizer, batch_size, rng)
        value, measure = (None, None) if validation is None else evaluate(model, validation, loss, metric)
        epoch = Epoch(number, train_loss, value, measure, perf_counter() - start)
        history.append(epoch)
        for callback in callbacks:
            callback(epoch)
        if patience is not None and value is not None:
            best.see(value, model)
            if best.epochs_since >= patience:
                break
    if patience is not None:
        best.restore(model)
    return history


def _run_epoch(
    model: Model,
    examples: Examples,
    loss: Loss,
    optimizer: Optimizer,
    batch_size: int,
    rng: np.random.Generator,
) -> float:
    total = 0.0
    for chosen in batches(len(examples), batch_size, rng):
        lengths = None if examples.lengths is None else examples.lengths[chosen]
        value = model.loss_and_grads(examples.x[chosen], examples.target[chosen], loss, lengths=lengths)
        if not isfinite(value):
            raise DivergedError(
                f"the loss is {value} at step {optimizer.steps + 1}: lower the learning rate, clip gradients"
            )
        optimizer.step()
        total += value * len(chosen)
    return total / len(examples)


class _Best:
    """The parameters and state at the lowest validation loss so far."""

    def __init__(self) -> None:
        self.loss = float("inf")
        self.epochs_since = 0
        self.arrays: list[Array] = []

    def see(self, loss: float, model: Model) -> None:
        """Remember the model if it is the best."""
        self.epochs_since += 1
        if loss < self.loss:
            self.loss, self.epochs_since = loss, 0
            self.arrays = [array.copy() for array in (*model.params.values(), *model.state.values())]

    def restore(self, model: Model) -> None:
        """Put the best parameters and state back."""
        if self.arrays:
            arrays = (*model.params.values(), *model.state.values())
            for array, kept in zip(arrays, self.arrays, strict=True):
                array[...] = kept
