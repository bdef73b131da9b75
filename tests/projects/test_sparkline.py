"""A learning curve as a small drawing."""

import re

from hypothesis import given
from hypothesis import strategies as st

from projects import sparkline

VALUES = st.none() | st.floats(-1e9, 1e9)


def test_a_curve_goes_from_corner_to_corner():
    assert sparkline.path([(0, 2.0), (5, 1.0), (10, 0.0)]) == "M2.0 2.0L80.0 18.0L158.0 34.0"


def test_gaps_break_the_line_and_what_does_not_change_stays_in_the_middle():
    assert sparkline.path([(0, 1.0), (5, None), (10, 1.0)]) == "M2.0 18.0M158.0 18.0"
    assert [sparkline.path(curve) for curve in ([], [(0, 1.0)], [(0, None), (1, 2.0)])] == ["", "", ""]


@given(values=st.lists(VALUES, max_size=50), step=st.integers(0, 3))
def test_every_point_is_inside(values, step):
    curve = [(number * step, value) for number, value in enumerate(values)]
    points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", sparkline.path(curve))
    inside = [0 <= float(x) <= sparkline.WIDTH and 0 <= float(y) <= sparkline.HEIGHT for x, y in points]
    there = sum(value is not None for value in values)
    assert inside == [True] * (there if there > 1 else 0)
