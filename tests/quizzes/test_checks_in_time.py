"""Lines of numpy that a student has checked while the quiz runs."""

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services, tasks
from quizzes.models import Attempt, AttemptEvent, Quiz
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import ESSAY, NUMPY_LINE, make_question, make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db
RIGHT, TURNED = "X @ W + b", "(X @ W + b).T"


@pytest.fixture
def attempt(client):
    """A quiz that counts, whose first question may be checked three times, and whose second may not."""
    quiz = make_quiz(CourseFactory(slug="dl"), ("numpy_line",), now=clock.now())
    unchecked = make_question(quiz.course, "numpy_line", NUMPY_LINE | {"checks": 0})
    quiz.slots.create(position=2, question=unchecked, points=2)
    user = student_of(quiz.course)
    client.force_login(user)
    return services.start_attempt(quiz=quiz, user=user, now=clock.now())


def save(attempt, value, seq, position=1):
    services.record_answer(
        attempt_id=attempt.pk,
        user=attempt.user,
        position=position,
        client="tab",
        seq=seq,
        value=[value],
        now=clock.now(),
    )


def check(client, attempt, position=1, **sent):
    address = reverse("quizzes:check", args=["dl", attempt.pk, position])
    return client.post(address, sent or {"check": "1"})


def checks(attempt):
    return attempt.events.filter(what=AttemptEvent.What.CHECKED).count()


def test_a_student_asks_waits_and_is_told(client, attempt):
    save(attempt, TURNED, 1)
    asked = check(client, attempt).content.decode()
    assert ("Being checked" in asked, "data-waiting" in asked, "left: 2" in asked) == (True, True, True)
    tasks.check_item()
    told = check(client, attempt, look="1").content.decode()
    assert ("transposed" in told, "Partly right" in told, "data-waiting" in told) == (True, True, False)
    assert "X @ W + b" not in told.replace(TURNED, "")
    page = client.get(reverse("quizzes:attempt", args=["dl", attempt.pk])).content.decode()
    assert ("transposed" in page, "left: 2" in page) == (True, True)


def test_asking_about_the_same_answer_again_costs_nothing(client, attempt):
    save(attempt, RIGHT, 1)
    check(client, attempt)
    check(client, attempt)
    tasks.check_item()
    check(client, attempt)
    check(client, attempt, look="1")
    assert checks(attempt) == 1


def test_checks_are_used_up(client, attempt):
    for seq, line in enumerate(["X", "W", "b", "m"], start=1):
        save(attempt, line, seq)
        answer = check(client, attempt)
        tasks.check_item()
    assert (answer.status_code, checks(attempt)) == (403, 3)
    assert "used all" in answer.json()["error"]
    assert attempt.items.get(position=1).verdict["value"] == ["b"]


def test_looking_asks_nobody(client, attempt):
    save(attempt, RIGHT, 1)
    told = check(client, attempt, look="1").content.decode()
    assert ("Being checked" in told, checks(attempt)) == (False, 0)


def test_an_answer_changed_meanwhile_is_not_judged_by_the_old_one(client, attempt):
    save(attempt, RIGHT, 1)
    check(client, attempt)
    tasks.check_item()
    save(attempt, "X", 2)
    told = check(client, attempt, look="1").content.decode()
    assert 'data-tone="good"' not in told


@pytest.mark.parametrize(
    "sent", [{"check": "1"}, {"solution": "1"}, {"look": "1"}, {"look": "1", "solution": "1"}]
)
def test_what_may_not_be_checked_tells_nothing(client, attempt, sent):
    save(attempt, TURNED, 1, position=2)
    check(client, attempt, position=2)
    tasks.check_item()
    told = check(client, attempt, position=2, **sent).content.decode()
    assert ("transposed" in told, "np.dot" in told, RIGHT in told, checks(attempt)) == (
        False,
        False,
        False,
        0,
    )


@pytest.mark.parametrize("sent", [{"solution": "1"}, {"look": "1", "solution": "1"}])
def test_a_check_never_shows_the_solution_in_a_quiz_that_counts(client, attempt, sent):
    save(attempt, TURNED, 1)
    check(client, attempt)
    tasks.check_item()
    told = check(client, attempt, **sent).content.decode()
    assert RIGHT not in told.replace(TURNED, "")


def test_after_the_hand_in_nothing_is_told_before_the_review(client, attempt):
    save(attempt, TURNED, 1)
    services.hand_in(attempt=attempt, now=clock.now())
    tasks.check_item()
    for sent in ({"check": "1"}, {"look": "1"}):
        answer = check(client, attempt, **sent)
        assert (answer.status_code, "transposed" in answer.content.decode()) == (409, False)


def test_nobody_looks_at_somebody_elses_check(client, attempt):
    save(attempt, TURNED, 1)
    check(client, attempt)
    tasks.check_item()
    client.force_login(student_of(attempt.quiz.course))
    assert check(client, attempt, look="1").status_code == 404
    assert check(client, attempt).status_code == 404


def test_practice_checks_lines_without_end(client, attempt):
    Quiz.objects.update(practice=True)
    for seq, line in enumerate(["X", "W", "b", "m", TURNED], start=1):
        save(attempt, line, seq, position=2)
        check(client, attempt, position=2)
        tasks.check_item()
    told = check(client, attempt, position=2, look="1").content.decode()
    assert ("transposed" in told, checks(attempt)) == (True, 5)
    shown = check(client, attempt, position=2, solution="1").content.decode()
    assert "Z = X @ W + b" in shown


def test_in_practice_an_essay_waits_for_a_person(client, attempt):
    quiz = make_quiz(attempt.quiz.course, (), now=clock.now(), practice=True)
    quiz.slots.create(position=1, question=make_question(quiz.course, "essay", ESSAY), points=2)
    essay = services.start_attempt(quiz=quiz, user=attempt.user, now=clock.now())
    save(essay, "Because.", 1)
    told = check(client, essay).content.decode()
    assert ("A person reads this answer" in told, "data-waiting" in told) == (True, False)


def test_without_script_a_button_of_the_form_saves_and_checks(client, attempt):
    address = reverse("quizzes:attempt", args=["dl", attempt.pk])
    answer = client.post(address, {"q1": TURNED, "q2": "", "check": "1"}, follow=True)
    assert "Being checked" in answer.content.decode()
    tasks.check_item()
    assert "transposed" in client.get(address).content.decode()


def test_the_page_says_when_nothing_can_be_checked(client, attempt):
    save(attempt, RIGHT, 1)
    check(client, attempt)
    item = attempt.items.get(position=1)
    item.verdict |= {"problem": "Landlock is missing."}
    item.save(update_fields=["verdict"])
    told = check(client, attempt, look="1").content.decode()
    assert ("cannot be checked at the moment" in told, "Landlock" in told) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_cost_one_check():
    quiz = make_quiz(CourseFactory(), ("numpy_line",), now=clock.now())
    attempt = services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=clock.now())
    save(attempt, RIGHT, 1)

    def ask():
        return services.note_check(
            attempt_id=attempt.pk, user=attempt.user, position=1, solution=False, now=clock.now()
        )

    assert len(at_once([ask] * 4, refusals=())) == 4
    assert checks(Attempt.objects.get(pk=attempt.pk)) == 1
