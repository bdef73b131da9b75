"""Who is on the list of those who may be falling behind, and with which reason."""

from datetime import timedelta

import pytest
from django.utils import translation

from classroom.models import Attendance, Outcome, ScheduleItem
from classroom.pages.dashboards import risk
from classroom.pages.dashboards.pieces import EXERCISE, QUIZ, Piece
from classroom.pages.dashboards.rows import Scene
from projects.models import Challenge
from quizzes.models import Quiz
from tests.factories import NOW, CourseFactory, student_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def course():
    return CourseFactory()


def pieces(course, kinds):
    """Pieces of work that closed one a day, the last one yesterday: "q" a quiz, "e" an exercise."""
    found = []
    for place, letter in enumerate(kinds):
        closes = NOW - (len(kinds) - place) * DAY
        kind, model = (QUIZ, Quiz) if letter == "q" else (EXERCISE, Challenge)
        work = model(pk=place + 1, course=course, title=f"W{place}", closes_at=closes)
        found.append(Piece(work, kind, 1, closes - DAY))
    return found


def outcome(course, user, piece, share=None, *, missed=False, due_at=None):
    handed_in = None if missed else piece.opens_at
    return Outcome.objects.create(
        course=course,
        user=user,
        item=piece.key,
        due_at=due_at or piece.closes_at,
        begun_at=handed_in,
        handed_in_at=handed_in,
        share=share,
    )


def listed(course, works, why=""):
    absences = risk.often_absent(course)
    found = risk.at_risk(course=course, pieces=works, absences=absences, now=NOW, why=why)
    return {one.user_id: one for one in (risk.student(row, absences) for row in found)}


@pytest.mark.parametrize(("missed", "on_the_list"), [((2,), False), ((2, 4), True), ((0, 4), False)])
def test_two_of_the_last_four_quizzes_are_too_many(course, missed, on_the_list):
    ada, works = student_of(course), pieces(course, "qqqqq")
    for place, piece in enumerate(works):
        outcome(course, ada, piece, 0.8, missed=place in missed)
    found = listed(course, works)
    assert bool(found) is on_the_list
    if found:
        assert found[ada.pk].reasons == ["Missed 2 of the last 4 quizzes."]


@pytest.mark.parametrize(("missed", "on_the_list"), [((0, 1), False), ((1, 2), True), ((2,), False)])
def test_nothing_for_the_last_two_exercises_is_a_reason(course, missed, on_the_list):
    ada, works = student_of(course), pieces(course, "eee")
    for place, piece in enumerate(works):
        outcome(course, ada, piece, 0.8, missed=place in missed)
    found = listed(course, works)
    assert bool(found) is on_the_list
    if found:
        assert found[ada.pk].reasons == ["Handed nothing in for the last 2 exercises."]


def test_one_exercise_is_too_few_to_say(course):
    ada, works = student_of(course), pieces(course, "e")
    outcome(course, ada, works[0], missed=True)
    assert listed(course, works) == {}


@pytest.mark.parametrize(
    ("shares", "on_the_list"),
    [
        ((0.9, 0.9, 0.9, 0.6, 0.7, 0.7), True),
        ((0.9, 0.9, 0.9, 0.8, 0.7, 0.7), False),
        ((None, None, 0.9, 0.1, 0.1, 0.1), False),  # one result before says nothing
        ((0.9, 0.9, None, None, None, 0.1), False),
        ((0.9, 0.9, None, None, 0.1, 0.1), True),
    ],
)
def test_results_that_fall_by_a_fifth_of_the_points_are_a_reason(course, shares, on_the_list):
    ada, works = student_of(course), pieces(course, "qeqeqe")
    for piece, share in zip(works, shares, strict=True):
        outcome(course, ada, piece, share)
    found = listed(course, works)
    assert bool(found) is on_the_list
    if shares[0] and found and shares[2]:
        assert found[ada.pk].reasons == ["Results are falling: from 90 % to 67 % on average."]


@pytest.mark.parametrize(("missed", "on_the_list"), [(1, False), (2, True), (3, True)])
def test_as_many_sessions_missed_as_may_be_are_a_reason(course, missed, on_the_list):
    ada, works = student_of(course), pieces(course, "q")
    outcome(course, ada, works[0], 0.9)
    for number in range(5):
        session = ScheduleItem.objects.create(course=course, title="S", starts_at=NOW, ends_at=NOW)
        status = "absent" if number < missed else "excused" if number == 4 else "present"
        Attendance.objects.create(
            course=course, session=session, user=ada, status=status, source="staff", changed_at=NOW
        )
    found = listed(course, works)
    assert bool(found) is on_the_list
    if found:
        assert found[ada.pk].reasons == [f"Missed {missed} sessions."]


def test_missed_sessions_do_where_nothing_has_opened(course):
    ada, ben, gone = student_of(course), student_of(course), student_of(course, left_at=NOW)
    for absent in ([ada, gone], [ada, ben, gone]):
        session = ScheduleItem.objects.create(course=course, title="S", starts_at=NOW, ends_at=NOW)
        for user in absent:
            Attendance.objects.create(
                course=course, session=session, user=user, status="absent", source="staff", changed_at=NOW
            )
    found = listed(course, [])
    assert {user: one.reasons for user, one in found.items()} == {ada.pk: ["Missed 2 sessions."]}


def test_what_may_still_be_handed_in_is_not_missed(course):
    ada, works = student_of(course), pieces(course, "qq")
    for piece in works:
        outcome(course, ada, piece, missed=True, due_at=NOW + DAY)
    assert listed(course, works) == {}


def test_the_list_can_be_narrowed_to_a_reason_and_tells_all(course):
    ada, ben, works = student_of(course), student_of(course), pieces(course, "qqee")
    for piece in works:
        outcome(course, ada, piece, missed=True)
        outcome(course, ben, piece, 0.5, missed=piece.kind == EXERCISE)
    assert set(listed(course, works)) == {ada.pk, ben.pk}
    assert set(listed(course, works, why=risk.QUIZZES)) == {ada.pk}
    assert set(listed(course, works, why=risk.EXERCISES)) == {ada.pk, ben.pk}
    assert set(listed(course, works, why=risk.FALLING)) == set()
    with translation.override("en"):
        assert listed(course, works)[ada.pk].reasons == [
            "Missed 2 of the last 4 quizzes.",
            "Handed nothing in for the last 2 exercises.",
        ]


def test_another_courses_students_are_not_listed(course):
    other = CourseFactory()
    works = pieces(course, "qq")
    for piece in works:
        outcome(other, student_of(other), piece, missed=True)
    assert listed(course, works) == {}
    assert Scene(course, NOW).absences == {}
