import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.event_words import words_for
from quizzes.models import AttemptEvent


@pytest.mark.parametrize(
    ("what", "detail", "words"),
    [
        (
            "started",
            {"deadline": None, "address": "192.0.2.0/24", "browser": "Firefox"},
            "192.0.2.0/24, Firefox",
        ),
        ("started", {"deadline": "2027-05-18T16:06:00+00:00"}, "until 18:06:00"),
        ("device", {"address": "192.0.2.0/24", "browser": ""}, "192.0.2.0/24"),
        ("focus", {"seconds": 12.5}, "for 12 s"),
        (
            "offline",
            {"reported": 40, "silence": 35},
            "for 40 s by the browser's account, nothing heard for 35 s",
        ),
        ("credited", {"seconds": 35, "deadline": "x"}, "for 35 s"),
        ("conflict", {"writer": "abcdef", "other": "fedcba"}, "tab abcd, after tab fedc"),
        ("hint", {"number": 2}, "hint 2"),
        ("checked", {"solution": True}, "with the solution"),
        ("checked", {"solution": False}, ""),
        (
            "extended",
            {"why": "Lift stuck", "from": None, "to": "2027-05-18T16:10:00+00:00"},
            "until 18:10:00, Lift stuck",
        ),
        ("graded", {"before": None, "after": 1.5, "comment": "Nice"}, "– → 1.5, Nice"),
        ("regraded", {"before": 0, "after": 2, "reason": "Key mended"}, "0 → 2, Key mended"),
        ("reopened", {"reason": "Power cut", "minutes": 5, "score": None}, "reason: Power cut, minutes: 5"),
        ("focus", {"seconds": "twelve"}, "seconds: twelve"),
        ("extended", {"to": "soon", "why": ""}, "to: soon"),
    ],
)
def test_details_are_told_in_words(what, detail, words, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert words_for(what, detail) == words


KEYS = [
    "seconds",
    "deadline",
    "to",
    "why",
    "before",
    "after",
    "writer",
    "other",
    "number",
    "solution",
    "reported",
]
NONSENSE = [None, True, 0.5, 1e400, "", "text", "2027-05-18", [], ["x"], {"x": 1}]


@given(
    st.sampled_from([*AttemptEvent.What.values, "novel"]),
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(NONSENSE), max_size=4),
)
def test_no_detail_breaks_the_log(what, detail):
    assert isinstance(words_for(what, detail), str)
