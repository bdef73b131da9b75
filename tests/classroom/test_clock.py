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


def extend(course, *, item="quiz:1", **fields):
    Extension.objects.create(course=course, item=item, **fields)


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


# What several grants come to ------------------------------------------------------------------------------

grants = st.lists(
    st.builds(
        clock.Grant,
        grantee=st.sampled_from(["person", "group:1", "group:2"]),
        closes_at=st.none() | st.integers(-600, 600).map(lambda minutes: NOW + timedelta(minutes=minutes)),
        extra_seconds=st.integers(0, 7200),
        multiplier=st.integers(100, 1000).map(lambda percent: percent / 100),
    ),
    max_size=6,
)
closings = st.none() | st.integers(1, 300).map(lambda minutes: NOW + timedelta(minutes=minutes))
limits = st.none() | st.integers(1, 300)


class Plain(Work):
    """A piece of work of no course, for what needs no database."""

    def __init__(self, closes_at, minutes):
        self.closes_at = closes_at
        self.time_limit = timedelta(minutes=minutes) if minutes else None


def end(work, grants):
    """When an attempt begun now ends; no end at all is later than any."""
    return clock.combined(grants).deadline(work, NOW) or datetime.max.replace(tzinfo=UTC)


@given(grants=grants, closes_at=closings, minutes=limits, data=st.data())
def test_the_order_of_grants_does_not_matter(grants, closes_at, minutes, data):
    work, shuffled = Plain(closes_at, minutes), data.draw(st.permutations(grants))
    assert clock.combined(shuffled) == clock.combined(grants)
    assert end(work, shuffled) == end(work, grants)


@given(grants=grants, more=grants, closes_at=closings, minutes=limits)
def test_another_grant_never_takes_time_away(grants, more, closes_at, minutes):
    work = Plain(closes_at, minutes)
    assert end(work, []) <= end(work, grants) <= end(work, grants + more)


@given(grants=grants, closes_at=closings, minutes=limits, credited=st.integers(0, 600))
def test_an_attempt_ends_with_the_close_or_its_lengthened_limit(grants, closes_at, minutes, credited):
    work, allowed = Plain(closes_at, minutes), clock.combined(grants)
    own = [sum(g.extra_seconds for g in grants if g.grantee == who) for who in {g.grantee for g in grants}]
    longest = max([1.0, *(g.multiplier for g in grants)])
    later = [g.closes_at for g in grants if g.closes_at]
    ends = [max([closes_at, *later])] if closes_at else []
    if minutes:
        extra = timedelta(seconds=max(own, default=0) + credited)
        ends.append(NOW + timedelta(minutes=minutes) * longest + extra)
    assert allowed.deadline(work, NOW, credited_seconds=credited) == min(ends, default=None)


def test_seconds_for_one_add_up_and_of_several_the_most_generous_sum_counts(course, student):
    group = Group.objects.create(course=course, name="Tuesday")
    group.members.add(student, UserFactory())
    extend(course, user=student, extra_seconds=60)
    extend(course, user=student, extra_seconds=60)
    extend(course, group=group, extra_seconds=90)
    work = Work(course, minutes=6)
    assert clock.effective_deadline(student, work, started_at=NOW) == NOW + timedelta(minutes=8)
    extend(course, group=group, extra_seconds=90)
    assert clock.effective_deadline(student, work, started_at=NOW) == NOW + timedelta(minutes=9)


def test_the_largest_of_accommodation_and_extensions_multiplies(course, student):
    Accommodation.objects.create(course=course, user=student, time_multiplier="1.25")
    work = Work(course, minutes=8)
    assert clock.effective_deadline(student, work, started_at=NOW) == NOW + timedelta(minutes=10)
    extend(course, user=student, time_multiplier="1.50")
    extend(course, user=student, time_multiplier="1.10")
    assert clock.effective_deadline(student, work, started_at=NOW) == NOW + timedelta(minutes=12)


def test_allowances_are_read_for_a_class_at_once(course, django_assert_num_queries):
    students = [student_of(course) for _ in range(3)]
    group = Group.objects.create(course=course, name="Tuesday")
    group.members.add(*students[:2])
    extend(course, group=group, extra_seconds=30)
    extend(course, user=students[1], extra_seconds=60)
    Accommodation.objects.create(course=course, user=students[2], time_multiplier=2)
    with django_assert_num_queries(2):
        allowed = clock.allowances([student.pk for student in students], Work(course, minutes=6))
    assert [allowed[student.pk] for student in students] == [
        clock.Allowance(extra_seconds=30),
        clock.Allowance(extra_seconds=60),
        clock.Allowance(multiplier=2.0),
    ]


@pytest.mark.parametrize(
    ("opens", "closes", "hours"),
    [
        # Both nights in Berlin: the clock goes from 2:00 to 3:00, and from 3:00 back to 2:00.
        (datetime(2027, 3, 28, 1, 30), datetime(2027, 3, 28, 4, 0), 1.5),
        (datetime(2027, 10, 31, 1, 30), datetime(2027, 10, 31, 4, 0), 3.5),
    ],
)
def test_a_window_over_the_clock_change_closes_when_its_wall_clock_says(
    course, student, opens, closes, hours
):
    berlin = ZoneInfo("Europe/Berlin")
    begin, finish = (moment.replace(tzinfo=berlin).astimezone(UTC) for moment in (opens, closes))
    work = Work(course, finish, minutes=600)
    end = clock.effective_deadline(student, work, started_at=begin)
    assert end.astimezone(berlin).replace(tzinfo=None) == closes
    assert end - begin == timedelta(hours=hours)
