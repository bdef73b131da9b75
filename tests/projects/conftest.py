import pytest

from classroom import clock
from projects import grading
from tests.factories import NOW, CourseFactory, instructor_of, student_of


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock, stopped at NOW; `now(later)` moves it."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times.append


@pytest.fixture
def course(db):
    return CourseFactory()


@pytest.fixture
def student(course):
    return student_of(course)


@pytest.fixture
def instructor(course):
    return instructor_of(course)


@pytest.fixture
def as_user(client):
    """Return a function that signs somebody in."""

    def as_user(user):
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def grade_all():
    """Return a function that works like the grader until nothing waits."""

    def grade_all():
        while grading.grade_next():
            pass

    return grade_all
