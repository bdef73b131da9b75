"""Every exercise proves itself."""

import pytest

from nnengine import exercises
from nnengine.grading.verify import verify


@pytest.mark.parametrize("name", [info.id for info in exercises.catalogue()])
def test_exercise_passes_its_reference_and_names_every_planted_bug(name):
    assert verify(exercises.get(name)) == []


@pytest.mark.parametrize("info", exercises.catalogue(), ids=lambda info: info.id)
def test_exercise_has_weights_that_add_to_one(info):
    assert sum(function.weight for function in info.functions) == pytest.approx(1.0)
