"""Draw a small network; the engine says every layer's output shape and number of parameters.

Common slips get their numbers from the same engine: the network without padding, with stride 1, and so on.
"""

from typing import Any

import numpy as np

from nnengine.layers.base import Layer
from nnengine.layers.convolution import Conv2D
from nnengine.layers.dense import Dense
from nnengine.layers.lstm import LSTM
from nnengine.layers.pooling import MaxPool2D
from nnengine.layers.rnn import RNN
from nnengine.layers.shaping import Flatten, LastStep
from quizzes.kinds import Data

Spec = dict[str, Any]
_RECURRENT: dict[str, type[RNN] | type[LSTM]] = {"rnn": RNN, "lstm": LSTM}


def draw(data: Data, rng: np.random.Generator) -> Data:
    """Return ``{"input": [28, 28, 1], "layers": [{..., "shape": {...}, "count": {...}}, ...]}``.

    ``shape`` and ``count`` each hold the ``key`` and ``slips``, by name, the numbers a common slip gives.
    Layers without parameters have no ``count``.
    """
    family = str(data.get("network", "convolutional"))
    shape, layers = {"dense": _dense, "recurrent": _recurrent}.get(family, _convolutional)(rng)
    return {"input": list(shape), "layers": _answered(shape, layers)}


def _convolutional(rng: np.random.Generator) -> tuple[tuple[int, ...], list[Spec]]:
    side, channels = int(rng.choice([16, 20, 24, 28, 32])), int(rng.choice([2, 3, 4]))
    padding = int(rng.integers(1, 3))
    return (side, side, channels), [
        {
            "layer": "convolution",
            "filters": int(rng.choice([4, 6, 8])),
            "size": int(rng.choice([3, 5])),
            "stride": int(rng.integers(1, 3)),
            "padding": padding,
        },
        {"layer": "pooling", "size": 2},
        {"layer": "flatten"},
        {"layer": "dense", "units": int(rng.choice([10, 12, 20]))},
    ]


def _dense(rng: np.random.Generator) -> tuple[tuple[int, ...], list[Spec]]:
    sizes = [int(n) for n in rng.choice([12, 16, 20, 24, 30, 32, 48, 64], size=3, replace=False)]
    return (sizes[0],), [
        {"layer": "dense", "units": sizes[1]},
        {"layer": "dense", "units": sizes[2]},
        {"layer": "dense", "units": int(rng.choice([3, 5, 10]))},
    ]


def _recurrent(rng: np.random.Generator) -> tuple[tuple[int, ...], list[Spec]]:
    steps, features = int(rng.integers(5, 13)), int(rng.choice([3, 4, 6, 8]))
    return (steps, features), [
        {"layer": str(rng.choice(["rnn", "lstm"])), "units": int(rng.choice([5, 10, 12, 16]))},
        {"layer": "last_step"},
        {"layer": "dense", "units": int(rng.choice([2, 3, 5]))},
    ]


def _answered(shape: tuple[int, ...], specs: list[Spec]) -> list[Data]:
    """Add keys and slips to every layer."""
    right = _run(shape, specs)
    slips = {
        "padding": _run(shape, [spec | {"padding": 0} if "padding" in spec else spec for spec in specs]),
        "stride": _run(shape, [spec | {"stride": 1} if "stride" in spec else spec for spec in specs]),
    }
    answered = []
    for place, spec in enumerate(specs):
        layer, before, after = right[place]
        shapes = {name: list(run[place][2]) for name, run in slips.items()}
        entry = spec | {"shape": _ask(list(after), shapes)}
        if layer.params:
            counts = {name: _count(run[place][0]) for name, run in slips.items()}
            entry["count"] = _ask(_count(layer), counts | _miscounts(spec, layer, before))
        answered.append(entry)
    return answered


def _run(shape: tuple[int, ...], specs: list[Spec]) -> list[tuple[Layer, tuple[int, ...], tuple[int, ...]]]:
    """Build each layer on the one before: the layer, its input's shape, its output's."""
    built = []
    for spec in specs:
        layer = _layer(spec, shape)
        after = tuple(int(n) for n in layer.output_shape(shape))
        built.append((layer, shape, after))
        shape = after
    return built


def _layer(spec: Spec, shape: tuple[int, ...]) -> Layer:
    rng = np.random.default_rng(0)  # only the sizes count
    match spec["layer"]:
        case "convolution":
            return Conv2D(
                shape[-1],
                spec["filters"],
                spec["size"],
                stride=spec["stride"],
                padding=spec["padding"],
                rng=rng,
            )
        case "pooling":
            return MaxPool2D(spec["size"])
        case "flatten":
            return Flatten()
        case "last_step":
            return LastStep()
        case "dense":
            return Dense(shape[-1], spec["units"], rng=rng)
        case name:
            return _RECURRENT[name](shape[-1], spec["units"], rng=rng)


def _count(layer: Layer) -> int:
    return sum(param.size for param in layer.params.values())


def _miscounts(spec: Spec, layer: Layer, before: tuple[int, ...]) -> dict[str, int]:
    """Return what is counted when one thing is forgotten."""
    biases = sum(param.size for name, param in layer.params.items() if name.startswith("b"))
    found = {"biases": _count(layer) - biases}
    if spec["layer"] == "convolution":
        found["channels"] = _count(_layer(spec, (*before[:-1], 1)))
        found["filters"] = _count(_layer(spec | {"filters": 1}, before))
    if "Wh" in layer.params:
        found["recurrent"] = _count(layer) - layer.params["Wh"].size
        if spec["layer"] != "rnn":
            found["gates"] = _count(_layer(spec | {"layer": "rnn"}, before))
    return found


def _ask(key: Any, slips: dict[str, Any]) -> Data:  # noqa: ANN401 - a number or a shape
    return {"key": key, "slips": {name: number for name, number in slips.items() if number != key}}
