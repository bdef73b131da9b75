"""Hints that cost, and practice that tells at once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services
from quizzes.checking import record
from quizzes.errors import Refused
from quizzes.kinds import Score
from quizzes.models import Attempt, AttemptEvent, Marking, QuestionVersion, Slot
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_question, make_quiz, save
from tests.races import at_once

pytestmark = pytest.mark.django_db
What = AttemptEvent.What


@pytest.fixture
def quiz():
    return make_quiz(
        CourseFactory(slug="dl"), ("short_text", "numeric"), now=clock.now(), hint_cost_percent=20
    )


@pytest.fixture
def attempt(client, quiz):
    user = student_of(quiz.course)
    client.force_login(user)
    attempt = services.start_attempt(quiz=quiz, user=user, now=clock.now())
    QuestionVersion.objects.filter(items__attempt=attempt, kind="short_text").update(
        hints=["Think of **Leibniz**.", "Two words."], explanation="It is the *chain rule*."
    )
    return attempt


def url(name, attempt, *more):
    return reverse(f"quizzes:{name}", args=["dl", attempt.pk, *more])


def hint(client, attempt, number=1, position=1):
    return client.post(url("hint", attempt, position), {"number": number})


def test_hints_are_shown_one_after_the_other_and_stay(client, attempt):
    page = client.get(url("attempt", attempt)).content.decode()
    assert ("Leibniz" in page, "Two words" in page) == (False, False)
    assert "Show a hint (costs 20 %)" in page
    first = hint(client, attempt).content.decode()
    assert ("<strong>Leibniz</strong>" in first, "Two words" in first) == (True, False)
    second = hint(client, attempt, 2).content.decode()
    assert ("Leibniz" in second, "Two words" in second, "Show a hint" in second) == (True, True, False)
    page = client.get(url("attempt", attempt)).content.decode()
    assert ("Leibniz" in page, "Two words" in page) == (True, True)


def test_a_hint_asked_for_twice_costs_once(client, attempt):
    for _ in range(3):
        assert hint(client, attempt).status_code == 200
    assert attempt.events.filter(what=What.HINT).count() == 1
    save(attempt, 1, "chain rule")
    services.hand_in(attempt=attempt, now=clock.now())
    assert attempt.score == 1.6


@pytest.mark.parametrize("number", [0, 2, 3, -1, "x", ""])
def test_hints_are_not_skipped(client, attempt, number):
    assert hint(client, attempt, number).status_code == 403
    assert not attempt.events.filter(what=What.HINT).exists()


def test_a_quiz_without_hints_gives_none(client, quiz, attempt):
    quiz.hint_cost_percent = None
    quiz.save()
    assert "Show a hint" not in client.get(url("attempt", attempt)).content.decode()
    assert hint(client, attempt).status_code == 403


def test_there_are_no_hints_after_the_end(client, attempt):
    past = clock.now() - timedelta(seconds=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=past, accepts_until=past)
    late = hint(client, attempt)
    assert (late.status_code, list(late.json())) == (409, ["error"])
    assert "Leibniz" not in late.content.decode()


def test_nobody_takes_somebody_elses_hints(client, attempt):
    client.force_login(student_of(attempt.quiz.course))
    assert hint(client, attempt).status_code == 404
    assert not attempt.events.filter(what=What.HINT).exists()


def test_without_script_a_button_of_the_form_shows_the_hint_and_saves(client, attempt):
    page = client.post(url("attempt", attempt), {"q1": "product rule", "hint": "1.1"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{url('attempt', attempt)}#question-1"
    assert "Leibniz" in page.content.decode()
    assert attempt.answers.get().value == ["product rule"]


@pytest.mark.django_db(transaction=True)
def test_a_hint_taken_in_two_tabs_at_once_costs_once(client, attempt):
    acts = [
        lambda: services.take_hint(
            attempt_id=attempt.pk, user=attempt.user, position=1, number=1, now=clock.now()
        )
    ] * 5
    assert at_once(acts, refusals=Refused) == [["Think of **Leibniz**."]] * 5
    assert attempt.events.filter(what=What.HINT).count() == 1


@pytest.fixture
def practice(quiz):
    quiz.practice = True
    quiz.save()


def check(client, attempt, position=1, **fields):
    return client.post(url("check", attempt, position), fields)


def test_practice_tells_at_once_and_again_and_again(client, practice, attempt):
    save(attempt, 1, "product rule")
    wrong = check(client, attempt).content.decode()
    assert ("Not right" in wrong, "chain rule" in wrong) == (True, False)
    save(attempt, 1, "chain rule", seq=2)
    assert "Right" in check(client, attempt).content.decode()
    assert "No answer yet" in check(client, attempt, 2).content.decode()
    assert attempt.events.filter(what=What.CHECKED).count() == 3


def test_practice_shows_the_solution_on_demand(client, practice, attempt):
    shown = check(client, attempt, solution="1").content.decode()
    assert "chain rule</code>" in shown or "chain rule" in shown
    assert "<em>chain rule</em>" in shown


def test_practice_gives_hints_for_nothing(client, practice, attempt):
    assert "costs" not in client.get(url("attempt", attempt)).content.decode().split("<form")[-1]
    hint(client, attempt)
    save(attempt, 1, "chain rule")
    services.hand_in(attempt=attempt, now=clock.now())
    assert attempt.score == 2


def test_a_quiz_that_counts_tells_nothing_before_the_review(client, attempt):
    save(attempt, 1, "product rule")
    for fields in ({}, {"solution": "1"}):
        refused = check(client, attempt, **fields)
        assert (refused.status_code, list(refused.json())) == (403, ["error"])
    for query in ({"checked": "1"}, {"solved": "1"}):
        page = client.get(url("attempt", attempt), query).content.decode()
        assert ("chain rule" in page, "Not right" in page) == (False, False)
    client.post(url("attempt", attempt), {"q1": "x", "q2": "", "solution": "1"})
    assert not attempt.events.filter(what=What.CHECKED).exists()


def test_nobody_checks_in_somebody_elses_practice(client, practice, attempt):
    client.force_login(student_of(attempt.quiz.course))
    assert check(client, attempt, solution="1").status_code == 404


def test_without_script_practice_checks_by_a_button_of_the_form(client, practice, attempt):
    page = client.post(url("attempt", attempt), {"q1": "chain rule", "q2": "1", "check": "1"}, follow=True)
    assert "Right" in page.content.decode()
    page = client.post(url("attempt", attempt), {"q1": "chain rule", "q2": "1", "solution": "2"}, follow=True)
    assert "0.64" in page.content.decode()


def test_practice_is_marked_as_such(client, practice, quiz, attempt):
    assert "Practice: nothing counts" in client.get(url("attempt", attempt)).content.decode()
    assert "Practice: nothing counts" in client.get(reverse("quizzes:index", args=["dl"])).content.decode()


def test_the_door_says_the_rules_before_the_start(client, quiz):
    quiz.outage_cap_seconds, quiz.marking = 120, Marking.CERTAINTY
    quiz.save()
    client.force_login(student_of(quiz.course))
    page = client.get(reverse("quizzes:quiz", args=["dl", quiz.pk])).content.decode()
    assert "each costs 20 % of what your answer earns" in page
    assert "How sure you are counts" in page
    assert "Time without connection is measured and given back, up to 2 min" in page


@pytest.fixture
def numpy_attempt(client, practice, quiz):
    Slot.objects.create(quiz=quiz, position=3, question=make_question(quiz.course, "numpy_line"), points=2)
    user = student_of(quiz.course)
    client.force_login(user)
    return services.start_attempt(quiz=quiz, user=user, now=clock.now())


def test_practice_asks_a_worker_where_the_sandbox_must_check(client, numpy_attempt):
    save(numpy_attempt, 3, "X @ W + b")
    said = check(client, numpy_attempt, 3).content.decode()
    assert ("Being checked" in said, "data-waiting" in said) == (True, True)
    check(client, numpy_attempt, 3)
    item = numpy_attempt.items.get(position=3)
    assert (item.verdict, item.run) == ({"value": ["X @ W + b"]}, 1)  # asked once
    claim = record.claim_next(now=clock.now())
    assert record.record(claim, ["X @ W + b"], Score(1, "Well done.")) is True
    polled = check(client, numpy_attempt, 3, look="1").content.decode()
    assert ("Right" in polled, "Well done." in polled, "data-waiting" in polled) == (True, True, False)
    save(numpy_attempt, 3, "X @ W", seq=2)  # another answer: what was found out says nothing of it
    assert "Right" not in check(client, numpy_attempt, 3, look="1").content.decode()


def test_showing_the_solution_bothers_no_worker(client, numpy_attempt):
    save(numpy_attempt, 3, "X @ W + b")
    check(client, numpy_attempt, 3, solution="1")
    assert numpy_attempt.items.get(position=3).unchecked_since is None


def test_a_worker_that_ends_before_the_scoring_leaves_it_to_the_scoring(client, quiz, numpy_attempt):
    """A practising student hands in while the sandbox works; the worker is done before anything is scored."""
    save(numpy_attempt, 1, "chain rule")
    save(numpy_attempt, 3, "X @ W + b", seq=2)
    check(client, numpy_attempt, 3)
    claim = record.claim_next(now=clock.now())
    Attempt.objects.filter(pk=numpy_attempt.pk).update(finished_at=clock.now())  # closed, and then a crash
    assert record.record(claim, ["X @ W + b"], Score(1)) is True
    services.settle(now=clock.now(), quiz=quiz)
    numpy_attempt.refresh_from_db()
    assert (numpy_attempt.score, numpy_attempt.pending) == (4, 0)


def test_looking_for_a_check_tells_nothing_where_the_quiz_counts(client, attempt):
    save(attempt, 1, "product rule")
    looked = check(client, attempt, 1, look="1").content.decode()
    assert ("Not right" in looked, "chain rule" in looked) == (False, False)


def test_a_question_that_is_not_there_is_told_so(client, practice, attempt):
    assert check(client, attempt, 99).status_code == 403
    assert check(client, attempt, 99, look="1").status_code == 404
    assert hint(client, attempt, position=99).status_code == 403
