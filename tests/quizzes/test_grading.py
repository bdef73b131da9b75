"""Points that people give: essays by their rubric, points by hand, second looks."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import Enrolment, Outbox, Role
from quizzes import services
from quizzes.checking import record
from quizzes.errors import Refused
from quizzes.kinds import Score
from quizzes.models import AttemptEvent, AttemptItem, SecondLook, Slot
from quizzes.queries import summaries
from quizzes.queries.results import distribution
from quizzes.services import marking
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db

RUBRIC = {
    "rubric": [
        {
            "criterion": "Names the chain rule",
            "weight": 2,
            "levels": [{"text": "no", "fraction": 0}, {"text": "yes", "fraction": 1}],
        },
        {
            "criterion": "Clear",
            "weight": 1,
            "levels": [
                {"text": "no", "fraction": 0},
                {"text": "half", "fraction": 0.5},
                {"text": "yes", "fraction": 1},
            ],
        },
    ]
}


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def quiz(course):
    quiz = make_quiz(course, ("numeric",), now=clock.now())
    essay = make_question(course, "essay", RUBRIC, body="Explain backpropagation.")
    Slot.objects.create(quiz=quiz, position=2, question=essay, points=6)
    return quiz


def handed_in(quiz, student=None, essay="By the chain rule."):
    """Let a student answer both questions and hand in; return the attempt."""
    now, user = clock.now(), student or student_of(quiz.course)
    attempt = services.start_attempt(quiz=quiz, user=user, now=now)
    for position, text in ((1, "0.64"), (2, essay)):
        services.record_answer(
            attempt_id=attempt.pk,
            user=user,
            position=position,
            client="t",
            seq=position,
            value=[text],
            now=now,
        )
    return services.hand_in(attempt=attempt, now=now)


def essay_of(attempt):
    return attempt.items.get(position=2)


def url(name, slug, pk):
    return reverse(f"quizzes:{name}", args=[slug, pk])


def graded(client, course, item, **data):
    seen = AttemptItem.objects.get(pk=item.pk).graded_at
    return client.post(
        url("grade_item", course.slug, item.pk), {"seen": seen.isoformat() if seen else "", **data}
    )


def test_an_essay_waits_for_a_person_and_its_score_is_provisional(quiz):
    attempt = handed_in(quiz)
    assert (attempt.score, attempt.pending, essay_of(attempt).points) == (2, 1, None)


def test_an_essay_that_is_empty_waits_for_nobody(quiz):
    attempt = handed_in(quiz, essay="  ")
    assert (attempt.score, attempt.pending, essay_of(attempt).points) == (2, 0, 0)


def test_the_rubric_gives_the_weighted_share_and_the_score_adds_up(client, course, quiz):
    attempt = handed_in(quiz)
    client.force_login(instructor_of(course))
    answer = graded(client, course, essay_of(attempt), level_0="1", level_1="1", comment="Good.")
    assert answer.status_code == 302
    attempt.refresh_from_db()
    item = essay_of(attempt)
    assert (item.points, item.comment, item.rubric) == (5, "Good.", {"0": 1, "1": 1})
    assert (attempt.score, attempt.pending) == (7, 0)
    event = attempt.events.get(what=AttemptEvent.What.GRADED)
    assert event.detail == {"before": None, "after": 5, "comment": "Good."}


def test_points_by_hand_count_instead_of_the_rubric(client, course, quiz):
    attempt = handed_in(quiz)
    client.force_login(instructor_of(course))
    graded(client, course, essay_of(attempt), level_0="1", level_1="1", points="2.5")
    assert essay_of(attempt).points == 2.5


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose a level for every criterion"),
        ({"level_0": "1"}, "Choose a level for every criterion"),
        ({"points": "7"}, "Give between -6 and 6 points."),
        ({"level_0": "9", "level_1": "0"}, "Select a valid choice"),
        ({"points": "NaN"}, "Enter a number"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(client, course, quiz, data, said):
    attempt = handed_in(quiz)
    client.force_login(instructor_of(course))
    answer = graded(client, course, essay_of(attempt), comment="Kept text", **data)
    page = answer.content.decode()
    assert (answer.status_code, said in page, "Kept text" in page) == (422, True, True)
    assert essay_of(attempt).points is None


def test_without_a_rubric_the_points_are_asked_for(client, course):
    quiz = make_quiz(course, ("numeric",), now=clock.now())
    Slot.objects.create(
        quiz=quiz, position=2, question=make_question(course, "essay", {"lines": 5}), points=6
    )
    item = essay_of(handed_in(quiz))
    client.force_login(instructor_of(course))
    answer = graded(client, course, item, comment="Kept text")
    page = answer.content.decode()
    assert (answer.status_code, essay_of(item.attempt).points) == (422, None)
    assert ("Write the points, 0 for none." in page, "Kept text" in page) == (True, True)
    graded(client, course, item, points="0")
    assert essay_of(item.attempt).points == 0


def test_what_is_not_graded_is_provisional_and_in_no_mean(client, course, quiz):
    handed_in(quiz)
    handed_in(quiz, essay="")
    client.force_login(instructor_of(course))
    page = client.get(url("run", course.slug, quiz.pk)).content.decode()
    assert page.count("provisional") == 1
    assert distribution(quiz=quiz).percents == [25]
    [summary] = summaries(course=course, now=clock.now())
    assert summary.mean_percent == 25


def test_a_grader_who_was_slower_is_told(client, course, quiz):
    attempt = handed_in(quiz)
    client.force_login(instructor_of(course))
    graded(client, course, essay_of(attempt), points="4")
    answer = client.post(url("grade_item", course.slug, essay_of(attempt).pk), {"points": "1", "seen": ""})
    assert (answer.status_code, essay_of(attempt).points) == (422, 4)


def test_nothing_is_graded_while_the_student_still_writes(client, course, quiz):
    attempt = services.start_attempt(quiz=quiz, user=student_of(course), now=clock.now())
    client.force_login(instructor_of(course))
    assert graded(client, course, essay_of(attempt), points="4").status_code == 422
    assert essay_of(attempt).points is None


@pytest.mark.django_db(transaction=True)
def test_of_graders_at_once_exactly_one_wins(course, quiz):
    item = essay_of(handed_in(quiz))
    graders = [instructor_of(course) for _ in range(4)]

    def grade(by, points):
        return marking.grade_item(
            item=AttemptItem.objects.select_related("attempt", "version", "scored_by").get(pk=item.pk),
            judgement=marking.Judgement({}, points, ""),
            seen=None,
            by=by,
            now=clock.now(),
        )

    acts = [lambda by=by, n=n: grade(by, float(n)) for n, by in enumerate(graders)]
    won = at_once(acts, refusals=Refused)
    item.refresh_from_db()
    assert won == [item.points]
    assert AttemptEvent.objects.filter(what=AttemptEvent.What.GRADED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_grader_and_a_worker_at_once_do_not_wait_for_each_other(course):
    quiz, by = make_quiz(course, ("numpy_line",), now=clock.now()), instructor_of(course)
    acts, judgement = [], marking.Judgement({}, 1, "")
    for _student in range(6):
        user, now = student_of(course), clock.now()
        attempt = services.start_attempt(quiz=quiz, user=user, now=now)
        services.record_answer(
            attempt_id=attempt.pk, user=user, position=1, client="t", seq=1, value=["X"], now=now
        )
        services.hand_in(attempt=attempt, now=clock.now())
        item, claim = attempt.items.get(), record.claim_next(now=clock.now())
        acts += [
            lambda item=item: marking.grade_item(
                item=item, judgement=judgement, seen=None, by=by, now=clock.now()
            ),
            lambda claim=claim: record.record(claim, ["X"], Score(1)),
        ]
    at_once(acts, refusals=Refused)
    for attempt in quiz.attempts.all():
        item = attempt.items.get()
        assert (attempt.score, attempt.pending, item.points, item.graded_by) == (1, 0, 1, by)


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER])
def test_only_graders_give_points(client, course, quiz, role):
    item = essay_of(handed_in(quiz))
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    assert graded(client, course, item, points="6").status_code == 403
    assert client.get(url("grade_item", course.slug, item.pk)).status_code == 403
    item.refresh_from_db()
    assert item.points is None


def test_an_answer_of_another_course_is_not_there(client, quiz):
    item, other = essay_of(handed_in(quiz)), CourseFactory()
    client.force_login(instructor_of(other))
    assert client.get(url("grade_item", other.slug, item.pk)).status_code == 404


@pytest.mark.parametrize("students", [1, 3])
def test_the_grading_page_asks_a_fixed_number_of_queries(
    client, course, quiz, students, django_assert_num_queries
):
    for _ in range(students):
        attempt = handed_in(quiz)
        SecondLook.objects.create(item=essay_of(attempt), text="Please", asked_at=clock.now())
    client.force_login(instructor_of(course))
    with django_assert_num_queries(9):
        page = client.get(url("grading", course.slug, quiz.pk))
    assert page.content.decode().count("waits for an answer") == students


# Second looks ---------------------------------------------------------------------------------------------


def look(client, course, item, text="My unit was right."):
    return client.post(url("second_look", course.slug, item.pk), {"text": text})


def review_released(quiz, course):
    services.close_quiz(quiz=quiz, by=instructor_of(course), now=clock.now() - timedelta(minutes=1))
    services.release_review(quiz=quiz, by=instructor_of(course), now=clock.now())


def test_a_student_asks_once_and_sees_the_answer(client, course, quiz):
    student = student_of(course)
    attempt = handed_in(quiz, student)
    review_released(quiz, course)
    client.force_login(student)
    look(client, course, essay_of(attempt))
    look(client, course, essay_of(attempt), "And again")
    asked = SecondLook.objects.get()
    assert (asked.text, asked.answered_at) == ("My unit was right.", None)
    grader = instructor_of(course)
    client.force_login(grader)
    client.post(url("answer_look", course.slug, asked.item_id), {"answer": "It was; 2 more points."})
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("It was; 2 more points.", grader)
    assert [mail.recipient for mail in Outbox.objects.filter(key__startswith="second-look")] == [
        student.email
    ]
    client.force_login(student)
    page = client.get(url("attempt_review", course.slug, attempt.pk)).content.decode()
    assert "It was; 2 more points." in page


def test_an_answer_scored_by_rule_is_counted_among_no_others(client, course, quiz):
    attempt = handed_in(quiz)
    client.force_login(instructor_of(course))
    by_rule, by_hand = (
        client.get(url("grade_item", course.slug, attempt.items.get(position=place).pk)).content.decode()
        for place in (1, 2)
    )
    assert ("Answer 1 of" in by_rule, "Answer 1 of 1" in by_hand) == (False, True)


def test_nobody_asks_before_the_review_or_about_somebody_elses_answer(client, course, quiz):
    student = student_of(course)
    attempt = handed_in(quiz, student)
    client.force_login(student)
    assert look(client, course, essay_of(attempt)).status_code == 403
    review_released(quiz, course)
    client.force_login(student_of(course))
    assert look(client, course, essay_of(attempt)).status_code == 404
    assert SecondLook.objects.count() == 0


def test_a_request_without_a_reason_is_refused(client, course, quiz):
    student = student_of(course)
    attempt = handed_in(quiz, student)
    review_released(quiz, course)
    client.force_login(student)
    look(client, course, essay_of(attempt), "   ")
    assert SecondLook.objects.count() == 0


def test_a_student_who_left_is_no_grader(client, course, quiz):
    item = essay_of(handed_in(quiz))
    gone = instructor_of(course)
    Enrolment.objects.filter(user=gone).update(left_at=clock.now())
    client.force_login(gone)
    assert graded(client, course, item, points="1").status_code == 404
