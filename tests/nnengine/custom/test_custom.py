"""Exercises that instructors write in one file."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnengine.__main__ import main
from nnengine.grading import ExerciseError, Sandbox, Verdict, grade_custom, read, verify_custom

FILE = Path(__file__).with_name("softplus.py")
SOURCE = FILE.read_text(encoding="utf-8")
RIGHT = b"""
import numpy as np
def softplus(z):
    return np.where(z > 0, z, 0) + np.log1p(np.exp(-np.abs(z)))
def softplus_backward(dA, z):
    return dA / (1 + np.exp(-z))
"""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


def graded(source, sandbox, exercise=SOURCE):
    return grade_custom(source, filename="a.py", exercise=exercise, seed=5, sandbox=sandbox)


def test_the_example_proves_itself(sandbox):
    assert verify_custom(SOURCE, sandbox) == []
    assert main(["exercises", "verify", str(FILE)]) == 0


def test_what_students_see_is_read_without_running_anything():
    info = read(SOURCE + "\nraise SystemExit\n").info()
    assert (info.id, info.title.de, info.max_score) == ("softplus", "Softplus und seine Ableitung", 100)
    assert [f.signature for f in info.functions] == ["softplus(z)", "softplus_backward(dA, z)"]
    assert [f.weight for f in info.functions] == [0.4, 0.6]


def test_right_code_gets_every_point_and_a_planted_mistake_its_name(sandbox):
    assert graded(RIGHT, sandbox).score == 100
    report = graded(RIGHT.replace(b"/ (1 + np.exp(-z))", b"* (z > 0)"), sandbox)
    assert [(f.verdict, f.cause) for f in report.functions] == [
        (Verdict.CORRECT, None),
        (Verdict.WRONG_VALUES, "derivative-of-relu"),
    ]
    assert report.functions[1].message.de == "That is the derivative of relu."  # there is no German one


def test_students_do_not_meet_the_exercise_in_their_room(sandbox):
    spy = b"""
import gc
def softplus(z):
    names = {str(getattr(thing, "__name__", "")) for thing in gc.get_objects()}
    raise RuntimeError(sorted(name for name in names if "inputs" in name or "mistake" in name))
"""
    assert graded(spy, sandbox).functions[0].message.en.endswith("[]")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"id": "softplus",', '"id": "Soft Plus",', "small letters"),
        ('"points": 40,', '"points": 0,', "softplus needs points"),
        ("def softplus_inputs", "def inputs", "softplus_inputs is not defined"),
        ('"points": 60', '"points": sum([60])', "must be written out"),
        ('"1 / (1 + np.exp(-z))"', '"1 / (2 + np.exp(-z))"', "occurs 0 times in softplus_backward"),
        ('"(z > 0)"', '"(z >"', "is no Python"),
        ('"hint": "What is softplus(0)?",', "", "a mistake is a dict"),
        ("EXERCISE = {", "SOMETHING = {", "There is no EXERCISE"),
        (
            '"id": "softplus-is-relu"',
            '"id": "softplus-overflows"',
            "Two mistakes are called softplus-overflows",
        ),
        ("return [{", "return [{{", "Syntax error in line"),
    ],
)
def test_what_is_no_exercise_says_what_to_change(old, new, words):
    assert old in SOURCE
    with pytest.raises(ExerciseError) as refused:
        read(SOURCE.replace(old, new, 1))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "return dA * (1 / (1 + np.exp(-z)))",
            "return dA * rng * (1 / (1 + np.exp(-z)))",
            "raised NameError",
        ),
        ('"(z > 0)"', '"(np.exp(z) / (1 + np.exp(z)))"', "derivative-of-relu is not caught"),
        ('return [{"dA"', 'return 3 or [{"dA"', "raised TypeError"),
        ("import numpy as np\n", "import numpy as np\nimport nothing_like_it\n", "nothing_like_it"),
    ],
)
def test_an_exercise_that_does_not_work_is_told(sandbox, old, new, words):
    assert old in SOURCE
    assert words in " ".join(verify_custom(SOURCE.replace(old, new, 1), sandbox))


@pytest.mark.parametrize(
    ("hostile", "words"),
    [
        ("import os; os.listdir('/etc')", "raised FileNotFoundError"),
        ("open('/etc/passwd').read()", "raised FileNotFoundError"),
        ("while True: pass", "ended its room: time"),
    ],
)
def test_a_hostile_exercise_reaches_nothing_either(sandbox, hostile, words):
    line = "    return np.maximum(z, 0)"
    assert words in " ".join(verify_custom(SOURCE.replace(line, f"    {hostile}\n{line}"), sandbox))


@given(st.text(max_size=300) | st.just(SOURCE).flatmap(lambda s: st.integers(0, len(s)).map(lambda n: s[:n])))
def test_reading_refuses_or_reads_but_never_breaks(source):
    with contextlib.suppress(ExerciseError):
        assert read(source).info().functions
