import itertools

import pytest

from quizzes.kinds import KINDS
from quizzes.statistics.guessing import guess_score


def options(*fractions):
    return {"options": [{"text": str(n), "fraction": f} for n, f in enumerate(fractions)]}


@pytest.mark.parametrize(
    ("kind", "data", "share"),
    [
        # What Moodle's question types say.
        ("true_false", {"right": True}, 0.5),
        (
            "single",
            {"options": [{"text": "a", "right": True}, {"text": "b"}, {"text": "c"}, {"text": "d"}]},
            0.25,
        ),
        ("single", options(1, 0.5, 0, -0.5), 0.25),
        ("single", {}, 0),
        ("multiple", options(1, 1, 0), None),
        ("short_text", {"accepted": ["chain rule", "*rule*"]}, 0),
        ("short_text", {"accepted": ["frog", {"text": "*", "fraction": 0.1}]}, 0.1),
        ("numeric", {"answers": [{"value": 1}]}, 0),
        (
            "matching",
            {"pairs": [{"left": "a", "right": "x"}, {"left": "b", "right": "y"}], "distractors": ["z"]},
            1 / 3,
        ),
        ("matching", {"pairs": [{"left": "a", "right": "x"}, {"left": "b", "right": "x"}]}, 1),
        ("matching", {}, 0),
        ("essay", {}, None),
        # Those that it has not, or scores otherwise.
        (
            "matching",
            {"pairs": [{"left": "a", "right": "x"}, {"left": "b", "right": "y"}], "all_or_nothing": True},
            1 / 4,
        ),
        ("ordering", {"items": ["a", "b", "c"], "scoring": "exact"}, 1 / 6),
        ("ordering", {"items": ["a", "b", "c"], "scoring": "positions"}, 1 / 3),
        ("ordering", {"items": ["a", "b"]}, 1 / 2),
        ("ordering", {"items": ["a", "b", "c"]}, 5 / 18),  # 1 + 2 * 1/3 of 6 orders
        ("loss_curve", {}, 1 / 5),
        ("shapes", {}, 0),
        ("boundary", {}, None),
        (
            "cloze",
            {
                "gaps": [
                    {"kind": "single", "data": options(1, 0), "points": 3},
                    {"kind": "numeric", "data": {}},
                ]
            },
            3 / 8,
        ),
        ("cloze", {"gaps": [{"kind": "multiple", "data": options(1, 0)}]}, None),
    ],
)
def test_a_guess_earns_what_its_kind_gives_away(kind, data, share):
    assert guess_score(kind, data) == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize("scoring", ["pairs", "positions", "exact"])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_orders_by_chance_earn_what_all_orders_earn_on_average(scoring, count):
    data = {"items": [f"item {n}" for n in range(count)], "scoring": scoring}
    orders = list(itertools.permutations(str(n) for n in range(count)))
    mean = sum(KINDS["ordering"].score(data, list(order)).fraction for order in orders) / len(orders)
    assert guess_score("ordering", data) == pytest.approx(mean)


@pytest.mark.parametrize("all_or_nothing", [False, True])
def test_matches_by_chance_earn_what_all_matches_earn_on_average(all_or_nothing):
    pairs = [{"left": "a", "right": "x"}, {"left": "b", "right": "y"}]
    data = {"pairs": pairs, "distractors": ["z"], "all_or_nothing": all_or_nothing}
    matches = list(itertools.product("012", repeat=2))
    mean = sum(KINDS["matching"].score(data, list(match)).fraction for match in matches) / len(matches)
    assert guess_score("matching", data) == pytest.approx(mean)
