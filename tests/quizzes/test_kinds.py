import math
import random
import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.kinds import KINDS
from quizzes.kinds.numeric import is_within, read_number
from quizzes.kinds.short_text import matches, normal_form
from tests.quizzes.factories import ALL_KINDS, MULTIPLE, NUMERIC, SHORT_TEXT, SINGLE

ANYTHING = st.lists(st.text(max_size=20), max_size=4)


def score(kind, data, *value):
    return KINDS[kind].score(data, list(value)).fraction


@pytest.mark.parametrize(("kind", "data"), ALL_KINDS)
@given(value=ANYTHING)
def test_whatever_is_sent_scores_between_none_and_all(kind, data, value):
    assert 0 <= KINDS[kind].score(data, value).fraction <= 1
    KINDS[kind].said(data, value)


@pytest.mark.parametrize(("kind", "data"), ALL_KINDS)
def test_an_authors_sound_question_has_no_problems(kind, data):
    assert KINDS[kind].problems(data) == []


@pytest.mark.parametrize(("kind", "data"), ALL_KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_what_the_page_gets_does_not_tell_the_answer(kind, data, seed):
    order = KINDS[kind].order(data, random.Random(seed), shuffle=True)
    shown = repr(KINDS[kind].fields(data, order, None))
    assert "right" not in shown
    assert "0.64" not in shown
    assert "chain" not in shown


@pytest.mark.parametrize(
    ("value", "fraction"),
    [(["0"], 1), (["1"], 0), ([], 0), (["0", "1"], 0), (["7"], 0), (["-1"], 0), (["x"], 0), (["0 "], 0)],
)
def test_single_choice(value, fraction):
    assert score("single", SINGLE, *value) == fraction


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        (["0", "1"], 1),
        (["0"], 0.5),
        (["0", "1", "2"], 0.5),
        (["0", "1", "2", "3"], 0),
        (["2"], 0),
        ([], 0),
        (["0", "0", "1"], 1),
    ],
)
def test_multiple_choice_takes_off_for_wrong_ones(value, fraction):
    assert score("multiple", MULTIPLE, *value) == fraction


def test_multiple_choice_all_or_nothing():
    strict = MULTIPLE | {"all_or_nothing": True}
    assert [score("multiple", strict, *v) for v in (["0", "1"], ["0"], [])] == [1, 0, 0]


@given(st.sets(st.integers(0, 3)))
def test_one_more_right_option_never_earns_less(chosen):
    better = {str(place) for place in chosen | {0}}
    assert score("multiple", MULTIPLE, *better) >= score("multiple", MULTIPLE, *map(str, chosen))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", 0.5),
        ("0,5", 0.5),
        (" 1/2 ", 0.5),
        (".5", 0.5),
        ("5.", 5),
        ("-3", -3),
        ("−3", -3),
        ("+3", 3),
        ("1e-3", 0.001),
        ("1E3", 1000),
        ("23 860", 23860),
        ("23\u00a0860,5", 23860.5),
        ("12 MB", 12),
        ("", None),
        ("x", None),
        ("1/0", None),
        ("1/2/3", None),
        ("1.2.3", None),
        ("1 2", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("0x10", None),
        ("١", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert read_number(text, "MB") == number


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_every_number_python_writes_is_read_back(number):
    assert read_number(repr(number)) == number


@given(st.text(max_size=200))
def test_reading_a_number_never_fails(text):
    read = read_number(text)
    assert read is None or math.isfinite(read)


def test_the_borders_of_a_tolerance_are_inside():
    answer = NUMERIC["answers"][0]
    assert [is_within(x, answer) for x in (0.635, 0.645, 0.6349, 0.6451)] == [True, True, False, False]
    assert is_within(105, {"value": 100, "relative": 0.05})
    assert not is_within(106, {"value": 100, "relative": 0.05})
    assert is_within(17, {"value": 17})
    assert not is_within(17.001, {"value": 17})


@pytest.mark.parametrize("text", ["chain rule", "Chain  RULE ", "Kettenregel", "\tchain rule"])
def test_short_text_forgives_case_and_spaces(text):
    assert score("short_text", SHORT_TEXT, text) == 1


def test_accents_and_case_count_where_the_author_says_so():
    data = {"accepted": ["Bézout"]}
    assert score("short_text", data, "bezout") == 1
    assert score("short_text", data | {"accents": True}, "bezout") == 0
    assert score("short_text", data | {"case": True}, "bézout") == 0


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_an_asterisk_stands_for_any_text(pattern, text):
    assert matches(text, pattern) == fnmatchcase(text, pattern)


def test_a_nasty_pattern_costs_no_time():
    began = time.perf_counter()
    assert not matches("a" * 500, "*a" * 50 + "*b")
    assert time.perf_counter() - began < 1


@settings(max_examples=1000)
@given(st.text(max_size=50))
def test_the_compared_form_is_stable(text):
    once = normal_form(text, case=False, accents=False)
    assert normal_form(once, case=False, accents=False) == once


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("single", {}),
        ("single", {"options": [{"text": "a", "right": True}]}),
        ("single", {"options": [{"text": "a", "right": True}, {"text": "b", "right": True}]}),
        ("single", {"options": [{"text": "a", "right": True}, {"text": "a"}]}),
        ("multiple", {"options": [{"text": "a"}, {"text": "b"}]}),
        ("true_false", {}),
        ("numeric", {}),
        ("numeric", {"answers": [{"value": "1"}]}),
        ("numeric", {"answers": [{"value": float("nan")}]}),
        ("numeric", {"answers": [{"value": 1, "absolute": -1}]}),
        ("short_text", {}),
        ("short_text", {"accepted": [""]}),
        ("short_text", {"accepted": ["*"]}),
    ],
)
def test_an_unsound_question_is_told_what_to_mend(kind, data):
    assert KINDS[kind].problems(data) != []
