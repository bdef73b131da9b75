import pytest

from projects import words


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        ("accuracy", 0.88759, "88.8 %"),
        ("accuracy", 1.0, "100.0 %"),
        ("mse", 0.0123456, "0.01235"),
        ("mse", 12.0, "12"),
        ("mae", 123456.0, "1.235e+05"),
    ],
)
def test_scores_are_rounded(metric, value, said):
    assert words.score(metric, value) == said
