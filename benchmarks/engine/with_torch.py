"""The tasks in PyTorch, eager, float32, as its users write them."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.engine.tasks import LEARNING_RATE, Task

torch.set_num_threads(1)


def step(task: Task) -> Callable[[], float]:
    """Return a function that does one step and returns its loss."""
    return STEPS[task.name](task)


def _linear(task: Task, number: int) -> nn.Linear:
    W, b = task.params[f"W{number}"], task.params[f"b{number}"]
    layer = nn.Linear(*W.shape)
    layer.weight.data = torch.tensor(W.T.copy())
    layer.bias.data = torch.tensor(b)
    return layer


def _conv2d(task: Task, number: int) -> nn.Conv2d:
    W, b = task.params[f"W{number}"], task.params[f"b{number}"]
    layer = nn.Conv2d(W.shape[2], W.shape[3], 3, padding=1)
    layer.weight.data = torch.tensor(W.transpose(3, 2, 0, 1).copy())
    layer.bias.data = torch.tensor(b)
    return layer


def _repeat(model: nn.Module, loss_of: Callable[[], torch.Tensor]) -> Callable[[], float]:
    def run() -> float:
        model.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        return loss.item()

    return run


def _mlp(task: Task) -> Callable[[], float]:
    model = nn.Sequential(_linear(task, 1), nn.ReLU(), _linear(task, 2), nn.ReLU(), _linear(task, 3))
    x, y = torch.tensor(task.x), torch.tensor(task.y)
    return _repeat(model, lambda: functional.cross_entropy(model(x), y))


class _RowsFirst(nn.Module):
    """Flatten in our order (height, width, channels), so that the same weights fit."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


def _conv(task: Task) -> Callable[[], float]:
    W3 = task.params["W3"].reshape(7, 7, 32, 10).transpose(2, 0, 1, 3).reshape(1568, 10)
    last = nn.Linear(1568, 10)
    last.weight.data, last.bias.data = torch.tensor(W3.T.copy()), torch.tensor(task.params["b3"])
    model = nn.Sequential(
        *(_conv2d(task, 1), nn.ReLU(), nn.MaxPool2d(2)),
        *(_conv2d(task, 2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), last),
    )
    x, y = torch.tensor(task.x.transpose(0, 3, 1, 2).copy()), torch.tensor(task.y)
    return _repeat(model, lambda: functional.cross_entropy(model(x), y))


def _lstm(task: Task) -> Callable[[], float]:
    hidden = task.y.shape[2]
    model = nn.LSTM(task.x.shape[2], hidden)
    order = np.concatenate([np.arange(hidden) + hidden * gate for gate in (0, 1, 3, 2)])
    model.weight_ih_l0.data = torch.tensor(task.params["Wx"][:, order].T.copy())
    model.weight_hh_l0.data = torch.tensor(task.params["Wh"][:, order].T.copy())
    model.bias_ih_l0.data = torch.tensor(task.params["b"][order])
    model.bias_hh_l0.data.zero_()
    x = torch.tensor(task.x.transpose(1, 0, 2).copy(), requires_grad=True)
    y = torch.tensor(task.y.transpose(1, 0, 2).copy())

    def loss_of() -> torch.Tensor:
        x.grad = None
        return (model(x)[0] * y).sum()

    return _repeat(model, loss_of)


def _planar(task: Task) -> Callable[[], float]:
    model = nn.Sequential(_linear(task, 1), nn.Tanh(), _linear(task, 2))
    x, y = torch.tensor(task.x), torch.tensor(task.y)
    return _repeat(model, lambda: functional.binary_cross_entropy_with_logits(model(x), y))


def _digits_small(task: Task) -> Callable[[], float]:
    model = nn.Sequential(_linear(task, 1), nn.Sigmoid(), _linear(task, 2), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    x, y = torch.tensor(task.x), torch.tensor(task.y)
    gradients = _repeat(model, lambda: 1 / len(x) * ((model(x) - y) ** 2).sum())

    def run() -> float:
        loss = gradients()
        optimizer.step()
        return loss

    return run


STEPS = {"mlp": _mlp, "conv": _conv, "lstm": _lstm, "planar": _planar, "digits_small": _digits_small}
