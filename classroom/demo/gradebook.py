"""The demo course's gradebook: quizzes, the exercise, talks that were graded by hand, and two exceptions."""

from datetime import datetime, timedelta

from classroom import gradebook
from classroom.demo.cohort import Cohort
from classroom.gradebook import Change
from classroom.models import Course, GradeCategory, GradeColumn, PassingRule
from classroom.pages.gradebook.filling import add_everything

#: By the titles that `add_everything` gives in the course's language: weight and how many are dropped.
CATEGORIES = {"Quizzes": (40, 1), "Exercises": (30, 0), "Seminar": (30, 0)}


def keep_grades(course: Course, people: Cohort, now: datetime) -> None:
    """Set the gradebook up and give marks: half of the class has given its talk."""
    add_everything(course=course, by=people.instructor, now=now - timedelta(days=2))
    seminar = GradeCategory.objects.create(course=course, title="Seminar", position=2)
    for title, (weight, dropped) in CATEGORIES.items():
        GradeCategory.objects.filter(course=course, title=title).update(weight=weight, drop_lowest=dropped)
    PassingRule.objects.create(course=course, kind=PassingRule.Kind.PERCENT, least=50)
    talk = GradeColumn(
        course=course, category=seminar, title="Talk", points=10, released_at=now - timedelta(days=1)
    )
    gradebook.add_column(column=talk, by=people.instructor, now=now - timedelta(days=2))
    talks = [
        Change(talk, student.user.pk, round(20 * student.ability) / 2) for student in people.students[::2]
    ]
    gradebook.save_marks(changes=talks, by=people.assistant, now=now - timedelta(days=1))
    _make_exceptions(course, people, now)


def _make_exceptions(course: Course, people: Cohort, now: datetime) -> None:
    """Excuse one student from a quiz, and take another one's word that the network was gone."""
    quizzes = GradeColumn.objects.filter(course=course, item__startswith="quiz:")[:2]
    ill, cut_off = people.students[4].user, people.students[0].user
    exceptions = [
        Change(quizzes[0], ill.pk, None, excused=True, reason="Ill, with a doctor's note."),
        Change(
            quizzes[1], cut_off.pk, 5, reason="The network failed in the room; the answers were on paper."
        ),
    ]
    gradebook.save_marks(changes=exceptions, by=people.assistant, now=now - timedelta(hours=20))
