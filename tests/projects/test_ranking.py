import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects import ranking


def log_posterior(strengths, orders, prior_sd=1.0):
    """The definition, written as slowly as it is said."""
    value = -0.5 * float(np.sum(np.asarray(strengths) ** 2)) / prior_sd**2
    for order in orders:
        for position in range(len(order) - 1):
            left = [strengths[i] for i in order[position:]]
            value += left[0] - np.log(np.sum(np.exp(left)))
    return value


orders_of_five = st.lists(
    st.permutations(range(5)).flatmap(lambda p: st.integers(0, 5).map(lambda k: list(p[:k]))), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(orders_of_five)
def test_strengths_are_where_the_posterior_is_highest(orders):
    strengths, covariance = ranking.fit(5, orders)
    best = log_posterior(strengths, orders)
    rng = np.random.default_rng(0)
    for _ in range(20):
        assert log_posterior(strengths + rng.normal(scale=0.01, size=5), orders) <= best + 1e-12
    step = 1e-4
    for i in range(5):
        away = np.eye(5)[i] * step
        second = (
            log_posterior(strengths + away, orders) - 2 * best + log_posterior(strengths - away, orders)
        ) / step**2
        assert np.linalg.inv(covariance)[i, i] == pytest.approx(-second, rel=1e-4)


def test_orders_of_two_are_bradley_terry():
    # Ten duels, seven won: the mode of p(d)^7 (1-p(d))^3 under the prior of a difference, sd sqrt(2).
    strengths, _ = ranking.fit(2, [[0, 1]] * 7 + [[1, 0]] * 3)
    difference = strengths[0] - strengths[1]
    p = 1 / (1 + np.exp(-difference))
    assert 7 * (1 - p) - 3 * p - difference / 2 == pytest.approx(0, abs=1e-8)


def test_without_votes_all_are_alike_and_nothing_is_known():
    result = ranking.rank("abc", [])
    assert [(s.item, s.strength, s.error, s.looks) for s in result.standings] == [
        (name, 0.0, 1.0, 0) for name in "abc"
    ]
    assert result.beats("a", "b") == 0.5


def test_who_always_wins_is_first_and_finite():
    result = ranking.rank("abc", ["bac", "bca", "bac"])
    assert [s.item for s in result.standings] == ["b", "a", "c"]
    assert result.standings[0].strength < 3
    assert result.beats("b", "c") > 0.9
    assert result.beats("b", "c") == pytest.approx(1 - result.beats("c", "b"))


def test_more_votes_make_surer():
    few, many = (ranking.rank("ab", ["ab", "ba"] * n) for n in (1, 20))
    assert many.standings[0].error < few.standings[0].error


def test_an_order_of_one_says_nothing():
    assert ranking.rank("ab", ["a"]).standings[0].strength == 0


def test_copeland_counts_majorities():
    assert ranking.copeland(3, [[0, 1, 2], [1, 0, 2], [0, 2]]).tolist() == [1, 1, -2]


def test_the_next_look_goes_to_the_least_seen_and_least_compared():
    looks = {"a": 2, "b": 1, "c": 1}
    assert ranking.next_to_see(["b", "c"], looks=looks, compared={"b": 1}) == "c"
    assert ranking.next_to_see(["a", "b"], looks=looks, compared={"b": 5}) == "b"
    assert ranking.next_to_see([], looks=looks, compared={}) is None


@given(st.integers(1, 2000), st.integers(1, 10), st.integers(1, 30), st.integers(1, 1000))
def test_so_many_judges_suffice_and_one_fewer_do_not(projects, looks, minutes_a_look, minutes):
    judges = ranking.judges_needed(
        projects=projects, looks=looks, minutes_a_look=minutes_a_look, minutes=minutes
    )
    work = projects * looks * minutes_a_look
    assert (judges - 1) * minutes < work <= judges * minutes


@given(
    st.dictionaries(st.integers(0, 9), st.integers(0, 5), min_size=1),
    st.dictionaries(st.integers(0, 9), st.integers(0, 5)),
)
def test_nothing_less_seen_is_passed_over(looks, compared):
    chosen = ranking.next_to_see(sorted(looks), looks=looks, compared=compared)
    rank = {item: (count, compared.get(item, 0)) for item, count in looks.items()}
    assert rank[chosen] == min(rank.values())


def test_mlhs_example_of_judges_needed():
    assert ranking.judges_needed(projects=150, minutes=120) == 19


def test_rubric_by_hand():
    assert ranking.weighted_mean([(5, 3), (1, 1)]) == 4
    assert ranking.weighted_mean([]) is None
    # 2, 4, 4, 4, 5, 5, 7, 9: the squares of the distances from 5 sum up to 32, over seven, and the root.
    assert ranking.standard_deviation([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(2.138089935)
    assert ranking.standard_deviation([3]) is None


@given(st.lists(st.integers(1, 5), min_size=2, max_size=30), st.integers(2, 9))
def test_deviation_is_in_the_marks_unit(marks, factor):
    """Marks twice as large deviate twice as much: what a variance does not."""
    once, more = (ranking.standard_deviation([mark * by for mark in marks]) for by in (1, factor))
    assert more == pytest.approx(factor * once)
    assert once == pytest.approx(float(np.std(marks, ddof=1)))


def test_equal_scores_share_a_place():
    assert ranking.tied_places([9, 7, 7, 2]) == [1, 2, 2, 4]
    assert ranking.tied_places([]) == []


def test_borda_by_hand():
    ballots = ["abc", "bca", "ba"]
    assert ranking.borda("abcd", ballots, places=3) == {"a": 3 + 1 + 2, "b": 2 + 3 + 3, "c": 1 + 2, "d": 0}


@given(st.lists(st.permutations("abcde"), max_size=20))
def test_borda_of_full_ballots_counts_duels_won(ballots):
    """Whoever is at place k of n beats n - k others, on every ballot."""
    points = ranking.borda("abcde", ballots, places=5)
    for one in "abcde":
        duels = sum(ballot.index(one) < ballot.index(other) for ballot in ballots for other in "abcde")
        assert points[one] == duels + len(ballots)


def test_copeland_and_strength_agree_when_all_judges_do():
    result = ranking.rank("abcd", ["cabd"] * 3)
    assert [(s.item, s.copeland) for s in result.standings] == [("c", 3), ("a", 1), ("b", -1), ("d", -3)]
