import doctest
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "docs" / "engine.md"


def test_the_walk_through_a_training_step_is_true():
    results = doctest.testfile(str(ENGINE), module_relative=False)
    assert (results.failed, results.attempted > 20) == (0, True)
