"""Ideas that kinds name themselves, in words."""

import pytest

from quizzes.kinds import backprop, loss_curve, shapes
from quizzes.kinds.ideas import in_words

SAID = [
    *[("shapes", name) for name in shapes._SLIPS],
    *[("backprop", name) for name in backprop._SLIPS],
    *[("loss_curve", f"{said}_for_{cause}") for said in loss_curve.CAUSES for cause in loss_curve.CAUSES],
]


@pytest.mark.parametrize(("kind", "name"), SAID)
def test_every_slip_of_a_drawn_kind_has_words(kind, name):
    words = in_words(kind, name)
    assert words != name
    assert "_" not in words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("times_m", "Does not divide by m"),
        ("over_m·n", "Divides by m·n once too often"),
        ("minus_times_m", "Does not divide by m, and the sign is wrong"),
        ("factor_2", "Twice the right result"),
        ("shape", "The shape is wrong"),
    ],
)
def test_what_the_sandbox_found_has_words(name, words):
    assert in_words("numpy_line", name) == words


def test_what_an_author_wrote_stays():
    assert in_words("single", "unit") == "unit"
    assert in_words("numeric", "Forgets the bias_") == "Forgets the bias_"
    assert in_words("numpy_line", "over") == "over"
    assert in_words("loss_curve", "a_for_b") == "a_for_b"
