"""`python -m nnengine check`, as students and programs use it."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nnengine import exercises
from nnengine.__main__ import guess, main
from tests.nnengine.exercises.test_references import as_hand_in

DEEP = "deep-network-step-by-step"
LINEAR = "import numpy as np\n\n\ndef linear_forward(A, W, b):\n    return W @ A + b, (A, W, b)\n"
KEYS = ["exercise", "score", "max_score", "seconds", "functions"]
FUNCTION_KEYS = ["name", "verdict", "points", "max_points", "cause", "message", "hint"]


@pytest.fixture
def hand_in(tmp_path):
    def hand_in(source: str, name: str = "network.py") -> str:
        (tmp_path / name).write_text(source)
        return str(tmp_path / name)

    return hand_in


@pytest.fixture
def right(hand_in):
    return hand_in(as_hand_in(exercises.get(DEEP)), "right.py")


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def start(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "nnengine", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_right_code_ends_with_0_and_says_so_function_by_function(right, capsys):
    assert main(["check", right, "--language", "en"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith(f"{right}: {DEEP}, 100 of 100, ")
    assert [line.split() for line in printed[1:]] == [
        ["ok", f.name, f"{f.points:g}/{f.points:g}", "correct"] for f in exercises.get(DEEP).functions
    ]


def test_mistake_ends_with_1_and_is_named_with_its_hint(hand_in, capsys):
    path = hand_in(LINEAR.replace(" + b", ""))
    assert main(["check", path, "--exercise", DEEP, "--language", "de"]) == 1
    printed = capsys.readouterr().out
    assert (
        "-- linear_forward                   0/10  wrong_values\n       Der Bias wird nicht addiert.\n"
        in printed
    )


def test_json_is_the_contract_with_one_line_a_file(hand_in, right, capsys):
    wrong = hand_in(LINEAR.replace(" + b", ""))
    assert main(["check", right, wrong, "--json", "--exercise", DEEP, "--language", "en"]) == 1
    first, second = lines(capsys)
    assert [list(first), list(second)] == [KEYS, KEYS]
    assert {tuple(function) for function in (*first["functions"], *second["functions"])} == {
        tuple(FUNCTION_KEYS)
    }
    assert (first["exercise"], first["score"], first["max_score"]) == (DEEP, 100, 100)
    assert second["functions"][1] == {
        "name": "linear_forward",
        "verdict": "wrong_values",
        "points": 0,
        "max_points": 10,
        "cause": "bias-missing",
        "message": "The bias is not added.",
        "hint": "Which argument have you not used?",
    }


def test_a_file_that_cannot_be_checked_has_its_line_too(hand_in, tmp_path, capsys):
    unclear = hand_in("def frobnicate():\n    return 1\n", "unclear.py")
    assert main(["check", str(tmp_path / "none.py"), unclear, hand_in(LINEAR), "--json"]) == 2
    told = capsys.readouterr()
    nothing = {"exercise": None, "score": 0, "max_score": 0, "seconds": 0, "functions": []}
    found = [json.loads(line) for line in told.out.splitlines()]
    assert (found[:2], found[2]["score"]) == ([nothing, nothing], 10)
    assert told.err.splitlines() == [
        f"{tmp_path / 'none.py'}: No such file or directory",
        f"{unclear}: which exercise is it? Say --exercise ID.",
    ]


def test_syntax_error_is_said_beside_the_json(hand_in, capsys):
    assert main(["check", hand_in("def f(:\n"), "--json", "--exercise", DEEP, "--language", "en"]) == 1
    told = capsys.readouterr()
    assert {function["verdict"] for function in json.loads(told.out)["functions"]} == {"missing"}
    assert told.err == "  ! The file has a syntax error in line 1: invalid syntax.\n"


@pytest.mark.parametrize("name", [info.id for info in exercises.catalogue()])
def test_exercise_is_told_by_the_functions_defined(name):
    assert guess(as_hand_in(exercises.get(name)).encode(), "network.py") == name


def test_sandbox_gives_the_same_verdicts_behind_walls(hand_in, capsys):
    peek = "\n\ndef compute_cost(AL, Y):\n    import os\n    return os.listdir('/home')\n"
    main(["check", hand_in(LINEAR + peek), "--json", "--sandbox"])
    (found,) = lines(capsys)
    assert [(f["verdict"], f["cause"]) for f in found["functions"] if f["verdict"] != "missing"] == [
        ("correct", None),
        ("raised", "raised:FileNotFoundError"),
    ]


def test_output_that_nobody_reads_to_its_end_is_no_error(right):
    process = start("check", right)
    assert process.stdout.readline().startswith(f"{right}: {DEEP}")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() in (0, 141)  # 0 when all was written before the reader left
    process.stderr.close()


def test_reader_that_leaves_before_the_first_line_is_no_error(right):
    process = start("check", right)
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == ("", 141)
    process.stderr.close()


def test_watch_checks_again_what_was_saved_and_only_that(hand_in, right):
    path = hand_in(LINEAR.replace(" + b", ""))
    process = start("check", path, right, "--exercise", DEEP, "--json", "--watch")
    alarm = threading.Timer(60, process.kill)
    alarm.start()
    try:
        scores = [json.loads(process.stdout.readline())["score"] for _ in range(2)]
        corrected = hand_in(LINEAR, "corrected.py")
        os.utime(corrected, (1_900_000_000, 1_900_000_000))
        Path(corrected).replace(path)  # one change, not two
        scores.append(json.loads(process.stdout.readline())["score"])
        process.send_signal(signal.SIGINT)
        assert (scores, process.stdout.read(), process.stderr.read()) == ([0, 100, 10], "", "")
        assert process.wait() == 130
    finally:
        alarm.cancel()
        process.kill()
        process.communicate()
