"""Train a small network so that one thing goes wrong, or nothing; keep its curves."""

from functools import cache

import numpy as np

from nnengine.layers.activations import ReLU, Tanh
from nnengine.layers.base import Array
from nnengine.layers.dense import Dense
from nnengine.losses import BinaryCrossEntropy
from nnengine.models import Sequential
from nnengine.optimizers import SGD
from quizzes.kinds import Data
from quizzes.kinds.loss_curve import CAUSES

EPOCHS = 60
#: How many different pairs of curves a cause has.
SEEDS = 12
#: Learning rate, hidden units, examples to train on, share of labels turned, steps an epoch.
_SETTINGS: dict[str, tuple[float, int, int, float, int]] = {
    "healthy": (1.0, 8, 200, 0.0, 3),
    "rate_too_high": (60.0, 8, 200, 0.0, 1),
    "rate_too_low": (0.02, 8, 200, 0.0, 1),
    "overfitting": (2.0, 40, 14, 0.25, 10),
    "dead_units": (0.5, 8, 200, 0.0, 1),
}


def draw(data: Data, rng: np.random.Generator) -> Data:
    """Return ``cause``, one of `CAUSES`, and the losses after each epoch: ``training`` and ``validation``."""
    cause = str(rng.choice(CAUSES))
    training, validation = _trained(cause, int(rng.integers(SEEDS)))
    return {"cause": cause, "training": training, "validation": validation}


@cache
def _trained(cause: str, seed: int) -> tuple[list[float], list[float]]:
    """Train once a process for each cause and seed: a class starts together, and a run takes up to 60 ms."""
    rng = np.random.default_rng(seed)
    rate, units, count, turned, steps = _SETTINGS[cause]
    x, y = _examples(count, turned, rng)
    unseen, answers = _examples(200, turned, rng)
    dead = cause == "dead_units"
    net = Sequential(
        Dense(2, units, rng=rng, dtype=np.float64),
        ReLU() if dead else Tanh(),
        Dense(units, 1, rng=rng, dtype=np.float64),
    )
    net[2].params["W"] *= 3  # so that there is something to learn: the loss begins well above a guess's
    if dead:
        net[0].params["b"][...] = -20.0
    loss, optimizer = BinaryCrossEntropy(), SGD(net, learning_rate=rate)
    training, validation = [], []
    for _ in range(EPOCHS):
        training.append(round(float(loss.forward(net.predict(x), y)), 4))
        validation.append(round(float(loss.forward(net.predict(unseen), answers)), 4))
        for _ in range(steps):
            net.loss_and_grads(x, y, loss)
            optimizer.step()
    return training, validation


def _examples(count: int, turned: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Points of a disc against those around it, a share of the labels turned."""
    x = rng.normal(size=(count, 2))
    y = (np.hypot(x[:, 0], x[:, 1]) < 1.2).astype(np.float64)
    flip = rng.random(count) < turned
    return x, np.where(flip, 1 - y, y)[:, None]
