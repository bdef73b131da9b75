import pytest

from quizzes.guessing import guess_score


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
        ("ordering", {"items": ["a", "b", "c"]}, 1 / 2),
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
