"""Gradebooks with columns and marks, and hand-ins with points as the grader would have given them."""

import factory
from factory.django import DjangoModelFactory

from classroom import gradebook
from classroom.models import GradeCategory, GradeColumn
from projects.models import Submission
from tests.factories import NOW, CourseFactory, instructor_of


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = GradeCategory

    course = factory.SubFactory(CourseFactory)
    title = factory.Sequence(lambda n: f"Category {n}")
    position = factory.Sequence(lambda n: n % 1000)


class ColumnFactory(DjangoModelFactory):
    class Meta:
        model = GradeColumn

    course = factory.SelfAttribute("category.course")
    category = factory.SubFactory(CategoryFactory)
    title = factory.Sequence(lambda n: f"Column {n}")
    position = factory.Sequence(lambda n: n % 1000)
    points = 10
    released_at = NOW


def tied(work, category=None, **fields):
    """A column whose scores come from a quiz or challenge."""
    category = category or CategoryFactory(course=work.course)
    return ColumnFactory(
        **{"category": category, "title": work.title, "item": work.deadline_key, "points": None} | fields
    )


def give(column, user, points=None, *, by=None, now=NOW, **more):
    """Give somebody a mark."""
    change = gradebook.Change(column, user.pk, points, **more)
    return gradebook.save_mark(change=change, by=by or instructor_of(column.course), now=now)


def graded(challenge, user, score, *, number=1, team=None, now=NOW, **fields):
    """A hand-in that the grader gave `score` of 100 points."""
    submission = Submission.objects.create(
        **{
            "challenge": challenge,
            "user": user,
            "team": team,
            "number": number,
            "exercise": challenge.exercise,
            "filename": "net.py",
            "sha256": "",
            "size_bytes": 1,
            "submitted_at": now,
            "graded_at": None if score is None else now,
            "score": score,
            "max_score": None if score is None else 100.0,
        }
        | fields
    )
    submission.authors.set([user] if team is None else [one.user for one in team.memberships.all()])
    return submission
