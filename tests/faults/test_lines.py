"""Workers or Redis die while lines of numpy are checked: every answer is graded, with the right points."""

from django.urls import reverse

from classroom import clock
from quizzes import services
from quizzes.models import Attempt
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_quiz
from tests.site import wait_until

STUDENTS = 12


def taken(site):
    """Let a class hand in over the network, half of them a wrong line."""
    quiz = make_quiz(CourseFactory(slug="dl"), ("numpy_line",), now=clock.now())
    for number in range(STUDENTS):
        user = student_of(quiz.course)
        attempt = services.start_attempt(quiz=quiz, user=user, now=clock.now())
        visitor = site.visitor(user)
        address = reverse("quizzes:attempt", args=["dl", attempt.pk])
        visitor.get(address)
        line = "X @ W + b" if number % 2 else "X @ W - b"
        answer = visitor.post(address, {"q1": line, "hand_in": "1"})
        assert answer.status == 200, answer.text
    return quiz


def all_checked(quiz):
    scores = list(Attempt.objects.filter(quiz=quiz, pending=0).order_by("pk").values_list("score", flat=True))
    return len(scores) == STUDENTS and scores


def test_a_grader_killed_while_it_checks_costs_only_time(site):
    quiz = taken(site)
    site.kill("grader")
    site.start("grader")
    scores = wait_until(lambda: all_checked(quiz), seconds=60, what="every line's check")
    assert scores == [0, 2] * (STUDENTS // 2)


def test_lines_handed_in_while_redis_is_away_are_checked_when_it_is_back(site):
    site.kill("redis")
    quiz = taken(site)
    assert Attempt.objects.filter(quiz=quiz, pending=1).count() == STUDENTS
    site.start("redis")
    scores = wait_until(lambda: all_checked(quiz), seconds=60, what="every line's check")
    assert scores == [0, 2] * (STUDENTS // 2)
