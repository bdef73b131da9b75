import math
import random
import time
from fnmatch import fnmatchcase
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.kinds import KINDS, matching
from quizzes.kinds.matrix import read_matrix
from quizzes.kinds.numeric import is_within, read_number
from quizzes.kinds.short_text import matches, normal_form
from tests.quizzes.factories import (
    ALL_KINDS,
    CLOZE,
    MATCHING,
    MATRIX,
    MULTIPLE,
    NUMERIC,
    NUMPY_LINE,
    SHORT_TEXT,
    SINGLE,
)

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


WEIGHED = {
    "options": [
        {"text": "a", "fraction": 0.333},
        {"text": "b", "fraction": 0.333, "feedback": "Yes."},
        {"text": "c", "fraction": 0.334},
        {"text": "d", "fraction": -0.5, "feedback": "No.", "misconception": "sign"},
    ]
}


@pytest.mark.parametrize(
    ("value", "fraction"),
    [("012", 1), ("01", 0.666), ("0123", 0.5), ("3", 0), ("", 0), ("03", 0)],
)
def test_weighed_options_add_up_from_nothing_to_everything(value, fraction):
    assert score("multiple", WEIGHED, *value) == pytest.approx(fraction)


def test_what_each_chosen_option_has_to_say_is_told_and_the_wrong_idea_named():
    found = KINDS["multiple"].score(WEIGHED, ["1", "3"])
    assert (found.feedback, found.misconception) == ("b: Yes.\n\nd: No.", "sign")


def test_the_share_of_an_option_counts_instead_of_right():
    data = {
        "options": [
            {"text": "a", "right": True, "fraction": 0.5},
            {"text": "b", "fraction": 1},
            {"text": "c"},
        ]
    }
    assert [score("single", data, place) for place in "012"] == [0.5, 1, 0]
    assert KINDS["single"].solution(data) == ["b"]
    negative = {"options": [{"text": "a", "fraction": 1}, {"text": "b", "fraction": -0.25}]}
    assert score("single", negative, "1") == -0.25


@pytest.mark.parametrize("right", [True, False])
def test_true_and_false_have_their_own_feedback(right):
    data = {"right": right, "feedback_true": "said true", "feedback_false": "said false"}
    assert [KINDS["true_false"].score(data, [value]).feedback for value in "01"] == [
        "said true",
        "said false",
    ]
    assert [score("true_false", data, value) for value in "01"] == [right, not right]


UNITS = {
    "answers": [
        {"value": 5, "relative": 0.01},
        {"value": 10, "fraction": 0, "feedback": "Half of it.", "misconception": "doubled"},
    ],
    "unit": "MB",
    "units": [{"name": "kB", "factor": 1000}, {"name": "Mb", "factor": 8}, {"name": "B", "factor": 1e6}],
}


@pytest.mark.parametrize(
    ("text", "fraction", "misconception"),
    [
        ("5", 1, ""),
        ("5 MB", 1, ""),
        ("5mb", 1, ""),
        ("5000 kB", 1, ""),
        ("40 Mb", 1, ""),
        ("5e6 B", 1, ""),
        ("5000 MB", 0, "unit"),
        ("5000", 0, "unit"),
        ("10", 0, "doubled"),
        ("10 000 kB", 0, "doubled"),
        ("7", 0, ""),
        ("5 GB", 0, ""),
        ("MB", 0, ""),
    ],
)
def test_numbers_count_in_every_unit(text, fraction, misconception):
    found = KINDS["numeric"].score(UNITS, [text])
    assert (found.fraction, found.misconception) == (fraction, misconception)


def test_a_unit_that_is_not_known_or_missing_is_told():
    assert "the units are MB, kB, Mb, B" in KINDS["numeric"].score(UNITS, ["5 GB"]).feedback
    strict = UNITS | {"unit_required": True}
    assert KINDS["numeric"].score(strict, ["5"]) == KINDS["numeric"].score(strict, [" 5 "])
    assert [score("numeric", strict, text) for text in ("5", "5 MB")] == [0, 1]


def test_of_several_tolerances_the_best_answer_counts():
    data = {"answers": [{"value": 1, "absolute": 0.2, "fraction": 0.5, "feedback": "near"}, {"value": 1}]}
    assert [score("numeric", data, text) for text in ("1", "1.1", "1.3")] == [1, 0.5, 0]


def test_known_wrong_words_are_answered():
    data = {
        "accepted": [
            "chain rule",
            {"text": "*rule*", "fraction": 0.5, "feedback": "Which rule?"},
            {"text": "*", "fraction": 0, "feedback": "Think of Leibniz."},
        ]
    }
    assert KINDS["short_text"].problems(data) == []
    told = [KINDS["short_text"].score(data, [text]) for text in ("Chain rule", "the rule", "x", "")]
    assert [(one.fraction, one.feedback) for one in told] == [
        (1, ""),
        (0.5, "Which rule?"),
        (0, "Think of Leibniz."),
        (0, ""),
    ]


def test_pairs_count_one_by_one_or_all_together():
    right = [str(matching.choices(MATCHING).index(pair["right"])) for pair in MATCHING["pairs"]]
    one_off = [right[0], right[0], right[2]]
    assert [score("matching", MATCHING, *value) for value in (right, one_off, right[:1], [])] == [
        1,
        pytest.approx(2 / 3),
        pytest.approx(1 / 3),
        0,
    ]
    strict = MATCHING | {"all_or_nothing": True}
    assert [score("matching", strict, *value) for value in (right, one_off)] == [1, 0]


@pytest.mark.parametrize(
    ("order", "pairs", "positions", "exact"),
    [
        ("abcd", 1, 1, 1),
        ("bacd", 2 / 3, 0.5, 0),  # 5 of 6 pairs right, 1 wrong
        ("dcba", 0, 0, 0),
        ("bcda", 0, 0, 0),  # 3 right, 3 wrong
        ("ab", 1 / 6, 0.5, 0),
        ("aabb", 1 / 6, 0.25, 0),
        ("", 0, 0, 0),
    ],
)
def test_an_order_scores_by_pairs_by_positions_or_exactly(order, pairs, positions, exact):
    data, value = {"items": list("abcd")}, [str("abcd".index(item)) for item in order]
    found = [score("ordering", data | {"scoring": how}, *value) for how in ("pairs", "positions", "exact")]
    assert found == [pytest.approx(pairs), pytest.approx(positions), exact]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("np.array([[1., -2], [3, 4e1]])", [[1, -2], [3, 40]]),
        ("1 2\n3 4", [[1, 2], [3, 4]]),
        ("1, 2; 3, 4;", [[1, 2], [3, 4]]),
        ("[[1 2]\n [3 4]]", [[1, 2], [3, 4]]),
        ("[1 2; 3 4]", [[1, 2], [3, 4]]),
        ("[1, 2]", [[1, 2]]),
        ("1/2 −1", [[0.5, -1]]),
        ("5", [[5]]),
        ("[[1, 2], [3]]", None),
        ("[[1, 2]", None),
        ("[]", None),
        ("[[]]", None),
        ("a b", None),
        ("[[[1]]]", None),
        ("", None),
    ],
)
def test_matrices_are_read_as_people_write_them(text, rows):
    assert read_matrix(text) == rows


@settings(max_examples=500, deadline=None)
@given(st.text("[]0123456789., ;\n-()/eaxnp", max_size=60))
def test_reading_a_matrix_never_fails(text):
    rows = read_matrix(text)
    assert rows is None or len({len(row) for row in rows}) == 1


@settings(deadline=None)  # the first example waits for the machine
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.floats(-1e6, 1e6), min_size=n, max_size=n), min_size=1)
    )
)
def test_every_matrix_that_numpy_or_python_writes_is_read_back(rows):
    assert read_matrix(repr(rows)) == rows


@pytest.mark.parametrize(
    ("text", "fraction", "misconception"),
    [
        ("1 2 3; 4 5 6", 1, ""),
        ("1 2 3; 4 5 7", 5 / 6, ""),
        ("1 4; 2 5; 3 6", 0.5, "transposed"),
        ("1 2 3", 0, "shape"),
        ("1 2 x", 0, ""),
    ],
)
def test_a_matrix_counts_by_its_entries(text, fraction, misconception):
    found = KINDS["matrix"].score(MATRIX, [text])
    assert (found.fraction, found.misconception) == (pytest.approx(fraction), misconception)


def test_the_gaps_of_a_cloze_count_by_their_points():
    found = [
        KINDS["cloze"].score(CLOZE, value) for value in (["chain rule"], ["", "0.64"], ["x", "0.64", "0"], [])
    ]
    assert [one.fraction for one in found] == [0.25, 0.5, 0.75, 0]
    assert KINDS["cloze"].said(CLOZE, ["", "0.64", "1"]) == ["2: `0.64`", "3: An ELU"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("matching", {}),
        ("matching", {"pairs": [{"left": "a", "right": "b"}]}),
        ("matching", {"pairs": [{"left": "a", "right": "b"}, {"left": "a", "right": "c"}]}),
        ("matching", {"pairs": [{"left": "a", "right": "b"}, {"left": "c", "right": "b"}]}),
        ("ordering", {"items": ["a"]}),
        ("ordering", {"items": ["a", "a"]}),
        ("ordering", {"items": ["a", "b"], "scoring": "best"}),
        ("cloze", {}),
        ("cloze", {"gaps": [{"kind": "essay", "data": {}}]}),
        ("cloze", {"gaps": [{"kind": "numeric", "data": {}}]}),
        ("cloze", {"gaps": [{"kind": "numeric", "data": NUMERIC, "points": 0}]}),
        ("matrix", {}),
        ("matrix", {"value": [[1], [1, 2]]}),
        ("matrix", {"value": [[True]]}),
        ("numpy_line", {}),
        ("numpy_line", NUMPY_LINE | {"reference": "X @"}),
        ("numpy_line", NUMPY_LINE | {"before": "for"}),
        ("numpy_line", NUMPY_LINE | {"result": "1"}),
        ("numpy_line", NUMPY_LINE | {"arguments": [{"name": "np", "shape": []}]}),
        ("numpy_line", NUMPY_LINE | {"arguments": [{"name": "X", "shape": [0]}]}),
        ("essay", {"min_words": 9, "max_words": 3}),
        ("essay", {"rubric": [{"criterion": "a", "levels": [{"text": "b", "fraction": 2}]}]}),
        ("numeric", {"answers": [{"value": 1, "fraction": 0}]}),
        ("numeric", NUMERIC | {"unit_required": True}),
        ("numeric", NUMERIC | {"units": [{"name": "kB", "factor": 0}]}),
        ("multiple", {"options": [{"text": "a", "fraction": 0.5}, {"text": "b", "fraction": -1}]}),
        ("single", {"options": [{"text": "a", "fraction": 0.5}, {"text": "b"}]}),
        ("single", {"options": [{"text": "a", "fraction": 2}, {"text": "b"}]}),
    ],
)
def test_an_unsound_question_of_the_newer_kinds_is_told_what_to_mend(kind, data):
    assert KINDS[kind].problems(data) != []


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_where_the_author_put_the_right_option_is_in_no_page(kind):
    """Two authors who differ only in the order of their list give the same values to the same texts."""
    options = [{"text": "zebra", "right": True}, {"text": "ant"}, {"text": "mole"}]
    pages = [
        {
            option["text"]: option["value"]
            for option in KINDS[kind].fields({"options": list(order)}, [0, 1, 2], None)["options"]
        }
        for order in permutations(options)
    ]
    assert pages == [{"ant": "0", "mole": "1", "zebra": "2"}] * 6
    data = {"options": options}
    assert KINDS[kind].order(data, random.Random(1), shuffle=False) == [2, 0, 1]
    assert KINDS[kind].score(data, ["2"]).fraction == 1
