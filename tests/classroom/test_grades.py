"""Grades by the rules: against brute force, and against examples worked by hand."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.grades import Category, Mark, category_sum, counted, course_share, percent

CANVAS = [Mark(50, 50), Mark(100, 65), Mark(24, 12)]

marks = st.builds(
    Mark,
    possible=st.integers(0, 100).map(float),
    earned=st.none() | st.integers(0, 120).map(float),
    excused=st.booleans(),
    keep=st.booleans(),
)


def best_ratio(category, *, missing_is_zero):
    """Try every set that the rules allow; return the highest ratio."""
    there = [mark for mark in category.marks if not mark.excused]
    if not missing_is_zero:
        there = [mark for mark in there if mark.earned is not None]
    loose = [at for at, mark in enumerate(there) if mark.possible and not mark.keep]
    fixed = sum(mark.possible for mark in there if mark.keep)
    drops = max(0, min(category.drop_lowest, len(loose) - (0 if fixed else 1)))
    ratios = []
    for gone in combinations(loose, drops):
        kept = [mark for at, mark in enumerate(there) if at not in gone]
        possible = sum(mark.possible for mark in kept)
        if possible:
            ratios.append(sum(mark.earned or 0 for mark in kept) / possible)
    return max(ratios, default=None)


def test_canvas_example_drops_what_costs_most_and_not_the_lowest_percentage():
    category = Category(CANVAS, drop_lowest=1)
    assert counted(category, missing_is_zero=False) == [Mark(50, 50), Mark(24, 12)]
    assert percent(category_sum(category, missing_is_zero=False).share) == 83.78


@given(st.lists(marks, max_size=7), st.integers(0, 8), st.booleans())
def test_no_other_set_of_kept_marks_has_a_higher_ratio(several, drop, missing_is_zero):
    category = Category(several, drop_lowest=drop)
    best = best_ratio(category, missing_is_zero=missing_is_zero)
    share = category_sum(category, missing_is_zero=missing_is_zero).share
    assert share == (best if best is None else pytest.approx(best))


def test_however_many_are_dropped_one_counts():
    several = Category([Mark(10, 5), Mark(10, 7), Mark(0, 1)], drop_lowest=9)
    assert counted(several, missing_is_zero=False) == [Mark(0, 1), Mark(10, 7)]


def test_what_is_never_dropped_stays():
    several = Category([Mark(10, 1, keep=True), Mark(10, 7), Mark(10, 5)], drop_lowest=1)
    assert category_sum(several, missing_is_zero=False).share == 8 / 20


def test_excused_work_is_no_zero():
    marked = [Mark(10, 8), Mark(10, 2, excused=True), Mark(10, excused=True)]
    assert category_sum(Category(marked), missing_is_zero=True).share == 0.8


def test_missing_work_is_left_out_so_far_and_zero_in_the_end():
    category = Category([Mark(10, 9), Mark(20)])
    assert category_sum(category, missing_is_zero=False).share == 0.9
    assert category_sum(category, missing_is_zero=True).share == 0.3


def test_points_beyond_all_points_are_extra():
    assert category_sum(Category([Mark(10, 10), Mark(0, 2)]), missing_is_zero=False).share == 1.2


def test_weights_of_categories_in_which_nothing_counts_go_to_the_others():
    quizzes = Category([Mark(10, 5)], weight=30)
    homework = Category([Mark(10, 10)], weight=20)
    project = Category([Mark(100)], weight=50)
    several = [quizzes, homework, project]
    assert course_share(several, missing_is_zero=False) == pytest.approx((30 * 0.5 + 20 * 1) / 50)
    assert course_share(several, missing_is_zero=True) == pytest.approx(0.35)


def test_without_weights_points_are_summed():
    several = [Category([Mark(10, 5)]), Category([Mark(30, 30)])]
    assert course_share(several, missing_is_zero=False) == 35 / 40


def test_nothing_is_no_grade():
    assert course_share([], missing_is_zero=True) is None
    assert course_share([Category([Mark(10)], weight=100)], missing_is_zero=False) is None
    assert course_share([Category([Mark(10, 5)], weight=0)], missing_is_zero=False) is None


@pytest.mark.parametrize(
    ("share", "shown"), [(None, None), (0.83784, 83.78), (0.5, 50), (0.12345, 12.35), (1.2, 120)]
)
def test_a_grade_has_two_decimals(share, shown):
    assert percent(share) == shown
