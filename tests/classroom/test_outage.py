"""A database that is away, locked or full is no mistake of the person's, and nothing is called saved."""

import json
import logging

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from classroom import clock
from quizzes.models import Answer, Attempt
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet():
    """The errors are logged, which these tests need not show."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def attempt(client):
    quiz = make_quiz(CourseFactory(slug="dl"), now=clock.now())
    student = student_of(quiz.course)
    client.force_login(student)
    client.post(reverse("quizzes:start", args=["dl", quiz.pk]))
    client.raise_request_exception = False
    return Attempt.objects.get(user=student)


def failing(word, error):
    """Fail every statement that has `word` in it, as a server that has gone would."""

    def wrapper(execute, sql, params, many, context):
        if word in sql:
            raise error
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def save(client, attempt):
    body = json.dumps({"position": 1, "client": "tab", "seq": 1, "value": ["0"]})
    return client.post(reverse("quizzes:save", args=["dl", attempt.pk]), body, "application/json")


@pytest.mark.parametrize("word", ["classroom_session", "UPDATE", "INSERT"])
def test_save_the_database_refuses_is_never_called_saved(client, attempt, word):
    with failing(word, OperationalError("database or disk is full")):
        response = save(client, attempt)
    assert (response.status_code, response["Retry-After"], list(response.json())) == (503, "2", ["error"])
    assert Answer.objects.count() == 0
    assert save(client, attempt).json()["saved"] == 1
    assert Answer.objects.count() == 1


def test_page_the_database_cannot_give_says_try_again(client, attempt):
    with failing("quizzes_attempt", OperationalError("the connection is closed")):
        response = client.get(reverse("quizzes:attempt", args=["dl", attempt.pk]))
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "cannot be reached" in response.content.decode()


def test_any_other_mistake_stays_a_500(client, attempt):
    with failing("INSERT", RuntimeError("a bug")):
        assert save(client, attempt).status_code == 500
