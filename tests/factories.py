"""Data for tests of what every course has; apps add their own in `tests/<package>/factories.py`."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from classroom.models import Course, Enrolment, Role, User, Week

#: A Tuesday afternoon in term, well away from a clock change.
NOW = datetime(2027, 5, 18, 16, 0, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    slug = factory.Sequence(lambda n: f"course-{n}")
    title = factory.Sequence(lambda n: f"Course {n}")


class WeekFactory(DjangoModelFactory):
    class Meta:
        model = Week

    course = factory.SubFactory(CourseFactory)
    number = factory.Sequence(lambda n: n % 60 + 1)
    title = factory.Sequence(lambda n: f"Week {n}")
    starts_at = NOW
    released_at = NOW - timedelta(days=1)


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    course = factory.SubFactory(CourseFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.STUDENT


def student_of(course: Course, **fields: object) -> User:
    return EnrolmentFactory(course=course, **fields).user


def instructor_of(course: Course, **fields: object) -> User:
    return EnrolmentFactory(course=course, role=Role.INSTRUCTOR, **fields).user
