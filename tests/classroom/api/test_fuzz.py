"""The API asked at random, from its own description: no answer that the description does not know.

Each operation is asked by a student's and by an instructor's program, with what it takes and with what it
does not. Half of the addresses name what there is, since drawn ones hardly ever do.
"""

from datetime import timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from classroom import clock, tokens
from classroom.api import auth
from classroom.models import Scope
from classroom.wsgi import application
from projects import services as projects
from quizzes import services as quizzes
from tests.factories import CourseFactory, WeekFactory, instructor_of, student_of
from tests.projects.factories import ChallengeFactory
from tests.quizzes.factories import make_quiz

DAY = timedelta(days=1)
BOUNDED = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def _one_connection():
    """Let requests use the test's transaction, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(db, _one_connection, monkeypatch):
    """One of everything in a course, a student and an instructor there."""
    monkeypatch.setattr(auth._rate, "most", 10**6)
    now, course = clock.now(), CourseFactory(slug="deep")
    people = {"student": student_of(course), "instructor": instructor_of(course)}
    quiz = make_quiz(course, now=now)
    attempt = quizzes.start_attempt(quiz=quiz, user=people["student"], now=now)
    quizzes.hand_in(attempt=attempt, now=now)
    quizzes.close_quiz(quiz=quiz, by=people["instructor"], now=now)
    quizzes.release_review(quiz=quiz, by=people["instructor"], now=now)
    task = ChallengeFactory(course=course, published_at=now - DAY, opens_at=now - DAY, closes_at=now + DAY)
    handed_in = projects.hand_in(
        challenge=task, user=people["student"], filename="a.py", source=b"a = 1", now=now
    )
    named = {
        "slug": "deep",
        "number": WeekFactory(course=course, number=1, released_at=now).number,
        "quiz": quiz.pk,
        "attempt": attempt.pk,
        "challenge": task.pk,
        "submission": handed_in.pk,
    }
    return people, named


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("role", ["student", "instructor"])
def test_no_request_gets_an_answer_that_is_not_described(world, role, mode):
    people, named = world
    _token, secret = tokens.create(
        user=people[role], name="fuzz", scopes=Scope.values, good_for=DAY, now=clock.now()
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    asked = []

    def ask(case, *, exists):
        if exists and mode == GenerationMode.POSITIVE:
            case.path_parameters = {name: named[name] for name in case.path_parameters}
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})
        asked.append((case.operation.label, answer.status_code))

    for found in schema.get_all_operations():
        strategy = found.ok().as_strategy(generation_mode=mode)
        BOUNDED(given(case=strategy, exists=st.booleans())(lambda case, exists: ask(case, exists=exists)))()
    assert len({label for label, _status in asked}) == 18
    if mode == GenerationMode.POSITIVE:
        good = {label for label, status in asked if status < 300}
        assert len(good) == (16 if role == "student" else 17), good
