"""The mathematics of the leaderboard, on made-up scores."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import standings

numbers = st.integers(0, 6).map(lambda n: n / 4)
scores = st.lists(st.none() | numbers, max_size=12)
directions = st.booleans()


def means_of(shares, n=400):
    """Resampled means of so many right answers of `n`, the right ones first: as paired as can be."""
    return [_means(round(share * n), n) for share in shares]


@cache
def _means(right, n):
    return standings.resampled_means(np.repeat([1.0, 0.0], [right, n - right]), seed=1)


def test_the_same_seed_draws_the_same_examples_whatever_they_are_worth():
    values = np.random.default_rng(0).normal(size=50)
    first = standings.resampled_means(values, seed=5)
    assert np.array_equal(first, standings.resampled_means(values, seed=5))
    assert np.allclose(standings.resampled_means(values + 1, seed=5), first + 1, atol=1e-5)
    assert not np.array_equal(first, standings.resampled_means(values, seed=6))


def test_the_interval_has_the_width_that_theory_says():
    """For the mean of 400 coin flips the standard error is 0.025, and 95 % are 1.96 of those to each side."""
    (means,) = means_of([0.5])
    low, high = standings.interval(means)
    assert (low, high) == (pytest.approx(0.5 - 0.049, abs=0.006), pytest.approx(0.5 + 0.049, abs=0.006))


@given(values=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40), seed=st.integers(0, 2**62))
def test_an_interval_lies_among_the_values(values, seed):
    low, high = standings.interval(standings.resampled_means(np.array(values), seed=seed))
    slack = 1e-3 * max(1.0, max(map(abs, values)))
    assert min(values) - slack <= low <= high <= max(values) + slack


def test_a_perfect_run_is_sure():
    (means,) = means_of([1.0])
    assert standings.interval(means) == (1.0, 1.0)


def test_runs_that_cannot_be_told_apart_share_a_rank_and_others_do_not():
    shares = [0.60, 0.90, 0.905, 0.60]
    assert standings.ranked(shares, means_of(shares), larger_is_better=True) == [
        (2, 1),  # two more of 400 right: the paired difference may be chance
        (1, 1),
        (0, 3),
        (3, 3),
    ]


def test_of_errors_the_smaller_is_better():
    errors = [0.9, 0.1, 0.5]
    assert standings.ranked(errors, means_of(errors), larger_is_better=False) == [(1, 1), (2, 2), (0, 3)]


def test_ranks_are_measured_from_the_first_of_a_group_so_that_small_steps_do_not_add_up():
    shares = [0.90, 0.894, 0.888, 0.882, 0.876, 0.870]
    ranks = [rank for _, rank in standings.ranked(shares, means_of(shares, n=1000), larger_is_better=True)]
    assert ranks[0] == 1
    assert ranks[-1] > 1


@given(given_scores=scores, larger=directions)
def test_ranks_follow_the_scores(given_scores, larger):
    means = [None if score is None else means_of([score / 2], n=8)[0] for score in given_scores]
    ranked = standings.ranked(given_scores, means, larger_is_better=larger)
    assert sorted(index for index, _ in ranked) == list(range(len(given_scores)))
    shown = [given_scores[index] for index, _ in ranked]
    have = [score for score in shown if score is not None]
    assert shown[: len(have)] == sorted(have, reverse=larger)  # those without a score come last
    ranks = [rank for _, rank in ranked]
    assert ranks[len(have) :] == [None] * (len(shown) - len(have))
    assert ranks[: len(have)] == sorted(ranks[: len(have)])
    by_score = {}
    for place, (score, rank) in enumerate(zip(have, ranks, strict=False), start=1):
        assert by_score.setdefault(score, rank) == rank  # equal scores share a rank
        assert rank == place or rank == ranks[place - 2]


@given(points=st.lists(st.tuples(st.none() | numbers, st.none() | numbers), max_size=14), larger=directions)
def test_the_front_is_what_nobody_beats(points, larger):
    sign = 1 if larger else -1

    def beats(other, one):
        better, cheaper = sign * other[0] >= sign * one[0], other[1] <= one[1]
        return better and cheaper and other != one

    complete = {i: p for i, p in enumerate(points) if None not in p}
    expected = {i for i, p in complete.items() if not any(beats(q, p) for q in complete.values())}
    found = standings.front([p[0] for p in points], [p[1] for p in points], larger_is_better=larger)
    assert found == expected
