from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.demo.calendar import Calendar

BERLIN = ZoneInfo("Europe/Berlin")


def calendar(*moment):
    return Calendar(datetime(*moment, tzinfo=UTC), BERLIN)


def test_the_current_session_began_at_the_last_full_hour():
    assert calendar(2026, 11, 24, 13, 40).session(7) == datetime(2026, 11, 24, 14, 0, tzinfo=BERLIN)


def test_a_session_keeps_its_wall_clock_time_over_a_clock_change():
    before, after = (calendar(2026, 11, 10, 13, 40).session(week) for week in (4, 7))
    assert [(s.hour, s.utcoffset().total_seconds()) for s in (before, after)] == [(14, 7200), (14, 3600)]


@pytest.mark.parametrize(
    ("today", "year"),
    [((2026, 11, 24), 2027), ((2027, 6, 3), 2027), ((2027, 6, 4), 2028), ((2027, 1, 1), 2027)],
)
def test_the_hackathon_is_in_the_coming_june(today, year):
    assert calendar(*today, 12, 0).festival_year("06-04") == year


@given(st.datetimes(datetime(2026, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_the_current_session_is_always_running(moment):
    at = Calendar(moment, BERLIN)
    assert 0 <= (moment - at.session(7).astimezone(UTC)).total_seconds() < 3600
