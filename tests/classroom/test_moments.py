from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from classroom.templatetags.moments import minutes, minutes_left, moment, period

SUMMER = datetime(2021, 6, 4, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "clock", "name"),
    [
        ("Europe/Berlin", "09:00", "CEST"),
        ("Asia/Kolkata", "12:30", "IST"),
        ("America/Sao_Paulo", "04:00", "UTC-03"),
    ],
)
def test_moment_is_in_the_readers_zone_and_names_it(zone, clock, name):
    with timezone.override(zone):
        assert f">Fri 4 Jun 2021, {clock}</time>" in moment(SUMMER)
        assert f'<span class="zone">{name}</span>' in moment(SUMMER)
        assert f"({zone})" in moment(SUMMER)


def test_moment_speaks_german():
    with timezone.override("Europe/Berlin"), translation.override("de"):
        assert ">Fr, 4. Jun 2021, 09:00</time>" in moment(SUMMER)


def test_the_hour_that_comes_twice_is_told_apart():
    with timezone.override("Europe/Berlin"):
        first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
        assert ">CEST</span>" in moment(first)
        assert ">CET</span>" in moment(second)
        zone = timezone.get_current_timezone()
        assert ">CET</span>" in moment(second.astimezone(zone))
        assert ">CEST</span>" in moment(first.astimezone(zone))


def test_what_was_written_for_one_reader_is_not_shown_to_another():
    for zone, language, text in (
        ("Europe/Berlin", "en", ">Fri 4 Jun 2021, 09:00</time>"),
        ("Asia/Kolkata", "en", ">Fri 4 Jun 2021, 12:30</time>"),
        ("Europe/Berlin", "de", ">Fr, 4. Jun 2021, 09:00</time>"),
    ):
        with timezone.override(zone), translation.override(language):
            assert text in moment(SUMMER)
            assert text.removesuffix("</time>") in period(SUMMER, SUMMER)


def test_moment_of_nothing_is_nothing():
    assert moment(None) == ""


def test_period_leaves_out_the_day_in_a_list_by_day():
    with timezone.override("Europe/Berlin"):
        assert ">09:00</time>" in period(SUMMER, SUMMER.replace(hour=8, minute=30), "time")


def test_period_names_the_second_day_only_if_it_is_another():
    with timezone.override("Europe/Berlin"):
        assert ">10:30</time>" in period(SUMMER, SUMMER.replace(hour=8, minute=30))
        assert ">Sat 5 Jun 2021, 10:30</time>" in period(SUMMER, SUMMER.replace(day=5, hour=8, minute=30))


def test_a_plain_period_is_text_that_names_a_second_day():
    with timezone.override("Europe/Berlin"):
        assert period(SUMMER, SUMMER.replace(hour=8, minute=30), "plain") == "09:00–10:30"
        later = SUMMER.replace(day=5, hour=8, minute=30)
        assert period(SUMMER, later, "plain") == "09:00–Sat 5 Jun 2021, 10:30"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (45, "45 s"),
        (360, "6 min"),
        (90, "1:30 min"),
        (5400, "1:30 h"),
        (7200, "2 h"),
        (None, ""),
        (-3, "0 s"),
    ],
)
def test_minutes_writes_lengths_of_time(seconds, words):
    assert minutes(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(61, "2 minutes"), (60, "1 minute"), (0, "0 minutes"), (7200, "2 hours"), (3 * 86400, "3 days")],
)
def test_minutes_left_counts_in_sensible_units(seconds, words):
    assert minutes_left(seconds) == words
