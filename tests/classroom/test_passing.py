"""Who passes for certain, and what is still needed: against trying all outcomes, and by hand."""

from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom.grades import Category, Mark
from classroom.passing import Rule, Standing, Verdict, needed, reached, standing, verdict

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
marks = st.builds(
    Mark,
    possible=st.sampled_from([0.0, 5.0, 10.0]),
    earned=st.none() | st.sampled_from([0.0, 4.0, 10.0]),
    excused=st.booleans(),
    keep=st.booleans(),
)
categories = st.builds(
    Category,
    st.lists(marks, max_size=3),
    weight=st.none() | st.sampled_from([30.0, 70.0]),
    drop_lowest=st.integers(0, 2),
)
rules = st.builds(Rule, st.sampled_from([1.0, 12.5, 40.0, 50.0, 99.9]), st.booleans())


@st.composite
def sheets(draw):
    several = draw(st.lists(categories, max_size=2))
    return several, [[draw(st.booleans()) for _ in category.marks] for category in several]


def outcomes(several, still_open):
    """Every way in which what is open can end, of a few points each."""
    ways = []
    for category, flags in zip(several, still_open, strict=True):
        for mark, may in zip(category.marks, flags, strict=True):
            low = mark.earned or 0.0
            ways.append(
                sorted({low, max(low, mark.possible / 2), max(low, mark.possible)}) if may else [mark.earned]
            )
    for chosen in product(*ways):
        points = iter(chosen)
        yield [
            Category(
                [Mark(m.possible, next(points), m.excused, m.keep) for m in category.marks],
                category.weight,
                category.drop_lowest,
            )
            for category in several
        ]


@unhurried
@given(sheets(), rules)
def test_what_is_certain_holds_for_every_outcome(sheet, rule):
    said = verdict(*sheet, rule)
    passed = {(reached(outcome, rule) or 0.0) >= rule.least for outcome in outcomes(*sheet)}
    expected = {frozenset({True}): Verdict.PASSED, frozenset({False}): Verdict.FAILED}
    assert said == expected.get(frozenset(passed), Verdict.OPEN)


@unhurried
@given(sheets(), rules)
def test_what_is_needed_is_enough_and_a_little_less_is_not(sheet, rule):
    share = needed(*sheet, rule)
    assert (share is None) == (verdict(*sheet, rule) != Verdict.OPEN)
    if share is None:
        return
    several, still_open = sheet

    def with_share(percent):
        return [
            Category(
                [
                    Mark(
                        m.possible,
                        max(m.earned or 0, m.possible * percent / 100) if may else m.earned,
                        m.excused,
                        m.keep,
                    )
                    for m, may in zip(category.marks, flags, strict=True)
                ],
                category.weight,
                category.drop_lowest,
            )
            for category, flags in zip(several, still_open, strict=True)
        ]

    assert (reached(with_share(share), rule) or 0) >= rule.least
    assert (reached(with_share(share - 0.11), rule) or 0) < rule.least


def test_half_of_what_is_open_is_needed():
    quizzes = Category([Mark(10, 8), Mark(10, None)], weight=50)
    project = Category([Mark(20, None)], weight=50)
    sheet = [quizzes, project], [[False, True], [True]]
    assert standing(*sheet, Rule(50)) == Standing(80.0, 20.0, 20.0, Verdict.OPEN)
    # 50 x (8 + 10 x) / 20 + 50 x reaches 50 at x = 40 %.
    assert needed(*sheet, Rule(50)) == 40.0


def test_a_missed_quiz_that_is_closed_cannot_be_made_up_for():
    sheet = [Category([Mark(10, 4), Mark(10, None)])], [[False, False]]
    assert standing(*sheet, Rule(50)) == Standing(40.0, 20.0, 20.0, Verdict.FAILED)


def test_points_are_counted_without_what_is_dropped():
    sheet = [Category([Mark(10, 4), Mark(10, 9), Mark(0, 1.5)], drop_lowest=1)], [[False] * 3]
    assert standing(*sheet, Rule(10.5, in_points=True)).verdict == Verdict.PASSED
    assert standing(*sheet, Rule(10.51, in_points=True)).verdict == Verdict.FAILED


def test_rounding_to_what_is_shown_decides():
    sheet = [Category([Mark(3, 1.49985)])], [[False]]
    assert standing(*sheet, Rule(50)) == Standing(50.0, 50.0, 50.0, Verdict.PASSED)


def test_a_course_without_a_rule_says_nothing_of_passing():
    assert standing([Category([Mark(10, 4)])], [[False]], None) == Standing(40.0, 40.0)
