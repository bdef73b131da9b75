import csv
import io

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import AuditEntry, Outbox
from quizzes import services
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(slug="dl", mattermost_webhook="http://127.0.0.1:1/hooks/x")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric"), now=clock.now(), is_open=False)


@pytest.fixture
def as_teacher(client, course):
    client.force_login(instructor_of(course, user__name="Mira"))
    return client


def url(name, obj):
    return reverse(f"quizzes:{name}", args=["dl", obj.pk])


def take(quiz, *values, name="Ada"):
    user, now = student_of(quiz.course, user__name=name), clock.now()
    attempt = services.start_attempt(quiz=quiz, user=user, now=now)
    for position, value in enumerate(values, start=1):
        services.record_answer(
            attempt_id=attempt.pk,
            user=user,
            position=position,
            client="t",
            seq=position,
            value=[value],
            now=now,
        )
    return attempt


def open_now(quiz):
    services.open_quiz(quiz=quiz, by=instructor_of(quiz.course), now=clock.now())


def test_one_click_opens_the_quiz_and_posts_its_link_once(as_teacher, quiz):
    for _ in range(2):
        as_teacher.post(url("open", quiz))
    quiz.refresh_from_db()
    assert quiz.is_open(clock.now())
    assert [m.channel for m in Outbox.objects.all()] == ["mattermost"]
    assert f"/c/dl/quizzes/{quiz.pk}/" in Outbox.objects.get().body
    assert AuditEntry.objects.filter(action="quiz.opened").count() == 1


def test_a_quiz_without_questions_is_not_opened(as_teacher, course):
    empty = make_quiz(course, (), now=clock.now(), is_open=False)
    page = as_teacher.post(url("open", empty), follow=True).content.decode()
    assert "no questions yet" in page
    empty.refresh_from_db()
    assert empty.opens_at is None


def test_closing_hands_in_what_is_saved(as_teacher, quiz):
    open_now(quiz)
    attempt = take(quiz, "0", "0.64")
    as_teacher.post(url("close", quiz))
    services.settle(now=clock.now() + quiz.grace)
    attempt.refresh_from_db()
    assert attempt.score == 4
    quiz.refresh_from_db()
    assert not quiz.is_open(clock.now())


def test_the_panel_tells_who_is_in_it_and_how_far(as_teacher, quiz):
    open_now(quiz)
    take(quiz, "0", name="Ada Writing")
    services.hand_in(attempt=take(quiz, "0", "0.64", name="Ben Done"), now=clock.now())
    student_of(quiz.course)
    panel = as_teacher.get(url("panel", quiz)).content.decode()
    assert "Ada Writing" in panel
    assert "Ben Done" not in panel  # only those still writing are listed
    assert "1 / 2" in panel
    assert "100 %" in panel


def test_the_run_page_shares_link_and_qr_code(as_teacher, quiz):
    page = as_teacher.get(url("run", quiz)).content.decode()
    assert f"/c/dl/quizzes/{quiz.pk}/</code>" in page
    assert "<svg" in page


@pytest.mark.parametrize(("name", "queries"), [("run", 14), ("panel", 9)])
@pytest.mark.parametrize("students", [1, 3])
def test_the_number_of_queries_does_not_grow_with_students(
    as_teacher, quiz, name, queries, students, django_assert_num_queries
):
    open_now(quiz)
    for _ in range(students):
        services.hand_in(attempt=take(quiz, "0", "0.64"), now=clock.now())
        take(quiz, "1")
    with django_assert_num_queries(queries):
        as_teacher.get(url(name, quiz))


def test_results_leave_as_a_table_that_no_spreadsheet_runs(as_teacher, quiz):
    open_now(quiz)
    services.hand_in(attempt=take(quiz, "0", "0.64", name="=HYPERLINK(1)"), now=clock.now())
    body = as_teacher.get(url("results_csv", quiz)).content.decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(body))
    assert header[0] == "name"
    assert row[0] == "'=HYPERLINK(1)"
    assert row[5:] == ["4.0", "4.0", ""]


def test_staff_of_another_course_see_nothing(client, quiz):
    client.force_login(instructor_of(CourseFactory(slug="other")))
    assert client.get(url("run", quiz)).status_code == 404
    assert client.get(reverse("quizzes:run", args=["other", quiz.pk])).status_code == 404
    attempt_url = reverse("quizzes:attempt_review", args=["other", 1])
    assert client.get(attempt_url).status_code == 404
