"""How good the diagnosis is on mistakes it was not made for."""

import pytest

from nnengine import exercises
from nnengine.exercises.base import mutate
from nnengine.grading.diagnose import diagnose
from nnengine.grading.verify import run
from tests.nnengine.fresh_bugs import bugs, held_out


@pytest.fixture(scope="module", params=[bugs, held_out], ids=["bugs", "held_out"])
def outcomes(request):
    """Return (caught, named, named right) by bug, on inputs nobody has seen."""
    found = []
    for name, function_name, edits, word in request.param.BUGS:
        function = exercises.get(name).function(function_name)
        results = run(function, mutate(function.reference, edits), seed=991)
        caught = not all(outcome.is_right for outcome in results)
        diagnosis = diagnose(function, results) if caught else None
        text = f"{diagnosis.cause} {diagnosis.message.en}" if diagnosis else ""
        found.append((caught, diagnosis is not None, bool(diagnosis) and word in text, text))
    return found


def test_at_least_98_of_100_are_caught(outcomes):
    caught = sum(outcome[0] for outcome in outcomes)
    print(f"{caught} of {len(outcomes)} fresh bugs caught")
    assert len(outcomes) >= 50
    assert caught / len(outcomes) >= 0.98


def test_at_least_three_quarters_are_named(outcomes):
    named, right = sum(outcome[1] for outcome in outcomes), sum(outcome[2] for outcome in outcomes)
    print(f"{named} of {len(outcomes)} fresh bugs named, {right} of them with the word that belongs to them")
    assert right / len(outcomes) >= 0.75
