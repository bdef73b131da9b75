from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from classroom import clock
from classroom.models import Accommodation, Extension, Group
from tests.factories import NOW, CourseFactory, UserFactory, student_of

pytestmark = pytest.mark.django_db


class Work:
    """Something with an end, as a quiz or a challenge is."""

    deadline_key = "quiz:1"

    def __init__(self, course, closes_at=None, minutes=None):
        self.course_id = course.pk
        self.closes_at = closes_at
        self.time_limit = timedelta(minutes=minutes) if minutes else None


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def student(course):
    return student_of(course)


def extend(course, *, user=None, group=None, item="quiz:1", closes_at=None, extra_seconds=0):
    Extension.objects.create(
        course=course, user=user, group=group, item=item, closes_at=closes_at, extra_seconds=extra_seconds
    )


def test_now_is_the_databases_time():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT strftime('%s', 'now')")
            there = datetime.fromtimestamp(int(cursor.fetchone()[0]), UTC)
        else:
            cursor.execute("SELECT clock_timestamp()")
            there = cursor.fetchone()[0]
    assert abs(clock.now() - there) < timedelta(seconds=2)


def test_now_goes_forward():
    readings = [clock.now() for _ in range(50)]
    assert readings == sorted(readings)


def test_without_end_and_limit_there_is_no_deadline(course, student):
    assert clock.effective_deadline(student, Work(course), started_at=NOW) is None


def test_the_earlier_of_limit_and_close_wins(course, student):
    soon, late = NOW + timedelta(minutes=3), NOW + timedelta(hours=1)
    assert clock.effective_deadline(student, Work(course, soon, 6), started_at=NOW) == soon
    assert clock.effective_deadline(student, Work(course, late, 6), started_at=NOW) == NOW + timedelta(
        minutes=6
    )


def test_before_the_start_only_the_close_counts(course, student):
    late = NOW + timedelta(hours=1)
    assert clock.effective_deadline(student, Work(course, late, 6)) == late


def test_an_accommodation_multiplies_the_limit_and_leaves_the_close(course, student):
    Accommodation.objects.create(course=course, user=student, time_multiplier="1.5")
    late, soon = NOW + timedelta(hours=1), NOW + timedelta(minutes=7)
    assert clock.effective_deadline(student, Work(course, late, 6), started_at=NOW) == NOW + timedelta(
        minutes=9
    )
    assert clock.effective_deadline(student, Work(course, soon, 6), started_at=NOW) == soon


def test_extra_time_is_added_after_multiplying(course, student):
    Accommodation.objects.create(course=course, user=student, time_multiplier=2)
    extend(course, user=student, extra_seconds=90)
    work = Work(course, minutes=6)
    assert clock.effective_deadline(student, work, started_at=NOW) == NOW + timedelta(minutes=13, seconds=30)


def test_the_most_generous_of_own_and_group_extensions_counts(course, student):
    close = NOW + timedelta(hours=1)
    group = Group.objects.create(course=course, name="Tuesday")
    group.members.add(student)
    extend(course, group=group, closes_at=close + timedelta(days=2))
    extend(course, user=student, closes_at=close + timedelta(days=1))
    assert clock.effective_deadline(student, Work(course, close)) == close + timedelta(days=2)


def test_an_extension_never_shortens(course, student):
    close = NOW + timedelta(hours=1)
    extend(course, user=student, closes_at=close - timedelta(minutes=30))
    assert clock.effective_deadline(student, Work(course, close)) == close


def test_what_others_got_or_other_work_got_does_not_count(course, student):
    close = NOW + timedelta(hours=1)
    stranger, other_course = UserFactory(), CourseFactory()
    later = close + timedelta(days=9)
    extend(course, user=stranger, closes_at=later)
    extend(course, user=student, item="quiz:2", closes_at=later)
    extend(other_course, user=student, closes_at=later)
    extend(course, group=Group.objects.create(course=course, name="Not mine"), closes_at=later)
    Accommodation.objects.create(course=other_course, user=student, time_multiplier=3)
    assert clock.effective_deadline(student, Work(course, close, 600), started_at=NOW) == close


def test_a_limit_over_the_clock_change_lasts_as_long_as_any_other(course, student):
    berlin = ZoneInfo("Europe/Berlin")
    started = datetime(2027, 3, 28, 1, 57, tzinfo=berlin)  # at 2:00 it becomes 3:00
    end = clock.effective_deadline(student, Work(course, minutes=6), started_at=started.astimezone(UTC))
    assert end.astimezone(berlin) == datetime(2027, 3, 28, 3, 3, tzinfo=berlin)


@given(minutes=st.integers(1, 600), multiplier=st.integers(100, 1000), extra=st.integers(0, 7200))
def test_more_allowance_is_never_less_time(minutes, multiplier, extra):
    limit, factor = timedelta(minutes=minutes), multiplier / 100
    end = clock.end_of_attempt(NOW, limit=limit, multiplier=factor, extra_seconds=extra, closes_at=None)
    assert end >= NOW + limit
    assert end == NOW + limit * factor + timedelta(seconds=extra)


def test_closing_times_answers_as_effective_deadline_for_many_items(
    course, student, django_assert_num_queries
):
    group = Group.objects.create(course=course, name="A")
    group.members.add(student)
    items = [Work(course, NOW + timedelta(days=day)) for day in (1, 2, 3)] + [Work(course)]
    for number, item in enumerate(items):
        item.deadline_key = f"quiz:{number}"
    extend(course, user=student, item="quiz:0", closes_at=NOW + timedelta(days=9))
    extend(course, group=group, item="quiz:1", closes_at=NOW + timedelta(hours=1))
    extend(course, user=student, item="quiz:3", closes_at=NOW + timedelta(days=9))
    extend(course, user=UserFactory(), item="quiz:2", closes_at=NOW + timedelta(days=9))
    with django_assert_num_queries(1):
        closing = clock.closing_times(student, items)
    assert closing == {item.deadline_key: clock.effective_deadline(student, item) for item in items}
    assert closing["quiz:0"] == NOW + timedelta(days=9)
