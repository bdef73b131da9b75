"""A line of numpy: run in the sandbox, and what is said about a wrong one."""

import time

import numpy as np
import pytest

from nnengine.sandbox import default_sandbox
from quizzes import checking
from quizzes.checking import numpy_line
from quizzes.checking.numpy_line import BrokenReference, cases_of
from quizzes.kinds import KINDS
from tests.quizzes.factories import NUMPY_LINE

MEAN = {
    "result": "cost",
    "arguments": [{"name": "losses", "shape": ["m", "n"], "values": "positive"}],
    "reference": "np.sum(losses, axis=1, keepdims=True) / losses.shape[0]",
}


def check(data, text):
    return checking.check("numpy_line", data, [text])


def test_any_line_that_gives_the_same_is_right():
    for line in ("X @ W + b", "Z = np.dot(X, W) + b[None, :]", "b + np.einsum('ij,jk->ik', X, W)  # so"):
        assert check(NUMPY_LINE, line).fraction == 1


@pytest.mark.parametrize(
    ("data", "line", "fraction", "misconception", "words"),
    [
        (NUMPY_LINE, "(X @ W + b).T", 0.5, "transposed", "transposed"),
        (NUMPY_LINE, "X @ W", 0, "values", "numbers are not"),
        (NUMPY_LINE, "-(X @ W + b)", 0.5, "sign", "sign"),
        (NUMPY_LINE, "(X @ W + b) / m", 0.5, "over_m", "divided by m"),
        (NUMPY_LINE, "(X @ W + b) * 3", 0.5, "factor", "3 times"),
        (NUMPY_LINE, "(X @ W + b).astype(np.float16)", 0, "imprecise", "few digits"),
        (NUMPY_LINE, "np.sum(X @ W + b, axis=0)", 0, "shape", "with k ="),
        (NUMPY_LINE, "X @ W.T + b", 0, "raised", "ValueError: matmul"),
        (NUMPY_LINE, "(X @ W + b) / 0", 0, "not_finite", "not finite"),
        (NUMPY_LINE, "print('right')", 0, "no_array", "None"),
        (NUMPY_LINE, "lambda: 1", 0, "no_array", "function"),
        (NUMPY_LINE, "Y", 0, "raised", "NameError"),
        (NUMPY_LINE, "__import__('torch').matmul(X, W) + b", 0, "not_from_scratch", ""),
        (NUMPY_LINE, "import os", 0, "no_line", "not one line"),
        (NUMPY_LINE, "X; W", 0, "no_line", "not one line"),
        (NUMPY_LINE, "(" * 300, 0, "no_line", "not one line"),
        (NUMPY_LINE, "", 0, "no_line", "Write one line"),
        (NUMPY_LINE, "1)\n    import os\n    (2", 0, "no_line", "not one line"),
        (NUMPY_LINE, "np.ones((10**6, 10**6))", 0, "raised", "Memory"),
        (NUMPY_LINE, "__import__('os').fork()", 0, "raised", "Error"),
        (NUMPY_LINE, "__import__('os')._exit(0)", 0, "ended", "ended"),
        (MEAN, "np.sum(losses, axis=1, keepdims=True)", 0.5, "times_m", "not divided by m"),
        (MEAN, "np.mean(losses, axis=1, keepdims=True) * losses.shape[1]", 0.5, "times_m", ""),
        (MEAN, "np.sum(losses, axis=1) / losses.shape[0]", 0.5, "shape", "their shape is"),
        (MEAN, "np.sum(losses, axis=0, keepdims=True) / losses.shape[0]", 0, "shape", "shape is wrong"),
    ],
)
def test_a_wrong_line_is_named(data, line, fraction, misconception, words):
    found = check(data, line)
    assert (found.fraction, found.misconception) == (fraction, misconception)
    assert words in found.feedback


def test_a_line_that_takes_too_long_is_ended_within_two_seconds():
    check(NUMPY_LINE, "X @ W + b")
    began = time.perf_counter()
    found = check(NUMPY_LINE, "[0 for _ in iter(int, 1)]")
    assert found.misconception == "too_slow"
    assert time.perf_counter() - began < 2.6


def test_a_check_takes_less_than_two_seconds():
    check(NUMPY_LINE, "X @ W + b")
    began = time.perf_counter()
    check(NUMPY_LINE, "X @ W + b")
    assert time.perf_counter() - began < 2


def test_the_authors_line_is_not_where_the_students_runs():
    """Everything that a room holds is searched for the right line's code."""
    secret = MEAN | {
        "reference": "np.sum(losses, axis=1, keepdims=True) / losses.shape[0] + 41421.5 - 41421.5"
    }
    spy = (
        "1/0 if any('12414'[::-1] in repr(getattr(c, 'co_consts', '')) for c in "
        "[getattr(o, '__code__', o) for o in __import__('gc').get_objects()]) else losses"
    )
    found = check(secret, spy)
    assert "ZeroDivisionError" not in found.feedback
    assert found.misconception == "shape"


def test_sizes_differ_within_a_case_and_between_cases():
    cases = cases_of(NUMPY_LINE)
    assert all(len(set(case.sizes.values())) == 3 for case in cases)
    assert len({tuple(case.sizes.items()) for case in cases}) > 1
    assert [case.arguments[0].shape for case in cases] == [(c.sizes["m"], c.sizes["n"]) for c in cases]
    again = cases_of(NUMPY_LINE)
    assert all(np.array_equal(a.arguments[0], b.arguments[0]) for a, b in zip(cases, again, strict=True))


@pytest.mark.parametrize("values", ["one_hot", "one_hot_columns"])
def test_one_hot_values_have_one_one_in_each(values):
    data = NUMPY_LINE | {"arguments": [{"name": "Y", "shape": ["c", "m"], "values": values}]}
    axis = 1 if values == "one_hot" else 0
    assert all((case.arguments[0].sum(axis=axis) == 1).all() for case in cases_of(data))


@pytest.mark.parametrize("reference", ["X @ W.T", "X / 0", "np.zeros", "[0 for _ in iter(int, 1)]", "Q"])
def test_an_author_is_told_that_the_right_line_does_not_run(reference):
    broken = NUMPY_LINE | {"reference": reference}
    assert KINDS["numpy_line"].problems(broken) == []
    assert len(checking.author_problems("numpy_line", broken)) == 1
    with pytest.raises(BrokenReference):
        check(broken, "X @ W + b")


def test_a_sound_line_has_no_problems_when_run():
    assert checking.author_problems("numpy_line", NUMPY_LINE) == []
    assert checking.author_problems("single", {}) == []


def test_lines_around_it_run_before_and_after():
    data = {
        "before": "m = X.shape[1]\n\nif m > 0:\n    mean = X.mean(axis=1, keepdims=True)",
        "result": "centred",
        "after": "v = np.sum(centred ** 2, axis=1) / m\ncentred = centred / np.sqrt(v)[:, None]",
        "arguments": [
            {"name": "X", "shape": ["n", "m"]},
            {"name": "rate", "shape": [], "values": "positive"},
        ],
        "reference": "X - mean",
    }
    assert KINDS["numpy_line"].problems(data) == []
    assert check(data, "X - mean").fraction == 1
    assert check(data, "X - X.sum(axis=1, keepdims=True) / m").fraction == 1
    assert numpy_line.expected_of(data, default_sandbox("full"))[0].std(axis=1) == pytest.approx(1)
