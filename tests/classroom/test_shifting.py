"""Dates move by whole weeks on the wall clock, whatever the clock does in between."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.moments import moments_meant
from classroom.shifting import Oddity, Shift, weeks_between

BERLIN = ZoneInfo("Europe/Berlin")
#: Zones with changes of an hour, of half an hour, and with none.
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
shifts = st.builds(Shift, weeks=st.integers(-120, 120), zone=st.sampled_from(ZONES))


def wall(moment, zone=BERLIN):
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@given(moment=moments, shift=shifts)
def test_the_clock_shows_the_same_so_many_weeks_on(moment, shift):
    after = shift.moment(moment)
    meant = wall(moment, shift.zone) + timedelta(weeks=shift.weeks)
    match shift.oddity(moment):
        case Oddity.NONE | Oddity.TWICE:
            assert wall(after, shift.zone) == meant
        case Oddity.SKIPPED:
            assert moments_meant(meant, shift.zone) == []
            assert timedelta() < wall(after, shift.zone) - meant <= timedelta(hours=1)


@given(moment=moments, shift=shifts)
def test_of_a_time_that_comes_twice_the_first_is_taken(moment, shift):
    if shift.oddity(moment) == Oddity.TWICE:
        meant = wall(moment, shift.zone) + timedelta(weeks=shift.weeks)
        assert shift.moment(moment) == moments_meant(meant, shift.zone)[0]


@given(start=moments, length=st.timedeltas(timedelta(), timedelta(days=40)), shift=shifts)
def test_what_ends_after_its_beginning_still_does(start, length, shift):
    first, last = shift.span(start, start + length)
    assert (first < last) == (length > timedelta())
    assert first == shift.moment(start)


@given(moment=moments, zone=st.sampled_from(ZONES))
def test_no_weeks_change_nothing(moment, zone):
    shift = Shift(0, zone)
    assert (shift.moment(moment), shift.oddity(moment)) == (moment, Oddity.NONE)


@pytest.mark.parametrize(
    ("before", "weeks", "after"),
    [
        ("2026-10-20 18:00", 1, "2026-10-27T17:00+00:00"),  # summer time before, winter time after
        ("2026-03-24 18:00", 1, "2026-03-31T16:00+00:00"),
        ("2026-04-14 18:00", 26, "2026-10-13T16:00+00:00"),
        ("2026-03-22 02:30", 1, "2026-03-29T01:30+00:00"),  # 02:30 does not exist; 03:30 CEST
        ("2026-10-18 02:30", 1, "2026-10-25T00:30+00:00"),  # 02:30 comes twice; the one in summer time
    ],
)
def test_berlin_keeps_its_evenings(before, weeks, after):
    assert Shift(weeks, BERLIN).moment(berlin(before)).isoformat(timespec="minutes") == after


def test_session_over_the_hour_that_is_left_out_keeps_its_length():
    first, last = Shift(1, BERLIN).span(berlin("2026-03-22 02:30"), berlin("2026-03-22 03:00"))
    assert (wall(first), last - first) == (datetime(2026, 3, 29, 3, 30), timedelta(minutes=30))


def test_what_has_no_date_gets_none():
    shift = Shift(3, BERLIN)
    assert (shift.moment(None), shift.day(None), shift.span(None, None)) == (None, None, (None, None))


@pytest.mark.parametrize(
    ("other", "weeks"),
    [(date(2026, 10, 13), 0), (date(2027, 4, 13), 26), (date(2026, 10, 6), -1), (date(2027, 4, 14), None)],
)
def test_weeks_between_days(other, weeks):
    assert weeks_between(date(2026, 10, 13), other) == weeks
