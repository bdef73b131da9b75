"""What counts in every cell: scores from the apps, marks, and what may still come."""

from datetime import timedelta

import pytest

from classroom.models import Accommodation, Extension, Group, PassingRule
from classroom.pages.gradebook.book import open_book
from classroom.passing import Standing, Verdict
from projects.models import Challenge
from tests.classroom.gradebook.factories import CategoryFactory, ColumnFactory, give, graded, tied
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory, HackathonFactory, challenge_of, members, team_of
from tests.quizzes.factories import make_quiz, take

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def course():
    return CourseFactory()


def cells(course, user, now=NOW):
    """(points, excused, whether more may come) of one student, read alone and among all: the same."""
    book = open_book(course=course, now=now)
    alone = open_book(course=course, now=now, students=[s for s in book.students if s.pk == user.pk])
    assert alone.cells[user.pk] == book.cells[user.pk]
    assert [column.possible for column in alone.columns] == [column.possible for column in book.columns]
    return [(cell.points, cell.excused, cell.still_open) for cell in book.cells[user.pk]]


@pytest.mark.parametrize(("counts", "points"), [("best", 4), ("last", 2), ("first", 2), ("mean", 2.666667)])
def test_a_quiz_counts_by_its_own_rule(course, counts, points):
    quiz = make_quiz(course, counts=counts, max_attempts=3)
    tied(quiz)
    ada = student_of(course)
    for answer in ("9", "0.64", "9"):
        take(quiz, "0", answer, user=ada, now=NOW)
    assert cells(course, ada) == [(points, False, False)]


def test_a_quiz_may_still_bring_points_while_it_is_open(course):
    quiz = make_quiz(course, max_attempts=2, closes_at=NOW + DAY)
    tied(quiz)
    ada, eve, bob = (student_of(course) for _ in range(3))
    take(quiz, "0", user=ada, now=NOW)
    take(quiz, "0", user=eve, now=NOW, finish=False)
    assert cells(course, ada) == [(2, False, True)]
    later = NOW + DAY
    assert cells(course, ada, later) == [(2, False, False)]
    assert cells(course, eve, later) == [(None, False, True)]  # nobody has closed the attempt yet
    assert cells(course, bob, later) == [(None, False, False)]
    group = Group.objects.create(course=course, name="Ill")
    group.members.add(bob)
    Extension.objects.create(course=course, item=quiz.deadline_key, group=group, closes_at=later + DAY)
    assert cells(course, bob, later) == [(None, False, True)]
    assert cells(course, ada, later) == [(2, False, False)]


def test_a_column_may_count_more_or_less_than_its_work_has(course):
    quiz = make_quiz(course)
    tied(quiz, points=10)
    ada = student_of(course)
    take(quiz, "0", user=ada, now=NOW)
    assert cells(course, ada) == [(5, False, False)]


@pytest.mark.parametrize(("policy", "points"), [("best", 80), ("last", 60), ("chosen", 70)])
def test_an_exercise_counts_by_its_own_rule(course, policy, points):
    challenge = ChallengeFactory(course=course, policy=policy, closes_at=NOW)
    tied(challenge)
    ada = student_of(course)
    for number, score in enumerate([70, 80, 60], start=1):
        graded(challenge, ada, score, number=number, chosen_at=NOW if score == 70 else None)
    graded(challenge, student_of(course), 100)
    assert cells(course, ada) == [(points, False, False)]


def test_points_given_by_staff_and_days_too_late_count_as_in_the_exercise(course):
    challenge = ChallengeFactory(course=course, opens_at=None, closes_at=NOW - DAY, late_days=1)
    tied(challenge)
    ada, eve = student_of(course), student_of(course)
    graded(challenge, ada, 90)
    graded(challenge, ada, 100, number=2, late_factor=0.5)
    graded(challenge, eve, 90, adjusted_score=95)
    assert cells(course, ada) == [(90, False, False)]
    assert cells(course, eve) == [(95, False, False)]
    assert Challenge.objects.get().submissions.counting(challenge).get(user=ada).number == 1


def test_an_extension_moves_the_days_too_late_as_well(course):
    challenge = ChallengeFactory(course=course, opens_at=None, closes_at=NOW - 4 * DAY, late_days=1)
    tied(challenge)
    ada, ben = student_of(course), student_of(course)
    Extension.objects.create(
        course=course, item=challenge.deadline_key, user=ada, closes_at=NOW - DAY / 2, reason="ill"
    )
    assert cells(course, ada) == [(None, False, True)]
    assert cells(course, ben) == [(None, False, False)]
    assert cells(course, ada, NOW + DAY / 2) == [(None, False, False)]


def test_what_is_not_graded_yet_may_still_bring_points(course):
    challenge = ChallengeFactory(course=course, closes_at=NOW)
    free = ChallengeFactory(course=course, exercise="", closes_at=NOW, max_points=5)
    tied(challenge, points=100)
    tied(free)
    ada = student_of(course)
    graded(challenge, ada, None)
    graded(free, ada, None)
    assert cells(course, ada) == [(None, False, True), (None, False, True)]


def test_a_teams_work_counts_for_who_was_in_it_then(course):
    challenge = challenge_of(HackathonFactory(course=course), closes_at=NOW)
    team = team_of(challenge.hackathon, size=2)
    tied(challenge)
    first, second = members(team)
    graded(challenge, first, 60, team=team)
    graded(challenge, second, 40, team=team, number=2)
    outsider = student_of(course)
    assert cells(course, first) == cells(course, second) == [(60, False, False)]
    assert cells(course, outsider) == [(None, False, False)]


def test_a_mark_counts_instead_of_the_score_until_it_is_taken_back(course):
    quiz = make_quiz(course)
    column = tied(quiz)
    own = ColumnFactory(category=column.category)
    ada = student_of(course)
    take(quiz, "0", user=ada, now=NOW)
    give(column, ada, excused=True, reason="ill")
    give(own, ada, 7)
    assert cells(course, ada) == [(None, True, False), (7, False, False)]
    give(column, ada, seen=1)
    give(own, ada, seen=1)
    assert cells(course, ada) == [(2, False, False), (None, False, True)]


def test_practice_and_works_of_other_courses_count_for_nothing(course):
    practice, foreign = make_quiz(course, practice=True), make_quiz()
    category = CategoryFactory(course=course)
    ada = student_of(course)
    for quiz in (practice, foreign):
        tied(quiz, category)
        EnrolmentFactory(course=foreign.course, user=ada) if quiz == foreign else None
        take(quiz, "0", user=ada, now=NOW)
    assert cells(course, ada) == [(None, False, False), (None, False, False)]


def test_totals_and_the_verdict_follow_the_rules(course):
    PassingRule.objects.create(course=course, kind="percent", least=50)
    quizzes = CategoryFactory(course=course, weight=40, drop_lowest=1)
    project = CategoryFactory(course=course, weight=40)
    columns = ColumnFactory.create_batch(3, category=quizzes)
    last = ColumnFactory(category=project)
    ada, eve, bob = (student_of(course) for _ in range(3))
    for column, points in zip(columns, (10, 4, 6), strict=True):
        give(column, ada, points)
    give(last, eve, 10)
    give(last, bob, 1)
    give(columns[0], bob, 0)
    give(columns[1], bob, 0)
    give(columns[2], bob, 0)
    book = open_book(course=course, now=NOW)
    assert [book.standing_of(user.pk) for user in (ada, eve, bob)] == [
        Standing(80.0, 40.0, 40.0, Verdict.OPEN),
        Standing(100.0, 50.0, 50.0, Verdict.PASSED),
        Standing(5.0, 5.0, 5.0, Verdict.FAILED),
    ]


def test_only_who_takes_the_course_now_is_in_it(course):
    ada = student_of(course)
    student_of(course, left_at=NOW)
    Accommodation.objects.create(course=course, user=ada)
    instructor_of(course)
    student_of(CourseFactory())
    assert [student.pk for student in open_book(course=course, now=NOW).students] == [ada.pk]


def fill(course, rows):
    for _ in range(rows):
        category = CategoryFactory(course=course)
        tied(make_quiz(course), category)
        tied(ChallengeFactory(course=course), category)
        tied(ChallengeFactory(course=course, policy="last"), category)
        give(ColumnFactory(category=category), student_of(course), 5)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_book_takes_as_many_queries_for_many_as_for_one(course, rows, django_assert_num_queries):
    fill(course, rows)
    with django_assert_num_queries(16):
        open_book(course=course, now=NOW, groups=True)
