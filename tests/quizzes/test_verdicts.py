import pytest

from quizzes.statistics.numbers import Interval, ItemStatistics
from quizzes.statistics.verdicts import Verdict, verdict


def item(facility, index, *, count=40, low=None, high=None, deviation=30.0):
    interval = (
        None
        if index is None
        else Interval(index - 20 if low is None else low, index + 20 if high is None else high)
    )
    return ItemStatistics(count, facility, None, deviation, index, interval, None)


@pytest.mark.parametrize(
    ("numbers", "guess", "said"),
    [
        (item(60, 40), 0.25, Verdict.FINE),
        (item(60, 20), 0.25, Verdict.FINE),
        (item(60, 19.9), 0.25, Verdict.NO_DIFFERENCE),
        (item(60, -19.9), 0.25, Verdict.NO_DIFFERENCE),
        (item(60, -20), 0.25, Verdict.CHECK_KEY),
        (item(60, -15, low=-25, high=-5), 0.25, Verdict.CHECK_KEY),
        (item(15, -40), 0.25, Verdict.CHECK_KEY),
        (item(90, 40), 0.25, Verdict.TOO_EASY),
        (item(95, -30, high=1), 0.25, Verdict.TOO_EASY),
        (item(100, None, deviation=0.0), 0.25, Verdict.TOO_EASY),
        (item(20, 40), 0, Verdict.TOO_HARD),
        (item(0, None, deviation=0.0), None, Verdict.TOO_HARD),
        (item(48, 40), 0.5, Verdict.TOO_HARD),
        (item(52, 40), 0.5, Verdict.FINE),
        (item(50, None, deviation=0.0), None, Verdict.NO_DIFFERENCE),
        (
            item(50, None),
            None,
            Verdict.FINE,
        ),  # the only question of a quiz: there are no others to compare with
        (item(60, 40, count=9), 0.25, Verdict.TOO_FEW),
        (item(60, 40, count=10), 0.25, Verdict.FINE),
        (item(None, None), None, Verdict.TOO_FEW),
    ],
)
def test_the_verdict_follows_the_published_thresholds(numbers, guess, said):
    assert verdict(numbers, guess) == said


def test_every_verdict_has_words():
    assert all(str(one.words.short) and str(one.words.advice) for one in Verdict)
