"""What holds for every kind, whatever authors and students write."""

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import checking
from quizzes.kinds import KINDS, Pictured
from tests.quizzes.factories import (
    ALL_KINDS,
    BODIES,
    CLOZE,
    DRAWN_KINDS,
    ESSAY,
    GRADIENT,
    MATCHING,
    MULTIPLE,
    NUMERIC,
    NUMPY_LINE,
    SHORT_TEXT,
    SINGLE,
)
from tests.quizzes.test_kinds_pages import RIGHT

WEIGHED = {
    "options": [
        {"text": "a", "fraction": 0.667, "feedback": "a it is"},
        {"text": "b", "fraction": 0.333},
        {"text": "c", "fraction": -0.5, "misconception": "bias"},
    ]
}
UNITS = {"answers": [{"value": 5, "relative": 0.01}], "unit": "MB", "units": [{"name": "kB", "factor": 1000}]}
EXAMPLES = [
    *ALL_KINDS,
    *DRAWN_KINDS,
    ("gradient_formula", GRADIENT),
    ("multiple", WEIGHED),
    ("single", {"options": [*WEIGHED["options"], {"text": "d", "fraction": 1}]}),
    ("numeric", UNITS),
    ("short_text", {"accepted": ["a*", {"text": "*", "fraction": 0, "feedback": "no"}], "case": True}),
    ("true_false", {"right": False, "feedback_true": "no", "feedback_false": "yes"}),
    ("ordering", {"items": ["b", "a"], "scoring": "exact"}),
    ("ordering", {"items": ["c", "b", "a"], "scoring": "positions"}),
    ("essay", {}),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["*", "{{1}}", "1e999", "single", "pairs", "one_hot", "np", "x = 1", "lambda"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
VALUES = st.lists(
    st.text(max_size=20)
    | st.integers(-3, 12).map(str)
    | st.sampled_from(["[[1, 2], [3, 4]]", "1e400", "5 kB", "/"]),
    max_size=6,
)


def paths(value, here=()):
    """Return the ways to every place in a JSON value."""
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*here, key))


def put(value, path, new):
    """Return a copy with `new` at `path`; None as `new` takes it out of a dict."""
    if not path:
        return new if isinstance(new, dict) else {}
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    if new is Ellipsis:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return value


@st.composite
def authored(draw):
    """A kind with what an author may have written: an example with a few places changed to anything."""
    kind, data = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(paths(data))))
        data = put(data, path, draw(st.just(...) if path and draw(st.booleans()) else JSON))
    return kind, data


def drawn(kind, data, seed=1):
    return data | checking.variant(kind, data, seed)


@settings(max_examples=1500, deadline=None)
@given(authored(), VALUES, st.integers(0, 2**31))
def test_what_has_no_problems_can_be_asked_scored_and_reviewed(written, value, seed):
    name, data = written
    kind = KINDS[name]
    problems = kind.problems(data)
    assert all(isinstance(problem, str) and problem for problem in problems)
    kind.body_problems(data, BODIES.get(name, "x"))
    if problems:
        return
    full = drawn(name, data, seed)
    order = kind.order(full, random.Random(seed), shuffle=True)
    for answer in (value, [], None):
        kind.fields(full, order, answer)
        kind.fields(full, [], answer)
    for answer in (value, []):
        score = kind.score(full, answer)
        assert -1 <= score.fraction <= 1
        assert isinstance(score.feedback, str)
        assert isinstance(score.misconception, str)
        assert all(isinstance(text, str) for text in [*kind.said(full, answer), *kind.solution(full)])
        if isinstance(kind, Pictured):
            json.dumps(kind.picture(full, answer))
    assert kind.score(full, []).fraction == 0


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_any_data_has_problems_or_none_but_never_an_error(name, data):
    KINDS[name].problems(data)
    KINDS[name].body_problems(data, "{{1}}")


@pytest.mark.parametrize(("name", "data"), EXAMPLES)
def test_the_order_in_which_options_are_shown_does_not_change_the_score(name, data):
    """What a student chooses by its text scores the same, wherever it stood."""
    kind, full = KINDS[name], drawn(name, data)
    for seed in range(5):
        order = kind.order(full, random.Random(seed), shuffle=True)
        shown = kind.fields(full, order, None)
        if "options" in shown:
            texts = {option["text"]: option["value"] for option in shown["options"]}
            plain = {o["text"]: o["value"] for o in kind.fields(full, sorted(order), None)["options"]}
            assert texts == plain


@pytest.mark.parametrize(("name", "data"), ALL_KINDS)
def test_the_solution_typed_as_an_answer_earns_everything(name, data):
    kind = KINDS[name]
    if kind.graded_by == "rule":
        assert kind.score(data, RIGHT[name]).fraction == 1
        # Where one line is asked for, the solution is what is to be written there.
        if name in {"numeric", "short_text", "matrix"}:
            typed = kind.solution(data)[0].strip("`").partition(" ±")[0]
            assert kind.score(data, [typed]).fraction == 1
    else:
        assert kind.score(data, RIGHT[name]).fraction == 0


def blurred(value, secret, *, inside=False):
    """Change everything under the secret names."""
    if isinstance(value, dict):
        return {
            name: blurred(v, secret, inside=inside or name in secret)
            for name, v in value.items()
            if not (name in secret and secret[name] == "gone")
        }
    if isinstance(value, list):
        return [blurred(v, secret, inside=inside) for v in value]
    if not inside or isinstance(value, bool):
        return not value if inside else value
    return f"{value}?" if isinstance(value, str) else value + 1


@pytest.mark.parametrize(
    ("name", "data", "secret"),
    [
        ("single", SINGLE, {"right": ""}),
        ("multiple", MULTIPLE, {"right": ""}),
        ("multiple", WEIGHED, {"fraction": "", "feedback": "", "misconception": ""}),
        ("true_false", {"right": True, "feedback_true": "yes"}, {"right": "", "feedback_true": ""}),
        ("numeric", NUMERIC, {"answers": ""}),
        ("short_text", SHORT_TEXT, {"accepted": ""}),
        ("numpy_line", NUMPY_LINE, {"reference": ""}),
        ("essay", ESSAY | {"notes": "secret"}, {"rubric": "", "notes": ""}),
        ("cloze", CLOZE, {"accepted": "", "answers": "", "right": ""}),
    ],
)
def test_the_page_is_the_same_whatever_the_key_is(name, data, secret):
    other, kind = blurred(data, secret), KINDS[name]
    assert other != data
    order = kind.order(data, random.Random(1), shuffle=True)
    assert kind.fields(data, order, None) == kind.fields(other, order, None)


def test_the_page_is_the_same_whatever_belongs_together():
    kind, pairs = KINDS["matching"], MATCHING["pairs"]
    rights = [pair["right"] for pair in pairs]
    other = MATCHING | {
        "pairs": [
            {"left": pair["left"], "right": right}
            for pair, right in zip(pairs, rights[1:] + rights[:1], strict=True)
        ]
    }
    order = [3, 1, 0, 2]
    assert kind.fields(MATCHING, order, None) == kind.fields(other, order, None)


def test_the_page_is_the_same_whatever_the_right_order_is():
    kind, items = KINDS["ordering"], ["zero", "forward", "backward", "step"]
    shown = [kind.fields({"items": order}, [2, 0, 3, 1], None) for order in (items, items[::-1])]
    assert shown[0] == shown[1]
