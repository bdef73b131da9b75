"""Marks that staff give: kept, conflicting, refused."""

import pytest
from django.db import IntegrityError, transaction

from classroom import gradebook
from classroom.errors import Refused
from classroom.gradebook import Change, Conflict, save_mark, save_marks
from classroom.models import AuditEntry, GradeCategory, GradeChange, GradeColumn, GradeMark
from tests.classroom.gradebook.factories import CategoryFactory, ColumnFactory, give, tied
from tests.factories import NOW, CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def column():
    return ColumnFactory()


@pytest.fixture
def ada(column):
    return student_of(column.course)


def history():
    return list(
        GradeChange.objects.order_by("pk").values_list("revision", "points", "excused", "reason", "computed")
    )


def test_every_change_is_kept(column, ada):
    give(column, ada, 7.5, reason="oral")
    give(column, ada, excused=True, seen=1, reason="ill")
    mark = give(column, ada, seen=2)
    assert (mark.points, mark.excused, mark.stands, mark.revision) == (None, False, False, 3)
    assert history() == [
        (1, 7.5, False, "oral", None),
        (2, None, True, "ill", None),
        (3, None, False, "", None),
    ]


def test_nobody_writes_over_what_they_have_not_seen(column, ada):
    theirs = give(column, ada, 7)
    with pytest.raises(Conflict) as caught:
        give(column, ada, 8)
    assert caught.value.mark == theirs
    with pytest.raises(Conflict):
        give(column, ada, 8, seen=2)
    assert GradeMark.objects.get().points == 7
    assert len(history()) == 1


def test_several_marks_are_saved_together_or_not_at_all(column, ada):
    eve = student_of(column.course)
    give(column, eve, 3)
    changes = [Change(column, ada.pk, 5), Change(column, eve.pk, 4)]
    with pytest.raises(Conflict):
        save_marks(changes=changes, by=ada, now=NOW)
    assert list(GradeMark.objects.values_list("user", "points")) == [(eve.pk, 3)]
    assert len(history()) == 1


@pytest.mark.parametrize("points", [-0.5, 100_000.5, float("inf"), float("nan")])
def test_points_out_of_range_are_refused(column, ada, points):
    with pytest.raises(Refused):
        give(column, ada, points)


def test_more_points_than_possible_are_extra_points(column, ada):
    assert give(column, ada, 11).points == 11


def test_a_score_is_overridden_with_a_reason(ada, column):
    quiz_column = tied(make_quiz(column.course), column.category)
    for empty in ("", "  "):
        with pytest.raises(Refused):
            give(quiz_column, ada, 3, reason=empty)
        with pytest.raises(Refused):
            give(quiz_column, ada, excused=True, reason=empty)
    with pytest.raises(Refused):
        give(quiz_column, ada, 3, reason="x" * 301)
    give(quiz_column, ada, 3, reason="The projector failed.", computed=1.5)
    give(quiz_column, ada, seen=1)  # taking it back needs none
    assert history() == [(1, 3, False, "The projector failed.", 1.5), (2, None, False, "", None)]


@pytest.mark.parametrize("fields", [{"points": -1}, {"points": 1, "excused": True}, {"points": 1e9}])
def test_the_database_refuses_what_is_no_mark(column, ada, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        GradeMark.objects.create(column=column, user=ada, at=NOW, revision=1, **fields)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seen", [0, 1])
def test_of_many_who_save_at_once_one_does(seen):
    column = ColumnFactory()
    ada, by = student_of(column.course), instructor_of(column.course)
    if seen:
        give(column, ada, 1, by=by)
    acts = [
        lambda points=points: save_mark(change=Change(column, ada.pk, points, seen=seen), by=by, now=NOW)
        for points in range(6)
    ]
    done = at_once(acts, refusals=Conflict)
    assert len(done) == 1
    assert GradeMark.objects.get().points == done[0].points
    assert GradeChange.objects.count() == seen + 1


def test_a_piece_of_work_is_in_a_gradebook_once(column):
    quiz = make_quiz(column.course)
    tied(quiz, column.category)
    again = GradeColumn(course=column.course, category=column.category, title="Again", item=quiz.deadline_key)
    with pytest.raises(Refused):
        gradebook.add_column(column=again, by=instructor_of(column.course), now=NOW)
    assert AuditEntry.objects.count() == 0
    other = CategoryFactory()
    tied(quiz, other)  # another course's gradebook knows nothing of it


def test_columns_and_categories_change_places():
    course, by = CourseFactory(), None
    first, second = (CategoryFactory(course=course, position=0) for _ in range(2))
    gradebook.move(thing=second, up=True)
    assert list(GradeCategory.objects.filter(course=course)) == [second, first]
    gradebook.move(thing=second, up=True)  # the first stays the first
    assert list(GradeCategory.objects.filter(course=course)) == [second, first]
    by = instructor_of(course)
    a, b, c = (
        gradebook.add_column(
            column=GradeColumn(course=course, category=first, title=title, points=1), by=by, now=NOW
        )
        for title in "abc"
    )
    gradebook.move(thing=c, up=True)
    gradebook.move(thing=a, up=False)
    assert list(first.columns.order_by("position")) == [c, a, b]


def test_a_column_that_moves_to_another_category_stands_at_its_end(column):
    other = CategoryFactory(course=column.course)
    ColumnFactory.create_batch(2, category=other)
    column.category = other
    gradebook.change_column(column=column, fields=["category"], by=instructor_of(column.course), now=NOW)
    assert list(other.columns.order_by("position", "pk"))[-1] == column


def test_a_category_with_columns_is_not_deleted(column):
    with pytest.raises(Refused):
        gradebook.delete_category(category=column.category, by=instructor_of(column.course), now=NOW)
    assert GradeCategory.objects.count() == 1


def test_deleting_a_column_says_what_is_lost_and_who_did_it(column, ada):
    by = instructor_of(column.course)
    give(column, ada, 5)
    give(column, student_of(column.course), excused=True)
    taken_back = student_of(column.course)
    give(column, taken_back, 1)
    give(column, taken_back, seen=1)
    assert gradebook.delete_column(column=column, by=by, now=NOW) == 2
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == (by, "grades.column_deleted")
    assert entry.detail == {"title": column.title, "marks": 2}


def test_releasing_twice_is_told_apart(column):
    by = instructor_of(column.course)
    said = [gradebook.release(column=column, shown=shown, by=by, now=NOW) for shown in (True, False, False)]
    assert said == [False, True, False]
    assert [entry.action for entry in AuditEntry.objects.all()] == ["grades.hidden"]
