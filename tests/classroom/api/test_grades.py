"""The gradebook through the API: everything for staff, one's own for students as far as it is shown."""

from datetime import timedelta
from decimal import Decimal

import pytest

from classroom import clock
from classroom.models import PassingRule, Role
from tests.classroom.gradebook.factories import CategoryFactory, ColumnFactory, give, graded, tied
from tests.factories import CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory
from tests.quizzes.factories import make_quiz, take

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/courses/deep/"
DAY = timedelta(days=1)


@pytest.fixture
def course():
    return CourseFactory(slug="deep")


@pytest.fixture
def ada(course):
    return student_of(course, user__name="Ada", user__email="ada@example.org")


@pytest.fixture
def project(course):
    category = CategoryFactory(course=course, title="Project", weight=Decimal(40), position=1)
    return ColumnFactory(category=category, title="Talk", released_at=clock.now() - DAY)


def quiz_in(course, **fields):
    """A quiz worth 4 points and its column."""
    quiz = make_quiz(course, now=clock.now())
    category = CategoryFactory(course=course, title="Quizzes", weight=Decimal(60), position=0, drop_lowest=1)
    return quiz, tied(quiz, category, **{"released_at": clock.now()} | fields)


def release(quiz, attempt):
    quiz.closes_at = quiz.review_released_at = attempt.finished_at
    quiz.save(update_fields=["closes_at", "review_released_at"])


def grades(program, **query):
    answer = program.get(f"{ROOT}grades", query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["items"]


def test_the_gradebook_is_told_with_what_its_columns_come_from(program_of, course, project):
    quiz, column = quiz_in(course)
    task = ChallengeFactory(course=course, title="One layer")
    other = tied(task, project.category, position=5000, points=20, released_at=None, keep=True)
    PassingRule.objects.create(course=course, kind="percent", least=50)
    told = program_of(instructor_of(course)).get(f"{ROOT}gradebook").json()
    assert told["passing"] == {"least": 50.0, "of": "percent"}
    assert told["categories"] == [
        {"id": column.category_id, "title": "Quizzes", "weight": 60.0, "drop_lowest": 1},
        {"id": project.category_id, "title": "Project", "weight": 40.0, "drop_lowest": 0},
    ]
    common = {"category": project.category_id, "quiz": None, "is_released": True, "is_never_dropped": False}
    assert told["columns"] == [
        common
        | {
            "id": column.pk,
            "title": quiz.title,
            "category": column.category_id,
            "quiz": quiz.pk,
            "challenge": None,
            "points": 4.0,
        },
        common | {"id": project.pk, "title": "Talk", "challenge": None, "points": 10.0},
        common
        | {
            "id": other.pk,
            "title": "One layer",
            "challenge": task.pk,
            "points": 20.0,
            "is_released": False,
            "is_never_dropped": True,
        },
    ]


def test_staff_get_everybodys_grades(program_of, course, ada, project):
    quiz, column = quiz_in(course, released_at=None)
    eve = student_of(course, user__name="Eve")
    take(quiz, "0", user=ada)
    give(project, ada, 9)
    give(column, eve, excused=True, reason="She was ill.")
    PassingRule.objects.create(course=course, kind="percent", least=50)
    first, second = grades(program_of(EnrolmentFactory(course=course, role=Role.VIEWER).user))
    assert first["student"] == {"id": ada.pk, "name": "Ada", "email": "ada@example.org"}
    # 2 of 4 weigh 60 %, 9 of 10 weigh 40 %.
    assert (first["so_far"], first["if_missing_zero"], first["result"]) == (66.0, 66.0, "passed")
    assert first["categories"] == [
        {"category": column.category_id, "earned": 2.0, "possible": 4.0, "percent": 50.0},
        {"category": project.category_id, "earned": 9.0, "possible": 10.0, "percent": 90.0},
    ]
    mark = {"is_excused": False, "is_dropped": False, "is_given": False, "reason": "", "is_shown": True}
    assert first["marks"] == [
        mark | {"column": column.pk, "points": 2.0, "computed": 2.0},
        mark | {"column": project.pk, "points": 9.0, "computed": None, "is_given": True},
    ]
    assert (second["student"]["id"], second["so_far"], second["result"]) == (eve.pk, None, "open")
    assert second["marks"] == [
        mark
        | {
            "column": column.pk,
            "points": None,
            "computed": None,
            "is_excused": True,
            "is_given": True,
            "reason": "She was ill.",
        },
        mark | {"column": project.pk, "points": None, "computed": None},
    ]


def test_a_student_gets_their_own_as_far_as_it_is_shown(program_of, course, ada, project):
    quiz, column = quiz_in(course)
    hidden = ColumnFactory(category=project.category, position=5000, released_at=None)
    surprise = tied(
        make_quiz(course, title="A surprise", published_at=clock.now() + DAY), project.category, position=6000
    )
    attempt = take(quiz, "0", user=ada)
    give(hidden, ada, 9.125, reason="nobody must read this")
    give(project, student_of(course), 1.375)
    program = program_of(ada)
    told = program.get(f"{ROOT}gradebook").json()
    assert [one["id"] for one in told["columns"]] == [column.pk, project.pk, hidden.pk]
    [before] = grades(program)
    assert before["student"]["id"] == ada.pk
    assert (before["so_far"], before["result"]) == (None, None)
    assert [(one["column"], one["points"], one["is_shown"]) for one in before["marks"]] == [
        (column.pk, None, False),
        (project.pk, None, True),
        (hidden.pk, None, False),
    ]
    text = str(before)
    for secret in ("9.125", "1.375", "nobody", "True, 'is_d", surprise.title):
        assert secret not in text, secret
    release(quiz, attempt)
    [after] = grades(program)
    assert (after["so_far"], after["marks"][0]["points"]) == (50.0, 2.0)


def test_a_mark_does_not_tell_the_score_of_a_quiz_before_its_review(program_of, course, ada):
    quiz, column = quiz_in(course)
    attempt = take(quiz, "0", user=ada)
    give(column, ada, 3.5, reason="The projector failed.", computed=2)
    [[before]] = [one["marks"] for one in grades(program_of(ada))]
    assert (before["points"], before["computed"], before["reason"]) == (3.5, None, "The projector failed.")
    release(quiz, attempt)
    [[after]] = [one["marks"] for one in grades(program_of(ada))]
    assert (after["points"], after["computed"]) == (3.5, 2.0)


def test_one_students_grades_are_asked_for_by_id(program_of, course, ada, project):
    eve = student_of(course, user__name="Eve")
    elsewhere = student_of(CourseFactory())
    staff, own = program_of(instructor_of(course)), program_of(ada)
    asked = [ada.pk, eve.pk, elsewhere.pk, 10**17]
    assert [[one["student"]["id"] for one in grades(staff, student=pk)] for pk in asked] == [
        [ada.pk],
        [eve.pk],
        [],
        [],
    ]
    assert [[one["student"]["id"] for one in grades(own, student=pk)] for pk in asked] == [
        [ada.pk],
        [],
        [],
        [],
    ]


def test_an_empty_gradebook_is_told_as_such(program_of, course, ada):
    told = program_of(ada).get(f"{ROOT}gradebook").json()
    assert told == {"passing": None, "categories": [], "columns": []}
    [mine] = grades(program_of(ada))
    assert (mine["so_far"], mine["categories"], mine["marks"]) == (None, [], [])


def test_the_token_needs_the_scope(program_of, course, ada):
    for address in ("grades", "gradebook"):
        assert program_of(ada, "read:courses", "read:people").get(ROOT + address).status_code == 403


@pytest.mark.parametrize(
    ("who", "address", "queries"),
    [("staff", "grades", 17), ("student", "grades", 20), ("staff", "gradebook", 8)],
)
def test_many_take_as_many_queries_as_one(
    program_of, course, ada, project, django_assert_num_queries, who, address, queries
):
    program = program_of(ada if who == "student" else instructor_of(course))
    program.get("/api/v1/me")
    for count in (1, 3):
        for user in [ada, *(student_of(course) for _ in range(count))]:
            task, quiz = ChallengeFactory(course=course), make_quiz(course, now=clock.now())
            take(quiz, "0", user=user)
            graded(task, user, 80.0)
            for work in (quiz, task):
                tied(work, project.category)
        with django_assert_num_queries(queries):
            assert program.get(ROOT + address).status_code == 200
