"""A day before something closes, those are told who have not handed in: once, of their own deadline."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from classroom.models import (
    Course,
    Enrolment,
    Extension,
    GradeCategory,
    GradeColumn,
    GradeMark,
    Group,
    Notice,
    NoticeSettings,
    Outbox,
    Role,
    User,
)
from classroom.models.notice import How
from classroom.pages.reminding.deadlines import remind
from projects.models import Challenge, Submission
from quizzes.models import Quiz
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory, HackathonFactory
from tests.quizzes.factories import make_quiz, take
from tests.races import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def course(db):
    return CourseFactory(title="Deep Learning", time_zone="Europe/Berlin", language="en")


@pytest.fixture
def ada(course):
    return student_of(course)


def exercise(course, **fields):
    return ChallengeFactory(course=course, **{"title": "A layer", "closes_at": NOW + 20 * HOUR} | fields)


def quiz(course, **fields):
    return make_quiz(course, **{"title": "Pooling", "closes_at": NOW + 20 * HOUR} | fields)


def hand_in(user, challenge):
    return Submission.objects.create(
        challenge=challenge,
        user=user,
        number=1,
        filename="a.py",
        sha256="0" * 64,
        size_bytes=1,
        submitted_at=NOW,
    )


def reminded():
    """Return who was told of what, as it came."""
    return list(Notice.objects.order_by("pk").values_list("user__email", "title"))


def test_who_has_not_handed_in_is_reminded_by_each_sweep_once(course, ada):
    bob = student_of(course)
    work, questions = exercise(course), quiz(course)
    hand_in(bob, work)
    take(questions, user=bob, now=NOW)
    for minutes in range(0, 600, 5):
        remind(now=NOW + timedelta(minutes=minutes))
    assert reminded() == [(ada.email, "Closes soon: Pooling"), (ada.email, "Due soon: A layer")]
    assert sorted(Outbox.objects.values_list("recipient", "subject")) == reminded()


def test_begun_is_not_handed_in(course, ada):
    take(quiz(course, time_limit_seconds=None), user=ada, now=NOW, finish=False)
    remind(now=NOW)
    assert reminded() == [(ada.email, "Closes soon: Pooling")]


@pytest.mark.parametrize(
    ("hours_left", "is_told"), [(24.1, False), (24, True), (12.1, True), (12, False), (1, False), (-1, False)]
)
def test_reminder_is_due_for_half_a_day(course, ada, hours_left, is_told):
    exercise(course, closes_at=NOW + hours_left * HOUR)
    quiz(course, closes_at=NOW + hours_left * HOUR, opens_at=NOW - 2 * DAY)
    remind(now=NOW)
    assert len(reminded()) == 2 * is_told


def test_own_deadline_counts(course, ada):
    bob, carl = student_of(course), student_of(course)
    group = Group.objects.create(course=course, name="Late")
    group.members.add(carl)
    work = exercise(course)
    later = {"course": course, "item": work.deadline_key}
    Extension.objects.create(user=bob, closes_at=NOW + 50 * HOUR, **later)
    Extension.objects.create(group=group, closes_at=NOW + 70 * HOUR, **later)
    told = {}
    for hours in range(80):
        remind(now=NOW + hours * HOUR)
        for email, _title in reminded():
            told.setdefault(email, hours)
    assert told == {ada.email: 0, bob.email: 26, carl.email: 46}


def test_extension_of_one_reminds_nobody_else_late(course, ada):
    bob, work = student_of(course), exercise(course, closes_at=NOW + 6 * HOUR)
    Extension.objects.create(course=course, item=work.deadline_key, user=bob, closes_at=NOW + 20 * HOUR)
    remind(now=NOW)
    assert reminded() == [(bob.email, "Due soon: A layer")]


def test_who_is_given_a_later_deadline_is_told_of_that_too(course, ada):
    work = exercise(course)
    remind(now=NOW)
    Extension.objects.create(
        course=course, item=work.deadline_key, user=ada, closes_at=work.closes_at + 3 * DAY
    )
    for hours in range(100):
        remind(now=NOW + hours * HOUR)
    assert list(Notice.objects.order_by("pk").values_list("body", flat=True)) == [
        f"This is due on {day} May 2027, 14:00 (Europe/Berlin), and you have not handed anything in yet."
        for day in ("Wed 19", "Sat 22")
    ]


def test_extension_that_gives_nothing_more_changes_nothing(course, ada):
    work = exercise(course, closes_at=NOW + 40 * HOUR)
    Extension.objects.create(course=course, item=work.deadline_key, user=ada, closes_at=NOW + 20 * HOUR)
    remind(now=NOW)
    assert reminded() == []


def archive(course, **_people):
    Course.objects.filter(pk=course.pk).update(archived_at=NOW - DAY)


def hide(course, **_people):
    Quiz.objects.filter(course=course).update(published_at=None)
    Challenge.objects.filter(course=course).update(published_at=NOW + DAY)


def not_open(course, **_people):
    Quiz.objects.filter(course=course).update(opens_at=None)
    Challenge.objects.filter(course=course).update(opens_at=NOW + HOUR)


def count_for_nothing(course, **_people):
    Quiz.objects.filter(course=course).update(practice=True)
    Challenge.objects.filter(course=course).update(exercise="board/1")


def belong_to_a_hackathon(course, **_people):
    Quiz.objects.filter(course=course).delete()
    Challenge.objects.filter(course=course).update(hackathon=HackathonFactory(course=course))


def leave(course, ada):
    Enrolment.objects.filter(user=ada).update(left_at=NOW - DAY)


def lock_out(course, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)


def excuse(course, ada):
    category = GradeCategory.objects.create(course=course, title="Work")
    for work in [*Quiz.objects.all(), *Challenge.objects.all()]:
        column = GradeColumn.objects.create(
            course=course, category=category, title=work.title, item=work.deadline_key
        )
        GradeMark.objects.create(column=column, user=ada, excused=True, at=NOW, revision=1)


@pytest.mark.parametrize(
    "change",
    [archive, hide, not_open, count_for_nothing, belong_to_a_hackathon, leave, lock_out, excuse],
)
def test_nobody_is_reminded(course, ada, change):
    instructor_of(course)
    EnrolmentFactory(course=course, role=Role.ASSISTANT)
    EnrolmentFactory(course=course, role=Role.VIEWER)
    student_of(CourseFactory())
    exercise(course)
    quiz(course)
    change(course=course, ada=ada)
    remind(now=NOW)
    assert reminded() == []


def test_reminder_is_in_the_readers_language_and_zone_across_a_clock_change(course, ada):
    """The clocks go forward in Berlin between the reminder and the deadline; in Tokyo they never do."""
    before = NOW.replace(month=3, day=27)  # 17:00 in Berlin, a day before 18:00 there on the other side
    User.objects.filter(pk=ada.pk).update(language="de")
    yuki = student_of(course, user__time_zone="Asia/Tokyo", user__language="en")
    exercise(
        course,
        closes_at=before + 24 * HOUR,
        published_at=before - DAY,
        opens_at=None,
        late_days=2,
        late_percent=10,
    )
    remind(now=before)
    told = {notice.user_id: notice.body for notice in Notice.objects.all()}
    assert told[yuki.pk] == (
        "This is due on Mon 29 Mar 2027, 01:00 (Asia/Tokyo), and you have not handed anything "
        "in yet. Hand-ins are taken 2 days longer, for 10 % less each day begun."
    )
    assert "So, 28. Mär 2027, 18:00 (Europe/Berlin)" in told[ada.pk]
    assert told[ada.pk].endswith(
        "Noch 2 Tage länger kann abgegeben werden, für 10 % weniger je angebrochenem Tag."
    )


def test_reminders_come_as_each_likes(course, ada):
    bob = student_of(course)
    NoticeSettings.objects.create(user=ada, deadline=How.NEVER)
    NoticeSettings.objects.create(user=bob, deadline=How.DAILY)
    exercise(course)
    remind(now=NOW)
    assert [user for user, _title in reminded()] == [ada.email, bob.email]
    # It is 18:00, the hour of the day's letter: the next would come four hours after the deadline.
    assert list(Outbox.objects.values_list("recipient", flat=True)) == [bob.email]


@pytest.mark.parametrize("works", [1, 3])
def test_sweep_asks_the_database_as_often_for_one_as_for_three(course, works, django_assert_num_queries):
    people = [student_of(course) for _ in range(works)]
    for _ in range(works):
        work = exercise(course)
        quiz(course)
        Extension.objects.create(
            course=course, item=work.deadline_key, user=people[0], closes_at=NOW + 21 * HOUR
        )
    with django_assert_num_queries(16):
        remind(now=NOW)
    assert len(reminded()) == 2 * works**2
    with django_assert_num_queries(9):
        remind(now=NOW + HOUR)


def test_sweep_asks_little_where_nothing_closes(course, ada, django_assert_num_queries):
    exercise(course, closes_at=NOW + 3 * DAY)
    with django_assert_num_queries(3):
        remind(now=NOW)


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_remind_once():
    course = CourseFactory()
    people = [student_of(course) for _ in range(12)]
    for _ in range(3):
        exercise(course)
    at_once([lambda: remind(now=NOW)] * 5, refusals=(OperationalError,))
    remind(now=NOW)
    assert (Notice.objects.count(), Outbox.objects.count()) == (36, 36)
    assert set(User.objects.filter(pk__in=[user.pk for user in people]).values_list("unread_notices")) == {
        (3,)
    }
