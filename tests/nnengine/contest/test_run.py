"""Runs in real rooms: what comes back, what a run may cost, and how each failure is named."""

import numpy as np
import pytest

from nnengine.contest import METRICS, Budget, Failure, Task, compete
from nnengine.contest.curve import MOST_POINTS, Curve
from nnengine.text import Text

#: Two clouds of points that a line parts.
X = np.concatenate([np.full((40, 2), -1.0), np.full((40, 2), 1.0)])
X = X + np.random.default_rng(0).normal(0, 0.3, X.shape)
Y = np.repeat([0, 1], 40)
HIDDEN, ANSWERS = X[::2], Y[::2]

GOOD = """
import numpy as np

def train(X, y, seed):
    w = np.zeros(2)
    for step in range(50):
        p = 1 / (1 + np.exp(-X @ w))
        w -= X.T @ (p - y) / len(y)
        report(float(np.mean((p - y) ** 2)), step)
    return {"w": w}

def predict(params, X):
    return (X @ params["w"] > 0).astype(int)
"""
PREDICT = "\ndef predict(params, X):\n    return X[:, 0] > 0\n"


def run(source, *, budget=None, filename="a.py", **options):
    return compete(
        source.encode(),
        filename=filename,
        task=Task(X, Y, HIDDEN),
        seed=7,
        budget=budget or Budget(cpu_seconds=2, memory_bytes=1 << 30),
        **options,
    )


def test_a_good_run_brings_predictions_parameters_cost_and_curve():
    told = []
    found = run(GOOD, progress=lambda curve: told.append(len(curve.points)))
    assert found.failure is None
    assert METRICS["accuracy"].values(found.predictions, ANSWERS).mean() == 1
    assert found.parameters == 3  # two weights, and the letter that names them
    assert 0 < found.cpu_seconds < 2
    assert [step for step, _ in found.curve.points] == list(range(50))
    assert told[-1] == 50


def test_predictions_come_back_in_the_order_of_the_features():
    found = run("def train(X, y, seed):\n    return 0\ndef predict(params, X):\n    return X[:, 0]")
    assert found.predictions.tolist() == HIDDEN[:, 0].tolist()


def test_the_same_seed_trains_alike():
    source = """
import numpy as np
def train(X, y, seed):
    return np.random.normal(size=3)
def predict(params, X):
    return np.resize(params, len(X))
"""
    assert sorted(run(source).predictions.tolist()) == sorted(run(source).predictions.tolist())


def test_only_parameters_cross_from_training_to_predicting():
    """What training leaves in a global, on the module or in a file is not there any more."""
    source = """
import numpy as np, os
KEPT = {}
def train(X, y, seed):
    KEPT["y"] = y
    np.stolen = y
    try:
        open("/tmp/y", "wb").write(bytes(y.astype("uint8")))
    except OSError:
        pass
    return 0
def predict(params, X):
    found = len(KEPT) + hasattr(np, "stolen") + os.path.exists("/tmp/y")
    return np.full(len(X), found)
"""
    assert run(source).predictions.tolist() == [0] * len(HIDDEN)


@pytest.mark.parametrize(
    ("source", "failure"),
    [
        ("def train(X, y, seed):\n    return 1", Failure("read", "missing", "predict(params, X)")),
        ("x = 1", Failure("read", "missing", "train(X, y, seed)")),
        (
            "def train(X, y, seed):\n    return X[1000]" + PREDICT,
            Failure(
                "train",
                "raised",
                "IndexError: index 1000 is out of bounds for axis 0 with size 80",
                2,
            ),
        ),
        (
            "def train(X, y, seed):\n    return [1]\ndef predict(params, X):\n    return params[9]",
            Failure("predict", "raised", "IndexError: list index out of range", 4),
        ),
        (
            "class Net: pass\ndef train(X, y, seed):\n    return {'net': Net()}" + PREDICT,
            Failure("train", "parameters", "Net"),
        ),
        (
            "def train(X, y, seed):\n    return 'x' * 5000" + PREDICT,
            Failure(
                "train", "parameters", Text("str of 4000 letters or more", "str mit 4000 Zeichen oder mehr")
            ),
        ),
        (
            "def train(X, y, seed):\n    return {2**100: 0}" + PREDICT,  # as many digits as one likes
            Failure("train", "parameters", Text("int of more than 64 bits", "int mit mehr als 64 Bit")),
        ),
        (
            "import os\ndef train(X, y, seed):\n    os._exit(0)" + PREDICT,
            Failure("train", "exit"),
        ),
        (
            "import torch\ndef train(X, y, seed):\n    return torch.zeros(3)" + PREDICT,
            Failure("train", "raised", "NotFromScratch: torch.zeros", 3),
        ),
    ],
)
def test_failures_name_stage_reason_and_line(source, failure):
    assert run(source).failure == failure


def test_python_that_does_not_parse_names_the_line():
    failure = run("def train(X, y, seed)\n    return 1" + PREDICT).failure
    assert (failure.stage, failure.reason, "Zeile 1" in failure.detail.de) == ("read", "syntax", True)


def test_training_ends_at_its_processor_time():
    found = run(
        "def train(X, y, seed):\n    while True: pass" + PREDICT,
        budget=Budget(cpu_seconds=1, memory_bytes=1 << 30),
    )
    assert found.failure == Failure("train", "processor-time")
    assert found.predictions is None


def test_training_ends_at_its_memory():
    found = run(
        "import numpy as np\ndef train(X, y, seed):\n    return np.ones(10**8)" + PREDICT,
        budget=Budget(cpu_seconds=2, memory_bytes=512 << 20),
    )
    assert (found.failure.reason, found.failure.line) == ("memory", 3)


@pytest.mark.parametrize(("most", "reason"), [(3, None), (2, "too-many-parameters")])
def test_parameters_are_counted_against_the_budget(most, reason):
    found = run(
        "import numpy as np\ndef train(X, y, seed):\n    return [np.zeros(2), 1]" + PREDICT,
        budget=Budget(2, 1 << 30, parameters=most),
    )
    assert found.parameters == 3
    assert (found.failure.reason if found.failure else None) == reason


def test_a_flood_of_questions_ends_the_run_and_nothing_else():
    found = run("def train(X, y, seed):\n    while True: _told(1, 2)" + PREDICT)
    assert found.failure.reason in {"forged", "processor-time"}


def test_the_curve_takes_only_series_of_numbers_and_stays_small():
    curve = Curve()
    curve.add("abc", [1])
    curve.add(np.array([1, 2]), np.array([1.0]))
    curve.add(np.array([[1]]), np.array([[1.0]]))
    assert curve.points == []
    curve.add(np.array([1, 2]), np.array([np.inf, 0.5]))
    assert curve.points == [(1, None), (2, 0.5)]
    curve.add(np.arange(100_000), np.ones(100_000))
    assert MOST_POINTS / 2 < len(curve.points) <= MOST_POINTS
