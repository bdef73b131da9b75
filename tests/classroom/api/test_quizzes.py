"""Quizzes and results through the API: of everybody for staff, one's own for students, as released."""

from datetime import timedelta

import pytest
from django.utils import timezone

from classroom import clock
from classroom.models import Role
from quizzes import services
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/courses/deep/"


@pytest.fixture
def course():
    return CourseFactory(slug="deep")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric"), now=clock.now())


def attempt_of(user, quiz, *, right=True, finished=True):
    now = clock.now()
    attempt = services.start_attempt(quiz=quiz, user=user, now=now)
    for position, value in ((1, "0"), (2, "0.64" if right else "7")):
        services.record_answer(
            attempt_id=attempt.pk,
            user=user,
            position=position,
            client="t",
            seq=position,
            value=[value],
            now=now,
        )
    return services.hand_in(attempt=attempt, now=now) if finished else attempt


def release(quiz, by):
    services.close_quiz(quiz=quiz, by=by, now=clock.now())
    services.release_review(quiz=quiz, by=by, now=clock.now())


def test_staff_get_all_quizzes_with_the_class_and_students_theirs(program_of, course, quiz):
    make_quiz(course, ("single",), title="Draft", published_at=None, is_open=False)
    student = student_of(course)
    attempt_of(student, quiz)
    staff = program_of(instructor_of(course)).get(f"{ROOT}quizzes").json()["items"]
    assert {one["title"]: (one["state"], one["own"]) for one in staff} == {
        "Draft": ("draft", None),
        "Feed-forward nets": ("open", None),
    }
    assert next(one["everybody"] for one in staff if one["id"] == quiz.pk) == {
        "questions": 2,
        "writing": 0,
        "handed_in": 1,
        "mean_percent": 100.0,
    }
    mine = program_of(student).get(f"{ROOT}quizzes").json()["items"]
    assert [(one["id"], one["state"], one["own"], one["everybody"]) for one in mine] == [
        (quiz.pk, "handed_in", {"score": None, "max_score": 4.0, "deadline": None}, None)
    ]


def test_one_quiz_is_as_in_the_list_and_a_draft_is_not_there_for_students(program_of, course, quiz):
    draft = make_quiz(course, ("single",), published_at=None, is_open=False)
    student, staff = program_of(student_of(course)), program_of(instructor_of(course))
    assert student.get(f"{ROOT}quizzes/{quiz.pk}").json() == student.get(f"{ROOT}quizzes").json()["items"][0]
    assert [who.get(f"{ROOT}quizzes/{draft.pk}").status_code for who in (student, staff)] == [404, 200]
    assert [who.get(f"{ROOT}quizzes/{draft.pk}/attempts").status_code for who in (student, staff)] == [
        404,
        200,
    ]


def test_a_student_sees_no_score_before_the_review_shows_it(program_of, course, quiz):
    student, instructor = student_of(course), instructor_of(course)
    attempt = attempt_of(student, quiz)
    program = program_of(student)
    one = program.get(f"{ROOT}attempts/{attempt.pk}").json()
    assert (one["shown"], one["score"], one["questions"]) == ([], None, [])
    [row] = program.get(f"{ROOT}quizzes/{quiz.pk}/attempts").json()["items"]
    assert (row["shown"], row["score"]) == ([], None)
    release(quiz, instructor)
    one = program.get(f"{ROOT}attempts/{attempt.pk}").json()
    assert one["shown"] == ["answers", "explanation", "feedback", "points", "solution"]
    assert (one["score"], one["max_score"], one["student"]) == (4.0, 4.0, None)
    assert [(q["position"], q["points"], q["answer"]) for q in one["questions"]] == [
        (1, 2.0, ["A step"]),
        (2, 2.0, ["`0.64`"]),
    ]


def test_a_review_that_shows_points_only_gives_nothing_else_away(program_of, course, quiz):
    type(quiz).objects.filter(pk=quiz.pk).update(review={"right_after": ["points"]})
    student = student_of(course)
    attempt = attempt_of(student, quiz, right=False)
    one = program_of(student).get(f"{ROOT}attempts/{attempt.pk}").json()
    assert (one["shown"], one["score"]) == (["points"], 2.0)
    assert [(q["points"], q["answer"], q["solution"], q["feedback"]) for q in one["questions"]] == [
        (2.0, [], [], ""),
        (0.0, [], [], ""),
    ]


def test_practice_gives_no_solution_away_while_it_is_written(program_of, course):
    quiz = make_quiz(course, ("single",), now=clock.now(), practice=True)
    student = student_of(course)
    attempt = services.start_attempt(quiz=quiz, user=student, now=clock.now())
    one = program_of(student).get(f"{ROOT}attempts/{attempt.pk}").json()
    assert (one["finished_at"], one["shown"], one["score"], one["questions"]) == (None, [], None, [])


def test_nobody_gets_anothers_attempt(program_of, course, quiz):
    attempt = attempt_of(student_of(course), quiz)
    other = program_of(student_of(course))
    assert other.get(f"{ROOT}attempts/{attempt.pk}").status_code == 404
    assert other.get(f"{ROOT}quizzes/{quiz.pk}/attempts").json()["items"] == []
    elsewhere = CourseFactory(slug="elsewhere")
    stranger = program_of(instructor_of(elsewhere))
    assert stranger.get(f"{ROOT}attempts/{attempt.pk}").status_code == 404
    assert stranger.get(f"/api/v1/courses/elsewhere/attempts/{attempt.pk}").status_code == 404
    assert stranger.get(f"/api/v1/courses/elsewhere/quizzes/{quiz.pk}").status_code == 404


def test_staff_get_everybodys_attempts_by_name(program_of, course, quiz):
    people = [student_of(course, user__name=name) for name in ("Zoe", "Ada")]
    for person in people:
        attempt_of(person, quiz, right=person.name == "Ada")
    viewer = program_of(EnrolmentFactory(course=course, role=Role.VIEWER).user)
    rows = viewer.get(f"{ROOT}quizzes/{quiz.pk}/attempts").json()["items"]
    assert [(row["student"]["name"], row["score"]) for row in rows] == [("Ada", 4.0), ("Zoe", 2.0)]
    one = viewer.get(f"{ROOT}attempts/{rows[1]['id']}").json()
    assert [q["points"] for q in one["questions"]] == [2.0, 0.0]


def test_an_attempt_whose_time_is_up_is_closed_by_whoever_asks(program_of, course):
    past = timezone.now() - timedelta(hours=1)
    quiz = make_quiz(course, ("single",), now=past)
    student = student_of(course)
    services.start_attempt(quiz=quiz, user=student, now=past)
    [row] = program_of(instructor_of(course)).get(f"{ROOT}quizzes/{quiz.pk}/attempts").json()["items"]
    assert (row["finished_at"] is None, row["score"]) == (False, 0.0)


@pytest.mark.parametrize(
    ("who", "address", "queries"),
    [
        ("student", "quizzes", 7),
        ("instructor", "quizzes", 7),
        ("student", "quizzes/{}/attempts", 7),
        ("instructor", "quizzes/{}/attempts", 6),
    ],
)
def test_lists_take_as_many_queries_for_many_as_for_one(
    program_of, course, quiz, django_assert_num_queries, who, address, queries
):
    student = student_of(course)
    program = program_of({"student": student, "instructor": instructor_of(course)}[who])
    program.get("/api/v1/me")
    type(quiz).objects.filter(pk=quiz.pk).update(max_attempts=9)
    quiz.refresh_from_db()
    attempt_of(student, quiz)
    for count in (1, 3):
        while course.quizzes.count() < count:
            attempt_of(student, make_quiz(course, now=clock.now()))
        while quiz.attempts.count() < count:
            attempt_of(student, quiz)
        with django_assert_num_queries(queries):
            assert len(program.get(ROOT + address.format(quiz.pk)).json()["items"]) == count
