from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom.attendance import codes
from classroom.models import ScheduleItem
from tests.factories import NOW

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def session(pk=1):
    return ScheduleItem(pk=pk, starts_at=NOW, ends_at=NOW + HOUR)


@settings(deadline=None)
@given(st.integers(0, 3600), st.integers(0, 300))
def test_a_code_is_good_for_half_a_minute_to_a_minute_and_no_longer(began, later):
    shown = NOW + began * SECOND
    code = codes.code_at(session(), shown)
    steps = int((shown + later * SECOND).timestamp() // 30) - int(shown.timestamp() // 30)
    assert codes.matches(session(), code.text, shown + later * SECOND) is (steps <= 1)
    assert 0 < code.seconds_left <= 30


def test_a_code_is_good_for_one_session_and_does_not_come_early():
    code = codes.code_at(session(), NOW).text
    assert not codes.matches(session(2), code, NOW)
    assert not codes.matches(session(), code, NOW - 30 * SECOND)
    assert codes.matches(session(), f" {code[:3].lower()} - {code[3:].lower()} ", NOW)
    assert not codes.matches(session(), "", NOW)
    assert not codes.matches(session(), "ÄÖÜ", NOW)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [(-15 * 60 - 1, False), (-15 * 60, True), (0, True), (3599, True), (3600, False)],
)
def test_codes_are_taken_while_the_session_runs(at, is_open):
    assert codes.is_open(session(), NOW + at * SECOND) is is_open
