"""Answers that a hand-in writes itself, with the right number: whatever is odd about them is tampering."""

import json

import pytest

from nnengine.grading import Sandbox, grade
from tests.attacks.catalogue import FRAME
from tests.attacks.network import RIGHT

ANSWER = {"ok": True, "value": {"t": [None, None]}, "changed": [], "warnings": [], "notes": []}
FORGERIES = {
    "no value": {"ok": True},
    "an error that is none": {"ok": False, "error": 5},
    "no error": {"ok": False},
    "changed before the first": ANSWER | {"changed": [-100]},
    "changed behind the last": ANSWER | {"changed": [7]},
    "changed by infinity": ANSWER | {"changed": ["INFINITY"]},
    "changed is no list": ANSWER | {"changed": 1},
    "a note with a number": ANSWER | {"notes": ["changes:x"]},
    "a note that is none": ANSWER | {"notes": [[]]},
    "warnings are no list": ANSWER | {"warnings": 5},
    "arguments nobody asked for": ANSWER | {"arguments": [1]},
    "an unknown node": ANSWER | {"value": {"p": "cos\nsystem\n"}},
    "an earlier result": ANSWER | {"value": {"r": [1, []]}},
    "bytes that are not there": ANSWER | {"value": {"a": ["<f8", [2, 2]]}},
    "a question": {"callback": "linear_forward", "args": [], "kwargs": {}},
}
#: Written in place of the answer, whose number stands in the function server's frame; nothing follows it.
WRITE = """
def {name}:
    import sys
    answer = json.loads({text!r})
    answer["id"] = sys._getframe(1).f_locals["request"]["id"]
    os.write(3, frame(answer).replace(b'"INFINITY"', b'1e9999    '))
    os._exit(0)
"""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


def outcomes(sandbox, source: str) -> dict[str, tuple[str, str | None]]:
    report = grade(
        source.encode(), filename="a.py", exercise="planar-one-hidden-layer", seed=3, sandbox=sandbox
    )
    return {f.name: (f.verdict.value, f.cause) for f in report.functions}


@pytest.mark.parametrize("answer", FORGERIES.values(), ids=FORGERIES)
def test_forged_answer_is_tampering_and_costs_its_function_only(sandbox, answer):
    forged = WRITE.format(name="forward_propagation(X, parameters)", text=json.dumps(answer))
    found = outcomes(sandbox, RIGHT + FRAME + forged)
    assert found.pop("forward_propagation") == ("tampering", "forged-answer")
    assert set(found.values()) == {("correct", None)}


@pytest.mark.parametrize("errors", [[5], 5, [[]]], ids=str)
def test_forged_answer_to_loading_is_tampering(sandbox, errors):
    header = {"id": 1, "errors": errors, "callables": []}
    early = f"\nahead = os.write(3, frame({header}))\n\ndef predict(parameters, X):\n    return ahead\n"
    assert set(outcomes(sandbox, RIGHT + FRAME + early).values()) == {("tampering", "forged-answer")}
