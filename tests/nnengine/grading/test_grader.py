"""Submissions in, grade sheets out: through the real sandbox."""

import json

import pytest

from nnengine.grading import Report, Sandbox, Verdict, grade

RIGHT = """
import numpy as np
import matplotlib.pyplot as plt
from planar_utils import plot_decision_boundary, sigmoid, load_planar_dataset

X, Y = load_planar_dataset()

def layer_sizes(X, Y):
    return (X.shape[0], 4, Y.shape[0])

def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)
    return {"W1": np.random.randn(n_h, n_x) * 0.01, "b1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * 0.01, "b2": np.zeros((n_y, 1))}

def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}

def compute_cost(A2, Y, parameters):
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    return float(np.squeeze(-np.sum(logprobs) / m))

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dW2 = 1 / m * np.dot(dZ2, cache["A1"].T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.tanh(cache["Z1"]) ** 2)
    dW1 = 1 / m * np.dot(dZ1, X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}

def update_parameters(parameters, grads, learning_rate=1.2):
    return {k: parameters[k] - learning_rate * grads["d" + k] for k in parameters}

def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    np.random.seed(3)
    n_x, _, n_y = layer_sizes(X, Y)
    parameters = initialize_parameters(n_x, n_h, n_y)
    for i in range(0, num_iterations):
        A2, cache = forward_propagation(X, parameters)
        cost = compute_cost(A2, Y, parameters)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        if print_cost and i % 1000 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    return parameters

def predict(parameters, X):
    A2, cache = forward_propagation(X, parameters)
    return A2 > 0.5

plt.plot(range(3))
parameters = nn_model(X, Y, 4)
"""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def check(sandbox):
    def check(source: str, filename: str = "network.py", seed: int = 11) -> Report:
        return grade(
            source.encode(), filename=filename, exercise="planar-one-hidden-layer", seed=seed, sandbox=sandbox
        )

    return check


def outcome(report: Report) -> dict[str, tuple[str, str | None]]:
    return {f.name: (f.verdict.value, f.cause) for f in report.functions if not f.is_correct}


def test_right_code_in_the_older_style_gets_every_point(check):
    report = check(RIGHT)
    assert outcome(report) == {}
    assert (report.score, report.max_score, report.problems) == (100, 100, ())


def test_one_mistake_costs_one_function(check):
    report = check(RIGHT.replace("np.tanh(Z1)\n", "sigmoid(Z1)\n"))
    assert outcome(report) == {"forward_propagation": ("wrong_values", "sigmoid-in-hidden-layer")}
    assert report.score == 80


def test_two_mistakes_in_one_function_are_named_one_after_the_other(check):
    wrong = RIGHT.replace("1 / m * np.dot(dZ2", "np.dot(dZ2").replace(
        "db1 = 1 / m * np.sum(dZ1, axis=1", "db1 = 1 / m * np.sum(dZ1, axis=0"
    )
    assert outcome(check(wrong)) == {"backward_propagation": ("wrong_values", "db1-wrong-axis")}
    assert outcome(check(wrong.replace("dZ1, axis=0", "dZ1, axis=1"))) == {
        "backward_propagation": ("wrong_values", "dW2-not-averaged")
    }


def test_a_result_in_another_shape_keeps_half_the_points(check):
    report = check(RIGHT.replace('"dW1": dW1', '"dW1": dW1.T'))
    assert outcome(report) == {"backward_propagation": ("wrong_shape", "transposed:dW1")}
    assert report.score == 87.5


def test_predictions_may_be_a_vector(check):
    assert outcome(check(RIGHT.replace("return A2 > 0.5", "return np.squeeze(A2) > 0.5"))) == {}


def test_a_failing_assertion_is_a_note(check):
    report = check(RIGHT.replace("    return A2, {", "    assert A2.shape == (1, 1)\n    return A2, {"))
    assert outcome(report) == {}
    assert {f.cause for f in report.functions if f.cause} == {"assertion-failed"}


def test_an_exception_names_its_line_and_costs_its_function_only(check):
    report = check(RIGHT.replace("dZ2 = cache", "dZ2 = cash"))
    assert outcome(report) == {"backward_propagation": ("raised", "raised:NameError")}
    message = next(f.message for f in report.functions if f.name == "backward_propagation")
    assert message.en == "It raised NameError in line 30: name 'cash' is not defined"


def test_an_endless_loop_costs_its_function_only(check):
    report = check(RIGHT.replace("    dZ2 =", "    while True: pass\n    dZ2 ="))
    assert outcome(report) == {"backward_propagation": ("too_slow", "out-of-time")}


def test_missing_functions_are_named(check):
    report = check(RIGHT.replace("def predict", "def guess"))
    assert outcome(report) == {"predict": ("missing", "missing")}


def test_a_framework_is_refused_only_where_a_graded_function_uses_it(check):
    assert outcome(check("import torch\n" + RIGHT)) == {}
    report = check("import torch\n" + RIGHT.replace("np.tanh(Z1)\n", "torch.tanh(Z1)\n"))
    assert outcome(report)["forward_propagation"] == ("not_from_scratch", "framework")


def test_a_report_survives_json(check):
    report = check(RIGHT.replace("1 / m * np.dot(dZ2", "np.dot(dZ2"))
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def notebook(*cells: str) -> str:
    code = [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
        for cell in cells
    ]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_notebook_with_magics_and_a_broken_cell_is_graded(check):
    cells = [
        "%matplotlib inline\n!pip install x\n" + RIGHT.split("def layer_sizes")[0],
        "def broken(:\n    pass",
    ]
    cells += ["def " + part for part in RIGHT.split("\ndef ")[1:]]
    report = check(notebook(*cells), "week3.ipynb")
    assert outcome(report) == {}
    assert [(p.code, p.message.en) for p in report.problems] == [
        ("syntax-error", "Cell 2 has a syntax error in line 1: invalid syntax.")
    ]


@pytest.mark.parametrize(
    ("source", "filename", "code"),
    [
        (b"", "a.py", "empty"),
        (b"  \n", "a.py", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "a.py", "not-python"),
        (b'{"cells": [', "a.ipynb", "broken-notebook"),
        (b"[]", "a.ipynb", "broken-notebook"),
        (b'{"cells": []}', "a.ipynb", "empty"),
        (b"print('hello')", "a.py", "no-functions"),
        (b"def f(:\n", "a.py", "syntax-error"),
        (b"#" * (5 << 20), "a.py", "too-large"),
        ("def f(x):\n    return 'ü'".encode("utf-16"), "a.py", "not-python"),
    ],
)
def test_what_is_no_submission_gets_a_problem_and_no_points(sandbox, source, filename, code):
    report = grade(source, filename=filename, exercise="planar-one-hidden-layer", seed=1, sandbox=sandbox)
    assert [problem.code for problem in report.problems] == [code]
    assert {function.verdict for function in report.functions} == {Verdict.MISSING}
    assert report.score == 0


def test_the_same_seed_gives_the_same_verdicts(check):
    wrong = RIGHT.replace("1 / m * np.dot(dZ2", "2 * np.dot(dZ2")
    first, second = check(wrong, seed=5), check(wrong, seed=5)
    assert [f.difference for f in first.functions] == [f.difference for f in second.functions]


@pytest.mark.parametrize(
    "kept", ["x, mu, std, gamma, x_hat, x.shape, 1", "(x_hat, gamma, std)", "{'std': std}", "None"]
)
def test_what_a_student_keeps_for_the_way_back_is_free(sandbox, kept):
    source = f"""
import numpy as np
def layernorm_forward(x, gamma, beta, ln_param):
    mu = x.mean(axis=1, keepdims=True)
    std = np.sqrt(x.var(axis=1, keepdims=True) + ln_param.get("eps", 1e-5))
    x_hat = (x - mu) / std
    return gamma * x_hat + beta, ({kept})
"""
    report = grade(
        source.encode(), filename="a.py", exercise="fully-connected-layers", seed=3, sandbox=sandbox
    )
    result = next(one for one in report.functions if one.name == "layernorm_forward")
    assert (result.verdict, result.cause) == (Verdict.CORRECT, None)


def with_function(name, source):
    """Return the right submission with one function replaced."""
    start = RIGHT.index(f"def {name}(")
    end = RIGHT.find("\ndef ", start)
    return RIGHT[:start] + source.strip() + "\n" + RIGHT[end:]


def cause_of(report, name):
    result = next(one for one in report.functions if one.name == name)
    return result.verdict, result.cause


COST = """
def compute_cost(A2, Y, parameters=None{default}):
    m = Y.shape[1]
    {line}
    return float(-np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m{more})
"""


@pytest.mark.parametrize(
    ("default", "line", "more", "cause"),
    [
        (", calls=[]", "calls.append(1)", " + len(calls)", "keeps-state"),
        ("", "noise = np.random.randn()", " + noise", "unseeded-randomness"),
        ("", "m = Y_all.shape[1]", "", "reads-outside:Y_all"),
        ("", "A2 = A2 + 1e-6", "", "nearly-right:cost"),
    ],
)
def test_conduct_that_spoils_results_is_named(check, default, line, more, cause):
    source = with_function("compute_cost", COST.format(default=default, line=line, more=more))
    report = check("Y_all = np.zeros((1, 400))\n".join(["import numpy as np\n", source]))
    assert cause_of(report, "compute_cost") == (Verdict.WRONG_VALUES, cause)


def test_leaving_at_the_call_that_looks_again_costs_its_function_only(check):
    line = "calls.append(1)\n    if len(calls) > 3: import os; os._exit(0)"
    report = check(with_function("compute_cost", COST.format(default=", calls=[]", line=line, more=" + 1")))
    assert outcome(report)["compute_cost"] == ("tampering", "left-early")
    assert [f.verdict for f in report.functions if f.name == "update_parameters"] == [Verdict.CORRECT]


def test_gradients_by_differences_are_named(check):
    source = with_function(
        "backward_propagation",
        """
def backward_propagation(parameters, cache, X, Y):
    grads = {}
    for key in parameters:
        grad = np.zeros(parameters[key].shape)
        for place in np.ndindex(grad.shape):
            costs = []
            for way in (1, -1):
                moved = {name: value.copy() for name, value in parameters.items()}
                moved[key][place] += way * 1e-3
                costs.append(compute_cost(forward_propagation(X, moved)[0], Y, moved))
            grad[place] = (costs[0] - costs[1]) / 2e-3
        grads["d" + key] = grad
    return grads
""",
    )
    verdict, cause = cause_of(check(source), "backward_propagation")
    assert verdict is Verdict.WRONG_VALUES
    assert cause.startswith("nearly-right:")


def test_too_slow_names_the_loop(check):
    source = with_function(
        "compute_cost",
        """
def compute_cost(A2, Y, parameters=None):
    for i in range(10):
        total = 0
        while True:
            total += 1
    return total
""",
    )
    report = check(source)
    result = next(one for one in report.functions if one.name == "compute_cost")
    line = source[: source.index("while True")].count("\n") + 1
    assert result.verdict is Verdict.TOO_SLOW
    assert f"innermost loop is in line {line}." in result.message.en


def test_results_that_are_one_array_are_a_note(sandbox):
    source = b"""
import numpy as np
def initialize_adam(parameters):
    v, s = {}, {}
    for k in parameters:
        v["d" + k] = s["d" + k] = np.zeros(parameters[k].shape)
    return v, s
"""
    report = grade(source, filename="a.py", exercise="optimisation", seed=3, sandbox=sandbox)
    assert cause_of(report, "initialize_adam") == (Verdict.CORRECT, "shares-memory")


def test_a_syntax_error_in_a_file_costs_its_function_only(check):
    report = check(RIGHT.replace("    A1 = np.tanh(Z1)\n", "    A1 = np.tanh((Z1)\n"))
    verdicts = {one.name: one.verdict for one in report.functions}
    assert verdicts.pop("forward_propagation") is Verdict.MISSING
    assert verdicts["compute_cost"] is verdicts["backward_propagation"] is Verdict.CORRECT
    assert [problem.code for problem in report.problems] == ["syntax-error"]


def test_prose_is_one_problem(check):
    report = check("Dear grader,\nmy dog ate the network.\nSorry!\n" * 20)
    assert [problem.code for problem in report.problems] == ["syntax-error"]
