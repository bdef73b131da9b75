"""Courses, weeks and people through the API: the same doors as the pages', and lists piece by piece."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from classroom.models import Course, Reference, Role, ScheduleItem, Scope, Topic, User
from tests.factories import (
    CourseFactory,
    EnrolmentFactory,
    UserFactory,
    WeekFactory,
    instructor_of,
    student_of,
)

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"


@pytest.fixture
def course():
    return CourseFactory(slug="deep", title="Deep Learning")


def test_a_person_gets_their_courses_and_no_others(program_of, course):
    student = student_of(course)
    CourseFactory(slug="other")
    left = EnrolmentFactory(user=student, course=CourseFactory(slug="left"), left_at=timezone.now())
    answer = program_of(student).get(f"{ROOT}courses").json()
    assert (answer["count"], answer["next"]) == (1, None)
    assert answer["items"] == [
        {
            "slug": "deep",
            "title": "Deep Learning",
            "term": "",
            "role": "student",
            "time_zone": "Europe/Berlin",
            "language": "en",
            "starts_on": None,
            "ends_on": None,
            "is_archived": False,
            "url": "http://testserver/c/deep/",
        }
    ]
    assert program_of(student).get(f"{ROOT}courses/deep").json() == answer["items"][0]
    for slug in ("other", left.course.slug, "nothing"):
        answer = program_of(student).get(f"{ROOT}courses/{slug}")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        assert answer.json() == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is no such course, or you do not take part in it.",
            "errors": [],
        }


@pytest.mark.parametrize("address", ["nowhere", "courses/a%0Ab", "courses/%C2%85/grades"])
def test_what_is_no_address_is_answered_to_programs_too(program_of, course, address):
    answer = program_of(student_of(course)).get(f"{ROOT}{address}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "openapi.json" in answer.json()["detail"]


def test_an_administrator_gets_all_courses(program_of, course):
    answer = program_of(UserFactory(is_superuser=True)).get(f"{ROOT}courses").json()
    assert [(one["slug"], one["role"]) for one in answer["items"]] == [("deep", "instructor")]


def test_lists_come_a_piece_at_a_time_in_a_stable_order(program_of):
    student = UserFactory()
    for number in range(5):
        EnrolmentFactory(user=student, course=CourseFactory(slug=f"c{number}", title="Same"))
    program, found, address = program_of(student), [], f"{ROOT}courses?limit=2"
    while address:
        answer = program.get(address).json()
        assert answer["count"] == 5
        found.append([one["slug"] for one in answer["items"]])
        address = answer["next"]
    assert found == [["c0", "c1"], ["c2", "c3"], ["c4"]]
    assert program.get(f"{ROOT}courses?offset=9").json() == {"items": [], "count": 5, "next": None}


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=201", "query.limit"),
        ("limit=0", "query.limit"),
        ("offset=-1", "query.offset"),
        ("limit=x", "query.limit"),
    ],
)
def test_a_piece_that_cannot_be_had_is_named(program_of, course, query, where):
    answer = program_of(student_of(course)).get(f"{ROOT}courses?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert [error["where"] for error in answer.json()["errors"]] == [where]


def test_students_get_the_weeks_that_are_released(program_of, course):
    soon = timezone.now() + timedelta(days=1)
    shown = WeekFactory(course=course, number=1, title="One", goals="Learn $x$.", released_at=timezone.now())
    for number, released_at in ((2, None), (3, soon)):
        WeekFactory(course=course, number=number, released_at=released_at)
    topic = Topic.objects.create(week=shown, position=1, title="Pooling", body="Max.")
    Reference.objects.create(topic=topic, number=1, citation="Rumelhart", url="https://example.org")
    ScheduleItem.objects.create(
        course=course, week=shown, title="Class", starts_at=soon, ends_at=soon, place="R1"
    )
    student, staff = program_of(student_of(course)), program_of(instructor_of(course))
    numbers = [
        [one["number"] for one in who.get(f"{ROOT}courses/deep/weeks").json()["items"]]
        for who in (student, staff)
    ]
    assert numbers == [[1], [1, 2, 3]]
    assert [student.get(f"{ROOT}courses/deep/weeks/{number}").status_code for number in (1, 2, 3, 4)] == [
        200,
        404,
        404,
        404,
    ]
    week = staff.get(f"{ROOT}courses/deep/weeks/1").json()
    assert (week["title"], week["goals"], week["url"]) == (
        "One",
        "Learn $x$.",
        "http://testserver/c/deep/weeks/1/",
    )
    assert week["topics"] == [
        {
            "title": "Pooling",
            "body": "Max.",
            "references": [{"number": 1, "citation": "Rumelhart", "url": "https://example.org"}],
        }
    ]
    assert [(one["title"], one["place"]) for one in week["sessions"]] == [("Class", "R1")]


def test_people_are_for_staff(program_of, course):
    people = {role: EnrolmentFactory(course=course, role=role).user for role in Role}
    EnrolmentFactory(course=course, left_at=timezone.now())
    answers = {role: program_of(people[role]).get(f"{ROOT}courses/deep/people") for role in Role}
    assert {role: answer.status_code for role, answer in answers.items()} == {
        "guest": 404,
        "student": 403,
        "viewer": 200,
        "assistant": 200,
        "instructor": 200,
    }
    items = answers[Role.VIEWER].json()["items"]
    assert [(one["id"], one["role"]) for one in items] == [
        (people[role].pk, role) for role in ("instructor", "assistant", "viewer", "student")
    ]
    assert set(items[0]) == {"id", "name", "email", "role", "joined_at"}
    assert program_of(instructor_of(CourseFactory())).get(f"{ROOT}courses/deep/people").status_code == 404


@pytest.mark.parametrize("address", ["courses", "courses/deep/weeks", "courses/deep/people"])
def test_lists_take_as_many_queries_for_many_as_for_one(
    program_of, course, django_assert_num_queries, address
):
    person = instructor_of(course)
    program = program_of(person)
    program.get(f"{ROOT}me")  # which notes that the token was used
    expected = {"courses": 3, "courses/deep/weeks": 4, "courses/deep/people": 4}[address]
    for count in (1, 3):
        while Course.objects.count() < count:
            EnrolmentFactory(user=person)
        while course.weeks.count() < count:
            WeekFactory(course=course, number=course.weeks.count() + 1)
        while course.enrolments.count() < count:
            student_of(course)
        with django_assert_num_queries(expected):
            assert len(program.get(f"{ROOT}{address}").json()["items"]) == count


# What every address has in common


def test_a_session_opens_nothing(course):
    browser = Client()
    browser.force_login(User.objects.get(pk=instructor_of(course).pk))
    for address in ("courses", "courses/deep/people"):
        assert browser.get(f"{ROOT}{address}").status_code == 401
    assert browser.get("/settings/").status_code == 200  # and is not ended by having been sent


def test_a_session_beside_a_token_counts_for_nothing(program_of, course):
    """Who looks through a student's eyes in the browser is themselves for their programs."""
    instructor = instructor_of(course)
    program = program_of(instructor)
    program.force_login(student := student_of(course))
    assert program.get(f"{ROOT}me").json()["id"] == instructor.pk
    program.force_login(instructor)
    program.post("/c/deep/view-as-student/")
    assert program.get(f"{ROOT}courses/deep").json()["role"] == "instructor"
    assert student.pk


@pytest.mark.parametrize(
    ("scope", "address"),
    [
        (Scope.COURSES, "courses/deep"),
        (Scope.PEOPLE, "courses/deep/people"),
        (Scope.RESULTS, "courses/deep/quizzes"),
    ],
)
def test_a_token_opens_what_its_scopes_say(program_of, course, scope, address):
    instructor = instructor_of(course)
    others = [one for one in Scope if one != scope]
    assert program_of(instructor, scope).get(f"{ROOT}{address}").status_code == 200
    refused = program_of(instructor, *others).get(f"{ROOT}{address}")
    assert refused.status_code == 403
    assert refused["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{scope}"'
    assert refused.json()["detail"] == (
        f"This token may not do that: it lacks the scope {scope}. Make one that has it."
    )


def test_a_flood_is_answered_429_and_says_when_to_go_on(program_of, course):
    program, other = program_of(student_of(course)), program_of(student_of(course))
    answers = [program.get(f"{ROOT}me") for _ in range(121)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    left = [re.fullmatch(r'"token";r=(\d+);t=(\d+)', answer["RateLimit"]).groups() for answer in answers]
    assert [int(times) for times, _seconds in left] == [*range(119, -1, -1), 0]
    assert all(1 <= int(seconds) <= 60 for _times, seconds in left)
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"token";q=120;w=60'}
    assert left[-1][1] == answers[-1]["Retry-After"]
    assert other.get(f"{ROOT}me").status_code == 200


def test_problems_are_told_in_the_readers_language(program_of, course):
    answer = program_of(student_of(course)).get(f"{ROOT}courses/nothing", headers={"accept-language": "de"})
    assert answer.json()["detail"] == "Diesen Kurs gibt es nicht, oder du nimmst nicht daran teil."


def test_what_there_is_not_and_what_it_does_not_take_are_problems(program_of, course):
    program = program_of(student_of(course))
    for method, address, status in (
        ("get", "nothing/at/all", 404),
        ("get", "", 404),
        ("post", "courses", 405),
        ("delete", "me", 405),
    ):
        answer = getattr(program, method)(f"{ROOT}{address}")
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert answer.json()["status"] == status
        assert answer["Cache-Control"] == "no-store"
    assert answer["Allow"] == "GET"


def test_answers_are_for_nobodys_cache(program_of, course):
    assert program_of(student_of(course)).get(f"{ROOT}courses")["Cache-Control"] == "no-store"
