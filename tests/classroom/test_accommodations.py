"""A standing allowance is set once and counts in every quiz of the course, also in one that runs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classroom import clock
from classroom.models import Accommodation, AuditEntry
from quizzes import services
from quizzes.models import Attempt
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def student(course):
    return student_of(course)


def address(course):
    return reverse("accommodations", args=[course.slug])


def give(client, course, student, multiplier, note=""):
    data = {"who": student.email, "time_multiplier": multiplier, "note": note}
    return client.post(address(course), data)


def minutes_of(attempt):
    attempt.refresh_from_db()
    return (attempt.deadline - attempt.started_at) / timedelta(minutes=1)


def test_allowance_lengthens_quizzes_that_run_and_those_to_come(client, course, student):
    now = clock.now()
    running, later, other = (
        make_quiz(course=course, time_limit_seconds=limit, opens_at=now - timedelta(hours=1))
        for limit in (360, 600, 360)
    )
    begun = services.start_attempt(quiz=running, user=student, now=now)
    beside = services.start_attempt(quiz=other, user=student_of(course), now=now)
    client.force_login(instructor_of(course))
    page = client.post(
        address(course),
        {"who": student.email, "time_multiplier": "1.50", "note": "Letter of 3 May"},
        follow=True,
    )
    assert "1 running attempt ends later." in page.content.decode()
    assert minutes_of(begun) == 9
    assert minutes_of(services.start_attempt(quiz=later, user=student, now=now)) == 15
    assert minutes_of(beside) == 6
    assert "Letter of 3 May" in page.content.decode()


def test_history_is_kept_when_an_allowance_is_taken_away(client, course, student):
    client.force_login(instructor_of(course))
    give(client, course, student, "2")
    give(client, course, student, "1")
    assert not Accommodation.objects.exists()
    page = client.get(address(course))
    assert [(act.about, act.detail["time_multiplier"]) for act in page.context["acts"]] == [
        (student, "1"),
        (student, "2"),
    ]


def test_smaller_allowance_ends_nobody(client, course, student):
    now = clock.now()
    quiz = make_quiz(course=course, time_limit_seconds=60, opens_at=now - timedelta(hours=1))
    Accommodation.objects.create(course=course, user=student, time_multiplier=Decimal(10))
    begun = services.start_attempt(quiz=quiz, user=student, now=now - timedelta(minutes=5))
    client.force_login(instructor_of(course))
    assert give(client, course, student, "1").status_code == 422
    assert Accommodation.objects.get().time_multiplier == 10
    assert Attempt.objects.get(pk=begun.pk).finished_at is None


@pytest.mark.parametrize("multiplier", ["0.5", "11", "", "x", "1.234"])
def test_multiplier_without_sense_is_refused(client, course, student, multiplier):
    client.force_login(instructor_of(course))
    assert give(client, course, student, multiplier).status_code == 422
    assert not Accommodation.objects.exists()


@pytest.mark.parametrize(
    ("who", "meant"),
    [
        ("ADA@example.org", "ada@example.org"),
        (" ada   okafor ", "ada@example.org"),
        ("Ada", ""),
        ("Ben", ""),
        ("", ""),
    ],
)
def test_student_is_named_by_address_or_whole_name(client, course, who, meant):
    student_of(course, user__email="ada@example.org", user__name="Ada Okafor")
    for number in range(2):
        student_of(course, user__email=f"ben{number}@example.org", user__name="Ben")
    client.force_login(instructor_of(course, user__email="tess@example.org", user__name="Ada"))
    answer = client.post(address(course), {"who": who, "time_multiplier": "2"})
    assert answer.status_code == (302 if meant else 422)
    assert "".join(Accommodation.objects.values_list("user__email", flat=True)) == meant


def test_student_of_another_course_gets_none_here(client, course):
    client.force_login(instructor_of(course))
    assert give(client, course, student_of(CourseFactory()), "2").status_code == 422
    assert not Accommodation.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("student", 403), ("viewer", 403), ("assistant", 403), ("instructor", 200)]
)
def test_allowances_are_for_instructors_only(client, course, student, role, status):
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    assert client.get(address(course)).status_code == status
    give(client, course, student, "2")
    assert AuditEntry.objects.exists() == (status == 200)
    client.force_login(instructor_of(CourseFactory()))
    assert client.get(address(course)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_the_same_queries_however_many_have_one(client, course, rows):
    instructor = instructor_of(course)
    for _ in range(rows):
        services.accommodate(
            course=course,
            user=student_of(course),
            time_multiplier=Decimal(2),
            note="",
            by=instructor,
            now=clock.now(),
        )
    client.force_login(instructor)
    with CaptureQueriesContext(connection) as queries:
        client.get(address(course))
    assert len(queries) == 4
