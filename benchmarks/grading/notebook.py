"""The hand-in as a notebook: alone, and with the checks that otter and nbgrader need in it."""

import ast
import json
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("deep_network.py").read_text("utf-8")
HELPERS = """\
import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z)), Z


def relu(Z):
    return np.maximum(0, Z), Z


def sigmoid_backward(dA, cache):
    s = 1 / (1 + np.exp(-cache))
    return dA * s * (1 - s)


def relu_backward(dA, cache):
    return np.where(cache > 0, dA, 0.0)
"""
DATA = """\
rng = np.random.default_rng(5)
A, W, b = rng.normal(size=(4, 6)), rng.normal(size=(3, 4)), rng.normal(size=(3, 1))
dZ = rng.normal(size=(3, 6))
params = {"W1": W, "b1": b, "W2": rng.normal(size=(1, 3)), "b2": rng.normal(size=(1, 1))}
Y = np.array([[0.0, 1.0, 1.0, 0.0, 1.0, 0.0]])
Z = W @ A + b
H = np.maximum(0, Z)
S = 1 / (1 + np.exp(-(params["W2"] @ H + params["b2"])))
"""
#: What a teacher would assert of each function; fewer and simpler than what our grader looks at.
CHECKS = {
    "initialize_parameters_deep": """\
p = initialize_parameters_deep([5, 4, 3])
assert p["W1"].shape == (4, 5) and p["W2"].shape == (3, 4) and p["b1"].shape == (4, 1)
assert 0 < np.abs(p["W1"]).max() < 0.1 and not p["b2"].any()
""",
    "linear_forward": "assert np.allclose(linear_forward(A, W, b)[0], Z)\n",
    "linear_activation_forward": """\
assert np.allclose(linear_activation_forward(A, W, b, "relu")[0], H)
assert np.allclose(linear_activation_forward(A, W, b, "sigmoid")[0], 1 / (1 + np.exp(-Z)))
""",
    "L_model_forward": "assert np.allclose(L_model_forward(A, params)[0], S)\n",
    "compute_cost": """\
cost = -np.mean(Y * np.log(S) + (1 - Y) * np.log(1 - S))
assert np.allclose(compute_cost(S, Y), cost)
""",
    "linear_backward": """\
dA, dW, db = linear_backward(dZ, (A, W, b))
assert np.allclose(dA, W.T @ dZ) and np.allclose(dW, dZ @ A.T / 6)
assert np.allclose(db, dZ.mean(axis=1, keepdims=True))
""",
    "linear_activation_backward": """\
dA, dW, db = linear_activation_backward(dZ, ((A, W, b), Z), "relu")
assert np.allclose(dA, W.T @ (dZ * (Z > 0)))
""",
    "L_model_backward": """\
grads = L_model_backward(S, Y, [((A, W, b), Z), ((H, params["W2"], params["b2"]), np.log(S / (1 - S)))])
assert np.allclose(grads["dW2"], (S - Y) @ H.T / 6)
assert np.allclose(grads["dW1"], (params["W2"].T @ (S - Y) * (Z > 0)) @ A.T / 6)
""",
    "update_parameters": """\
p = update_parameters(params, {"d" + name: value for name, value in params.items()}, 0.1)
assert np.allclose(p["W1"], 0.9 * params["W1"]) and np.allclose(p["b2"], 0.9 * params["b2"])
""",
}


def functions() -> list[tuple[str, str]]:
    """Return name and source of every function handed in, in order."""
    found = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.FunctionDef)]
    return [(node.name, ast.get_source_segment(SOURCE, node) or "") for node in found]


def cell(number: int, source: str, **metadata: object) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{number}",
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def notebook(cells: list[dict[str, Any]]) -> str:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def plain() -> str:
    """The hand-in, one function a cell."""
    sources = [HELPERS, *(source for _, source in functions())]
    return notebook([cell(number, source) for number, source in enumerate(sources)])


def for_nbgrader() -> str:
    """The same with a cell of assertions after each function, in nbgrader's marks."""
    cells = [cell(0, HELPERS), cell(1, DATA)]
    for name, source in functions():
        both = {"schema_version": 3, "task": False}
        solve = {"grade_id": f"solve-{name}", "solution": True, "grade": False, "locked": False}
        test = {"grade_id": f"test-{name}", "solution": False, "grade": True, "locked": True, "points": 1}
        cells.append(cell(len(cells), source, nbgrader=both | solve))
        cells.append(cell(len(cells), CHECKS[name], nbgrader=both | test))
    return notebook(cells)


def otter_test(name: str) -> str:
    """One of otter's test files: the assertions as a doctest."""
    lines = [f">>> {line}" for line in (DATA + CHECKS[name]).splitlines()]
    case = {"code": "\n".join(lines), "hidden": False, "locked": False}
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return f"OK_FORMAT = True\n\ntest = { ({'name': name, 'points': 1, 'suites': [suite]})!r}\n"
