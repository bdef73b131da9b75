from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services
from quizzes.errors import Refused
from quizzes.models import Attempt, CodeTries, Quiz
from quizzes.services.entry import check_access_code
from tests.factories import NOW, CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz
from tests.races import at_once

CODE = "Möwe 7"


@pytest.fixture
def course(db):
    return CourseFactory(slug="dl")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single",), now=clock.now(), access_code=CODE)


def start(client, user, code, **extra):
    client.force_login(user)
    url = reverse("quizzes:start", args=["dl", Quiz.objects.get().pk])
    return client.post(url, {"access_code": code}, follow=True, **extra).content.decode()


def enter(quiz, user, code, at=NOW):
    """Return what is said, or nothing when the code is right."""
    try:
        check_access_code(quiz=quiz, user=user, code=code, now=at)
    except Refused as refusal:
        return str(refusal)
    return ""


def test_the_code_is_asked_for_before_the_start(client, course, quiz):
    student = student_of(course)
    client.force_login(student)
    assert 'name="access_code"' in client.get(quiz.get_absolute_url()).content.decode()
    assert "Enter the access code" in start(client, student, " ")
    assert "This access code is wrong. You have 4 more tries" in start(client, student, "Möwe 8")
    assert not Attempt.objects.exists()
    assert "Question 1 of 1" in start(client, student, "  möwe7 ")
    assert not CodeTries.objects.exists()
    assert "Question 1 of 1" in start(client, student, "")  # going on needs none


def test_after_five_wrong_codes_even_the_right_one_waits(course, quiz):
    student = student_of(course)
    for _ in range(4):
        assert "try again in" not in enter(quiz, student, "wrong")
    assert (
        enter(quiz, student, "wrong")
        == "This access code is wrong. After several wrong codes you can try again in 30 seconds."
    )
    soon = NOW + timedelta(seconds=20)
    assert enter(quiz, student, CODE, soon) == ("After several wrong codes you can try again in 10 seconds.")
    assert CodeTries.objects.get().wrong == 5
    assert enter(quiz, student, CODE, NOW + timedelta(seconds=30)) == ""


def test_the_wait_doubles_so_a_week_is_not_enough_to_guess(course, quiz):
    student, at, guesses = student_of(course), NOW, 0
    while at < NOW + timedelta(days=7):
        enter(quiz, student, "wrong", at)
        guesses += 1
        at = max(at, CodeTries.objects.get().waits_until or at)
    assert guesses < 200


def test_a_class_behind_one_address_gets_in_while_one_of_them_guesses(client, course, quiz):
    guesser, nat = student_of(course, user__name="Guesser"), {"REMOTE_ADDR": "198.51.100.7"}
    for number in range(50):
        said = start(client, guesser, f"guess {number}", **nat)
        assert "Question 1 of 1" in start(client, student_of(course), CODE, **nat)
    assert "you can try again in" in said
    assert Attempt.objects.count() == 50
    assert not Attempt.objects.filter(user=guesser).exists()
    assert CodeTries.objects.get().wrong == 5


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_gain_nothing():
    quiz = make_quiz(kinds=("single",), access_code=CODE)
    student = student_of(quiz.course)
    at_once([lambda n=n: enter(quiz, student, f"guess {n}") for n in range(12)], refusals=Refused)
    assert CodeTries.objects.get().wrong == 5


def test_the_code_is_on_no_page_of_a_student_and_on_the_staffs(client, course, quiz):
    student = student_of(course)
    client.force_login(student)
    attempt = services.start_attempt(quiz=quiz, user=student, now=clock.now(), access_code=CODE)
    urls = [
        reverse("quizzes:index", args=["dl"]),
        reverse("course", args=["dl"]),
        quiz.get_absolute_url(),
        reverse("quizzes:attempt", args=["dl", attempt.pk]),
        reverse("quizzes:clock", args=["dl", attempt.pk]),
    ]
    for url in urls:
        assert CODE not in client.get(url).content.decode()
    client.force_login(instructor_of(course))
    assert CODE in client.get(reverse("quizzes:run", args=["dl", quiz.pk])).content.decode()
