"""Questions that are drawn for every student, their key computed by the engine."""

import json
import math
import re
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom import clock
from quizzes import checking, services
from quizzes.kinds import KINDS, Pictured, backprop, shapes
from quizzes.kinds.boundary import SIZE, accuracy, line
from quizzes.kinds.expressions import FormulaError, read
from quizzes.models import Attempt
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import DRAWN_KINDS, GRADIENT, make_question, make_quiz

SEEDS = st.integers(0, 2**62 - 1)


def drawn(kind, seed, **data):
    return data | checking.variant(kind, data, seed)


def key_of(kind, data):
    """Write the right answer as a careful student does."""
    if kind == "shapes":
        numbers = [
            part["key"] for layer in data["layers"] for part in (layer["shape"], layer.get("count")) if part
        ]
        return ["×".join(map(str, n)) if isinstance(n, list) else str(n) for n in numbers]
    if kind == "backprop":
        return [f"{data['key'][cell.name]:.4f}" for cell in backprop._asked(data)]
    if kind == "convolution":
        return [str(number) for row in data["key"] for number in row]
    if kind == "loss_curve":
        return [data["cause"]]
    return [str(number) for number in data["key"]]


@pytest.mark.parametrize(("kind", "data"), DRAWN_KINDS)
@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_key_earns_everything_and_nothing_earns_nothing(kind, data, seed):
    full = drawn(kind, seed, **data)
    assert KINDS[kind].problems(data) == []
    assert KINDS[kind].score(full, key_of(kind, full)).fraction == 1
    assert KINDS[kind].score(full, []).fraction == 0
    assert json.loads(json.dumps(full)) == full
    assert checking.variant(kind, data, seed) == checking.variant(kind, data, seed)


@pytest.mark.parametrize(("kind", "data"), [*DRAWN_KINDS, ("gradient_formula", GRADIENT)])
@settings(max_examples=25)
@given(value=st.lists(st.text(max_size=20), max_size=20), seed=SEEDS)
def test_whatever_is_sent_scores_between_none_and_all(kind, data, value, seed):
    full = drawn(kind, seed, **data)
    assert 0 <= KINDS[kind].score(full, value).fraction <= 1
    KINDS[kind].said(full, value)
    if isinstance(KINDS[kind], Pictured):
        KINDS[kind].picture(full, value)


@pytest.mark.parametrize(
    ("kind", "data", "secret"),
    [
        ("shapes", {}, {"shape", "count"}),
        ("backprop", {"ask": "all"}, {"key"}),
        ("convolution", {}, {"key", "slips"}),
        ("loss_curve", {}, {"cause"}),
        ("boundary", {}, {"hidden", "key"}),
    ],
)
def test_the_page_is_the_same_whatever_the_key_is(kind, data, secret):
    full = drawn(kind, 1, **data)
    assert KINDS[kind].fields(full, [], None) == KINDS[kind].fields(blurred(full, secret), [], None)


def blurred(value, secret, *, inside=False):
    """Change every number and text under the secret names."""
    if isinstance(value, dict):
        return {name: blurred(v, secret, inside=inside or name in secret) for name, v in value.items()}
    if isinstance(value, list):
        return [blurred(v, secret, inside=inside) for v in value]
    return value if not inside else "healthy" if isinstance(value, str) else value + 1


def test_forgotten_padding_is_named_and_earns_half():
    data = drawn("shapes", 3, network="convolutional")
    right = key_of("shapes", data)
    without = [data["layers"][0]["shape"]["slips"]["padding"]]
    found = KINDS["shapes"].score(data, ["x".join(map(str, without[0])), *right[1:]])
    assert found.fraction == pytest.approx(1 - 0.5 / len(right))
    assert "padding" in found.feedback


@pytest.mark.parametrize(
    ("network", "slip"), [("dense", "biases"), ("recurrent", "recurrent"), ("convolutional", "channels")]
)
def test_miscounted_parameters_are_named(network, slip):
    data = drawn("shapes", 5, network=network)
    cells = shapes._cells(data)
    place = next(i for i, cell in enumerate(cells) if slip in cell.slips and cell.what == "count")
    assert shapes.judge(cells[place], str(cells[place].slips[slip][0])) == slip


def test_parameters_of_a_convolution_by_the_formula():
    data = drawn("shapes", 11, network="convolutional")
    layer, channels = data["layers"][0], data["input"][2]
    assert layer["count"]["key"] == layer["filters"] * (channels * layer["size"] ** 2 + 1)
    side = (data["input"][0] + 2 * layer["padding"] - layer["size"]) // layer["stride"] + 1
    assert layer["shape"]["key"] == [side, side, layer["filters"]]


@pytest.mark.parametrize(
    "text", ["(26, 26, 8)", "26x26x8", "26 × 26 × 8", "26,26,8", "[26*26*8]", " 26X26X8 "]
)
def test_shapes_are_read_as_people_write_them(text):
    assert shapes.read_shape(text) == [26, 26, 8]


@pytest.mark.parametrize(
    ("text", "number"), [("1352", 1352), ("1 352", 1352), ("1,352", 1352), ("1.352", 1352)]
)
def test_counts_are_read_as_people_write_them(text, number):
    assert shapes.read_count(text) == [number]


@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_engine_agrees_with_the_chain_rule_written_down(seed):
    data = drawn("backprop", seed, ask="all")
    expected = {one.cell.name: one.expected for one in backprop.judge(data, [])}
    assert expected == pytest.approx(data["key"], abs=1e-12)


def test_a_mistake_in_backpropagation_costs_one_cell():
    data = drawn("backprop", 7, ask="all")
    value: list[str] = []
    for place in range(len(key_of("backprop", data))):
        expected = backprop.judge(data, value)[place].expected
        value.append(f"{expected + (0.3 if place == 0 else 0):.9f}")
    judged = backprop.judge(data, value)
    assert [one.cell.name for one in judged if not one.right] == ["z1_1"]
    assert any(one.carried for one in judged)
    assert KINDS["backprop"].score(data, value).fraction == pytest.approx((len(judged) - 1) / len(judged))


def test_a_turned_sign_and_a_missing_derivative_are_named():
    data = drawn("backprop", 9, ask="backward")
    right = key_of("backprop", data)
    turned = backprop.judge(data, [f"{-data['key']['dz2']:.6f}", *right[1:]])[0]
    bare = backprop.judge(data, [f"{data['key']['a2'] - data['y']:.6f}", *right[1:]])[0]
    assert (turned.slip, bare.slip) == ("sign", "derivative")


def test_a_convolution_with_the_turned_kernel_is_named_and_earns_half():
    data = drawn("convolution", 2, size=5, kernel=3, padding=1)
    turned = [str(number) for row in data["slips"]["turned"] for number in row]
    found = KINDS["convolution"].score(data, turned)
    assert found.fraction == 0.5
    assert "turned" in found.feedback


def test_the_review_of_a_convolution_shows_where_the_number_comes_from():
    data = drawn("convolution", 4) | {
        "image": [[1, 0, 2, 5]] + [[0, 0, 0, 7]] * 3,
        "weights": [[1, 2], [0, 0]],
    }
    data["key"] = [[1, 4, 12], [0, 0, 14], [0, 0, 14]]
    wrong = KINDS["convolution"].picture(data, ["4"])["wrong"]
    assert (wrong["row"], wrong["column"], wrong["taken"]) == (1, 1, {"row": 1, "column": 2})
    assert wrong["sum"] == "1 · 1 + 0 · 2 + 0 · 0 + 0 · 0"
    assert [cell["taken"] for cell in wrong["grid"][0]] == [False, True, True, False]


@pytest.mark.parametrize(
    "text", ["2*x*(w*x - y)", "2 * (w * x - y) * x", "2*w*x^2 - 2*x*y", "-2*x*(y - w*x)", "x*(w*x-y)/0.5"]
)
def test_a_gradient_is_right_in_any_form(text):
    assert KINDS["gradient_formula"].score(GRADIENT, [text]).fraction == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-2*x*(w*x - y)", "sign"),
        ("x*(w*x - y)", "times 0.5"),
        ("2*(w*x - y)", "the slope there"),
        ("2*x*(w*x - z)", "z is not known"),
        ("2x(w*x - y)", "could not be read"),
        ("open(x)", "open( ) is not known"),
        ("log(0*x)", "no value"),
    ],
)
def test_a_wrong_gradient_says_what_is_off(text, words):
    found = KINDS["gradient_formula"].score(GRADIENT, [text])
    assert found.fraction == 0
    assert words in found.feedback


@pytest.mark.parametrize(
    "text",
    [
        "x.__class__",
        "[x]",
        "x if x else x",
        "lambda: x",
        "'x'",
        "x == x",
        "f(x=1)",
        "(" * 200,
        "1e999",
        "x" * 400,
    ],
)
def test_a_formula_is_arithmetic_and_nothing_else(text):
    with pytest.raises(FormulaError):
        read(text, ["x"])


def test_a_formula_without_a_value_is_no_number():
    values = [read(text, ["x"])({"x": 0.0}) for text in ("1 / x", "log(x - 1)", "9 ^ 9 ^ 9 ^ 9", "exp(1000)")]
    assert all(math.isnan(value) for value in values)


@pytest.mark.parametrize("seed", range(60))
def test_loss_curves_show_their_cause(seed):
    data = drawn("loss_curve", seed)
    training, validation = data["training"], data["validation"]
    match data["cause"]:
        case "healthy":
            assert training[-1] < 0.7 * training[0]
            assert validation[-1] < 0.8 * validation[0]
        case "rate_too_high":
            assert max(training[5:]) > 2 * training[0]
            assert any(after > before + 0.5 for before, after in pairwise(training[10:]))
        case "rate_too_low":
            assert training[-1] > 0.6
            assert training[10] - training[-1] > 0.03
        case "overfitting":
            assert training[-1] < 0.5 * training[0]
            assert validation[-1] > 1.3 * min(validation)
        case "dead_units":
            assert abs(training[-1] - training[10]) < 0.005
            assert training[-1] > 0.6


@settings(max_examples=25)
@given(seed=SEEDS)
def test_a_line_across_the_clouds_is_no_better_than_guessing(seed):
    data = drawn("boundary", seed)
    w1, w2, b = data["key"]
    turned = [-w1, -w2, -b]
    assert KINDS["boundary"].score(data, [str(n) for n in turned]).fraction == 0
    assert accuracy(data["hidden"], data["key"]) > 0.8


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(-3, 3))
def test_the_drawn_line_is_where_the_unit_changes_its_mind(w1, w2, b):
    ends = line([w1, w2, b])
    for end in "12":
        x1 = (float(ends[f"x{end}"]) / (SIZE / 2) - 1) * 5
        x2 = -(float(ends[f"y{end}"]) / (SIZE / 2) - 1) * 5
        assert w1 * x1 + w2 * x2 + b == pytest.approx(0, abs=0.05)


@pytest.mark.django_db
def test_every_student_gets_numbers_of_their_own_and_the_review_shows_what_was_right(client):
    course = CourseFactory(slug="dl")
    quiz = make_quiz(course, (), now=clock.now())
    for position, (kind, data) in enumerate(DRAWN_KINDS, start=1):
        quiz.slots.create(position=position, question=make_question(course, kind, data), points=1)
    for student in (student_of(course), student_of(course)):
        client.force_login(student)
        client.post(reverse("quizzes:start", args=["dl", quiz.pk]))
    first, second = Attempt.objects.order_by("pk")
    assert first.items.first().variant != second.items.first().variant
    page = client.get(reverse("quizzes:attempt", args=["dl", second.pk]), headers={"accept-language": "de"})
    assert "Faltung" in page.content.decode()
    assert not re.findall(r'(?:cx|cy|x1|y1|y)="\d+,\d', page.content.decode())
    for item in second.items.all():
        services.record_answer(
            attempt_id=second.pk,
            user=second.user,
            position=item.position,
            client="t",
            seq=item.position,
            value=key_of(item.version.kind, item.data),
            now=clock.now(),
        )
    assert services.hand_in(attempt=second, now=clock.now()).score == second.max_score
    services.close_quiz(quiz=quiz, by=second.user, now=clock.now())
    services.release_review(quiz=quiz, by=second.user, now=clock.now(), force=True)
    review = client.get(reverse("quizzes:attempt_review", args=["dl", second.pk]))
    assert review.status_code == 200
    assert 'data-tone="bad"' not in review.content.decode()


def test_the_review_of_backpropagation_tells_what_the_number_is_without_earlier_mistakes():
    data = drawn("backprop", 7, ask="all")
    right = key_of("backprop", data)
    assert {row["key"] for row in KINDS["backprop"].picture(data, right)["rows"]} == {""}
    (first, *_others) = KINDS["backprop"].picture(data, [right[0] + "9", *right[1:]])["rows"]
    assert first["key"] == ""
    rows = KINDS["backprop"].picture(data, ["7", *right[1:]])["rows"]
    assert (rows[1]["expected"], rows[1]["key"]) == ("0.9991", f"{data['key']['a1_1']:.4g}")
    assert backprop._written(-0.0) == "0"
