"""The tasks in our engine, float32, as its users write them."""

from collections.abc import Callable

import numpy as np

from benchmarks.engine.tasks import LEARNING_RATE, Task
from nnengine.layers.activations import ReLU, Sigmoid, Tanh
from nnengine.layers.base import Array, Layer
from nnengine.layers.convolution import Conv2D
from nnengine.layers.dense import Dense
from nnengine.layers.lstm import LSTM
from nnengine.layers.pooling import MaxPool2D
from nnengine.layers.shaping import Flatten
from nnengine.losses import BinaryCrossEntropy, CategoricalCrossEntropy, Loss, SquaredError
from nnengine.models.sequential import Sequential
from nnengine.optimizers import SGD

RNG = np.random.default_rng(0)  # the draws are replaced by the task's parameters


def step(task: Task) -> Callable[[], float]:
    """Return a function that does one step and returns its loss."""
    return STEPS[task.name](task)


def _loaded(task: Task, *layers: Layer) -> Sequential:
    """Return a net with the task's parameters: number 1 in the first layer that has any, and so on."""
    number = 0
    for layer in layers:
        if layer.params:
            number += 1
            layer.params["W"][...] = task.params[f"W{number}"]
            layer.params["b"][...] = task.params[f"b{number}"]
    return Sequential(*layers)


def _gradients(net: Sequential, task: Task, loss: Loss) -> Callable[[], float]:
    return lambda: net.loss_and_grads(task.x, task.y, loss)


def _mlp(task: Task) -> Callable[[], float]:
    net = _loaded(
        task, Dense(784, 256, rng=RNG), ReLU(), Dense(256, 128, rng=RNG), ReLU(), Dense(128, 10, rng=RNG)
    )
    return _gradients(net, task, CategoricalCrossEntropy())


def _conv(task: Task) -> Callable[[], float]:
    net = _loaded(
        task,
        *(Conv2D(1, 16, 3, padding="same", rng=RNG), ReLU(), MaxPool2D(2)),
        *(Conv2D(16, 32, 3, padding="same", rng=RNG), ReLU(), MaxPool2D(2)),
        *(Flatten(), Dense(1568, 10, rng=RNG)),
    )
    return _gradients(net, task, CategoricalCrossEntropy())


def _lstm(task: Task) -> Callable[[], float]:
    layer = LSTM(task.x.shape[2], task.y.shape[2], rng=RNG)
    for name, array in layer.params.items():
        array[...] = task.params[name]

    def run() -> float:
        h = layer.forward(task.x, training=True)
        loss: Array = np.vdot(h, task.y)
        layer.start_grads()
        layer.backward(task.y)
        return float(loss)

    return run


def _planar(task: Task) -> Callable[[], float]:
    net = _loaded(task, Dense(2, 4, rng=RNG), Tanh(), Dense(4, 1, rng=RNG))
    return _gradients(net, task, BinaryCrossEntropy())


def _digits_small(task: Task) -> Callable[[], float]:
    net = _loaded(task, Dense(784, 30, rng=RNG), Sigmoid(), Dense(30, 10, rng=RNG), Sigmoid())
    optimizer = SGD(net, LEARNING_RATE)
    gradients = _gradients(net, task, SquaredError("sum"))

    def run() -> float:
        loss = gradients()
        optimizer.step()
        return loss

    return run


STEPS = {"mlp": _mlp, "conv": _conv, "lstm": _lstm, "planar": _planar, "digits_small": _digits_small}
