import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import AuditEntry, Outbox, Role
from quizzes import services
from quizzes.models import Quiz
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.quizzes import factories
from tests.quizzes.factories import make_question, make_quiz

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
    return factories.take(quiz, *values, name=name, finish=False)


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


@pytest.mark.parametrize(("name", "queries"), [("run", 16), ("panel", 9)])
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


def next_step(client, quiz):
    """What the page says is to be done now: its state, and the buttons and links it offers first."""
    page = client.get(url("run", quiz)).content.decode()
    card = page.split('id="next-step"')[1].split("</section>")[0]
    state = re.search(r'class="badge"[^>]*>([^<]*)<', card)[1]
    primary = re.findall(r"button--primary[^>]*>([^<]*)<", card)
    return state, primary


def test_the_page_leads_from_the_draft_to_the_review(as_teacher, course):
    quiz = make_quiz(course, (), now=clock.now(), is_open=False, published_at=None)
    assert next_step(as_teacher, quiz) == ("Draft: only staff see it", ["Choose questions"])
    services.add_question(quiz=quiz, question=make_question(course, "numeric"))
    assert next_step(as_teacher, quiz) == ("Draft: only staff see it", ["Show it to students"])
    as_teacher.post(url("publish", quiz))
    assert next_step(as_teacher, quiz) == ("Shown to students, not open yet", ["Open the quiz now"])
    as_teacher.post(url("open", quiz))
    quiz.refresh_from_db()
    assert next_step(as_teacher, quiz) == ("Open", ["Close the quiz"])
    attempt = take(quiz, "0.64")
    assert next_step(as_teacher, quiz) == ("Open", [])  # watch
    services.hand_in(attempt=attempt, now=clock.now())
    as_teacher.post(url("close", quiz))
    assert next_step(as_teacher, quiz) == ("Closed", ["Release the review"])
    as_teacher.post(url("release", quiz))
    assert next_step(as_teacher, quiz) == ("Review released", [])


def test_while_some_still_write_the_review_waits(as_teacher, quiz):
    open_now(quiz)
    take(quiz, "0")
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=clock.now())
    state, primary = next_step(as_teacher, quiz)
    assert (state, primary) == ("Closed, some still write", [])
    page = as_teacher.get(url("run", quiz)).content.decode()
    assert "1 student is still writing" in page


def test_what_to_do_now_is_sent_again_only_when_it_has_changed(as_teacher, quiz):
    page = as_teacher.get(url("run", quiz)).content.decode()
    again = html.unescape(re.search(r'hx-get="([^"]*/run/next/[^"]*)"', page)[1])
    assert as_teacher.get(again).status_code == 204
    open_now(quiz)
    changed = as_teacher.get(again)
    assert (changed.status_code, "Close the quiz" in changed.content.decode()) == (200, True)


def test_the_link_is_posted_again_with_one_click(as_teacher, course, quiz):
    assert "Post the link now" in as_teacher.get(url("run", quiz)).content.decode()
    open_now(quiz)
    assert "Post the link again" in as_teacher.get(url("run", quiz)).content.decode()
    as_teacher.post(url("post_link", quiz))
    assert Outbox.objects.filter(channel="mattermost", body__contains=quiz.get_absolute_url()).count() == 2
    course.mattermost_webhook = ""
    course.save(update_fields=["mattermost_webhook"])
    page = as_teacher.post(url("post_link", quiz), follow=True).content.decode()
    assert "no Mattermost webhook" in page


def test_one_click_gives_everybody_more_time(as_teacher, quiz):
    open_now(quiz)
    attempt = take(quiz, "0")
    response = as_teacher.post(url("extend_everybody", quiz), {"extra_seconds": "2:00", "from": "run"})
    assert response.url == url("run", quiz)
    attempt.refresh_from_db()
    assert attempt.deadline - attempt.started_at == timedelta(minutes=8)


def test_viewers_see_how_it_stands_but_no_button(client, quiz):
    open_now(quiz)
    client.force_login(EnrolmentFactory(course=quiz.course, role=Role.VIEWER).user)
    card = client.get(url("run", quiz)).content.decode().split('id="next-step"')[1].split("</section>")[0]
    assert "<form" not in card
    for name in ("open", "close", "release", "post_link", "publish"):
        assert client.post(url(name, quiz)).status_code == 403


def test_from_a_student_s_answers_staff_get_back_and_to_the_log(client, course, quiz):
    open_now(quiz)
    attempt = services.hand_in(attempt=take(quiz, "1"), now=clock.now())
    links = {}
    for role in (Role.INSTRUCTOR, Role.ASSISTANT):
        client.force_login(EnrolmentFactory(course=course, role=role).user)
        page = client.get(url("attempt_review", attempt)).content.decode()
        links[role] = [f'href="{url(name, obj)}"' in page for name, obj in ways_from(quiz, attempt)]
    assert links == {Role.INSTRUCTOR: [True, True], Role.ASSISTANT: [True, False]}


def ways_from(quiz, attempt):
    return [("run", quiz), ("attempt_log", attempt)]
