import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.statistics.signals import Fast, Pair, Shared, fast_answers, shared_wrong_answers


def crowd(size, questions, rng, options="bcd"):
    """People who are wrong about half the time, each for reasons of their own."""
    return {
        person: {q: rng.choice(options) for q in range(questions) if rng.random() < 0.5}
        for person in range(size)
    }


def test_a_rare_shared_answer_weighs_more_than_a_common_one():
    # 30 others are wrong; of them nobody, 14 or all gave this answer: 32/1, 32/15, 32/31.
    rare, common, trap = (Shared(1, "b", others, 30) for others in (0, 14, 30))
    assert rare.bits == 5
    assert common.bits == pytest.approx(math.log2(32 / 15))
    assert trap.bits == pytest.approx(math.log2(32 / 31))


def test_what_could_have_been_shared_but_was_not_weighs_against_it():
    shared = (Shared(1, "b", 0, 30), Shared(2, "b", 0, 30))
    assert Pair(1, 2, shared, both_wrong=2).bits == 10
    assert Pair(1, 2, shared, both_wrong=8).bits == pytest.approx(10 - math.log2(28))
    assert Pair(1, 2, shared, both_wrong=2).one_in == 1024


def test_two_who_share_what_nobody_else_answers_are_found_first():
    wrong = crowd(30, 12, random.Random(5))
    copied = dict.fromkeys(range(4), "an answer of their own")
    wrong |= {100: wrong[0] | copied, 101: dict(copied)}
    found = shared_wrong_answers(wrong)
    assert (found[0].first, found[0].second) == (100, 101)
    assert {shared.question for shared in found[0].shared} == {0, 1, 2, 3}


def test_the_same_trap_for_all_is_no_signal():
    assert shared_wrong_answers({person: dict.fromkeys(range(10), "trap") for person in range(40)}) == []


def test_one_shared_answer_is_no_signal():
    wrong = {person: {0: f"own {person}"} for person in range(200)}
    wrong |= {1000: {0: "odd"}, 1001: {0: "odd"}}
    assert shared_wrong_answers(wrong) == []


def test_people_who_work_on_their_own_are_hardly_ever_listed():
    listed = [len(shared_wrong_answers(crowd(40, 10, random.Random(seed)))) for seed in range(40)]
    assert sum(listed) <= 4  # less than one a class is promised; the bound is generous, so it is far fewer


def test_nobody_and_somebody_alone_share_nothing():
    assert shared_wrong_answers({}) == []
    assert shared_wrong_answers({1: {0: "b"}}) == []


answers = st.dictionaries(
    st.integers(0, 12), st.dictionaries(st.integers(0, 5), st.sampled_from("bcd")), max_size=12
)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(wrong, rng):
    people = list(wrong)
    rng.shuffle(people)
    assert shared_wrong_answers({person: wrong[person] for person in people}) == shared_wrong_answers(wrong)


@given(answers)
def test_every_shared_answer_is_one_that_both_gave(wrong):
    for pair in shared_wrong_answers(wrong):
        assert pair.first != pair.second
        assert pair.both_wrong >= len(pair.shared) >= 2
        for shared in pair.shared:
            assert wrong[pair.first][shared.question] == shared.answer == wrong[pair.second][shared.question]
            assert 0 <= shared.others <= shared.wrong


def test_an_answer_in_less_than_a_fifth_of_the_median_is_fast():
    seconds = {attempt: {1: 50.0, 2: 40.0} for attempt in range(11)}
    seconds[20] = {1: 9.9, 2: 8.0}
    assert fast_answers(seconds) == {20: [Fast(1, 9.9, 50)]}


def test_nobody_is_fast_where_few_answered_or_all_are_quick():
    assert fast_answers({attempt: {1: 50.0 * (attempt > 0)} for attempt in range(9)}) == {}
    assert fast_answers({attempt: {1: 9.0 * (attempt > 0)} for attempt in range(30)}) == {}
