import re
from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import Announcement, Reference, Role, ScheduleItem, Topic
from quizzes import services as quiz_services
from tests.factories import (
    CourseFactory,
    EnrolmentFactory,
    UserFactory,
    WeekFactory,
    instructor_of,
    student_of,
)
from tests.projects.factories import ChallengeFactory, HackathonFactory
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def course():
    return CourseFactory(slug="dl", title="Deep Learning")


@pytest.fixture
def as_student(client, course):
    client.force_login(student_of(course, user__name="Ada"))
    return client


@pytest.fixture
def as_teacher(client, course):
    client.force_login(instructor_of(course))
    return client


def text(client, name, *args):
    response = client.get(reverse(name, args=["dl", *args]))
    assert response.status_code == 200
    return response.content.decode()


def week_of(course, number=1, released=True, **fields):
    now = clock.now()
    return WeekFactory(
        course=course,
        number=number,
        title=f"Topic {number}",
        starts_at=now,
        released_at=now - HOUR if released else now + HOUR,
        **fields,
    )


def fill(course, rows):
    """Put `rows` of everything into the course."""
    now = clock.now()
    for i in range(rows):
        week = week_of(course, number=i + 1)
        topic = Topic.objects.create(week=week, position=1, title=f"Nets {i}", body="$x^2$")
        Reference.objects.create(topic=topic, number=1, citation=f"Paper {i}", url="https://example.org/")
        make_quiz(course, now=now, week=week)
        ChallengeFactory(
            course=course, week=week, published_at=now - HOUR, opens_at=now - HOUR, closes_at=now + HOUR
        )
        HackathonFactory(
            course=course,
            published_at=now - HOUR,
            starts_at=now + HOUR,
            ends_at=now + 2 * HOUR,
            registration_opens_at=now - HOUR,
            registration_closes_at=now + HOUR,
            submission_closes_at=now + 2 * HOUR,
        )
        ScheduleItem.objects.create(course=course, title=f"S{i}", starts_at=now, ends_at=now + HOUR)
        Announcement.objects.create(course=course, title=f"A{i}", body="Hello", published_at=now)


def test_home_sends_people_with_one_course_there(as_student):
    assert as_student.get("/").url == "/c/dl/"


def test_home_offers_the_choice_among_several(as_student, course):
    other = CourseFactory(title="Another course")
    CourseFactory(title="Somebody else's")
    EnrolmentFactory(course=other, user=course.enrolments.get().user, role=Role.ASSISTANT)
    page = as_student.get("/").content.decode()
    assert "Deep Learning" in page
    assert "Another course" in page
    assert "Somebody else" not in page


def test_home_tells_people_without_a_course_what_to_do(client):
    client.force_login(UserFactory(email="lost@example.org"))
    assert "ask your instructor to add you" in client.get("/").content.decode()


def test_a_stranger_does_not_learn_that_a_course_exists(client, course):
    client.force_login(student_of(CourseFactory()))
    for path in ("", "weeks/", "schedule/", "dashboard/", "quizzes/", "challenges/"):
        assert client.get(f"/c/dl/{path}").status_code == 404


def test_who_has_left_is_out(client, course):
    user = EnrolmentFactory(course=course, left_at=clock.now()).user
    client.force_login(user)
    assert client.get("/c/dl/").status_code == 404


def test_an_empty_course_says_so_kindly(as_student):
    assert "Nothing is waiting for you" in text(as_student, "course")
    assert "Nothing is planned yet" in text(as_student, "schedule")
    assert "No week yet" in text(as_student, "weeks")


def test_now_puts_the_open_quiz_first(as_student, course):
    make_quiz(course, now=clock.now(), title="The open one")
    make_quiz(course, now=clock.now(), title="The next one", is_open=False)
    make_quiz(course, now=clock.now(), title="The hidden one", published_at=None)
    page = text(as_student, "course")
    assert page.index("The open one") < page.index("The next one")
    assert "The hidden one" not in page


@pytest.mark.parametrize(
    ("is_open", "lobby", "offered"),
    [
        (False, False, ["Run it", "Open the quiz now"]),
        (True, False, ["Run it"]),
        (False, True, ["Run it", "Live room"]),
        (True, True, ["Run it", "Live room"]),
    ],
)
def test_the_dashboard_offers_what_the_quiz_needs_now(as_teacher, course, is_open, lobby, offered):
    make_quiz(course, now=clock.now(), is_open=is_open, lobby=lobby, week=week_of(course))
    head = text(as_teacher, "dashboard").partition('id="quiz-title"')[2].partition("<dl")[0]
    assert re.findall(r'class="button[^>]*>([^<]+)<', head) == offered


def test_staff_are_sent_to_their_dashboard(as_teacher):
    assert as_teacher.get("/c/dl/").url == "/c/dl/dashboard/"


def test_students_are_kept_out_of_the_dashboard(as_student):
    assert as_student.get("/c/dl/dashboard/").status_code == 403


def test_an_unreleased_week_is_hidden_from_students_only(client, course):
    week_of(course, 1)
    week_of(course, 2, released=False)
    client.force_login(student_of(course))
    assert "Topic 2" not in text(client, "weeks")
    assert client.get("/c/dl/weeks/2/").status_code == 404
    client.force_login(instructor_of(course))
    assert "hidden from students" in text(client, "weeks")
    assert client.get("/c/dl/weeks/2/").status_code == 200


def test_a_week_shows_its_bibliography_and_formulas(as_student, course):
    topic = Topic.objects.create(week=week_of(course), position=1, title="Autoencoders", body="Code $h$.")
    Reference.objects.create(
        topic=topic, number=1, citation="Bourlard, Kamp 1988", url="https://example.org/bk"
    )
    page = text(as_student, "week", 1)
    assert "Bourlard, Kamp 1988" in page
    assert 'href="https://example.org/bk"' in page


def test_the_schedule_marks_what_goes_on(as_student, course):
    now = clock.now()
    for title, start in (("Over", -5), ("Running", -0.5), ("Coming", 3)):
        begins = now + start * HOUR
        ScheduleItem.objects.create(course=course, title=title, starts_at=begins, ends_at=begins + HOUR)
    page = text(as_student, "schedule")
    assert page.count("data-now") == 1
    assert page.index("Next") < page.index("Coming")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("course", 20), ("weeks", 5), ("week", 15), ("schedule", 4), ("quizzes:index", 6)]
)
def test_a_students_pages_ask_no_more_for_more_rows(
    as_student, course, name, queries, rows, django_assert_num_queries
):
    fill(course, rows)
    args = ["dl", 1] if name == "week" else ["dl"]
    with django_assert_num_queries(queries):
        as_student.get(reverse(name, args=args))


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("dashboard", 23), ("quizzes:index", 7), ("schedule", 4)])
def test_the_staffs_pages_ask_no_more_for_more_rows(
    as_teacher, course, name, queries, rows, django_assert_num_queries
):
    fill(course, rows)
    for quiz in course.quizzes.all():
        for _ in range(rows):
            attempt = quiz_services.start_attempt(quiz=quiz, user=student_of(course), now=clock.now())
            quiz_services.hand_in(attempt=attempt, now=clock.now())
    with django_assert_num_queries(queries):
        as_teacher.get(reverse(name, args=["dl"]))
