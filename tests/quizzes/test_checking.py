"""Answers that a worker checks: asked for, claimed, recorded, whatever workers and students do meanwhile."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db.models import F

from classroom import bell, clock
from nnengine.sandbox import IsolationUnavailable, SandboxCrashed
from quizzes import services, tasks
from quizzes.checking import record
from quizzes.kinds import Score
from quizzes.models import Attempt, AttemptItem
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import NUMPY_LINE, make_question, make_quiz
from tests.races import at_once

RIGHT, WRONG = ["X @ W + b"], ["X @ W"]


def started(**fields):
    quiz = make_quiz(CourseFactory(), ("numpy_line", "single"), now=clock.now(), **fields)
    return services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=clock.now())


def answer(attempt, value, position=1, seq=1):
    services.record_answer(
        attempt_id=attempt.pk,
        user=attempt.user,
        position=position,
        client="t",
        seq=seq,
        value=value,
        now=clock.now(),
    )


def handed_in(value=RIGHT):
    attempt = started()
    answer(attempt, value)
    answer(attempt, ["0"], position=2, seq=2)
    return services.hand_in(attempt=attempt, now=clock.now())


def standing(attempt):
    attempt.refresh_from_db()
    item = attempt.items.get(position=1)
    return attempt.score, attempt.pending, item.points


@pytest.mark.django_db
def test_a_line_waits_for_a_worker_and_then_counts(django_capture_on_commit_callbacks, monkeypatch):
    rung = []
    monkeypatch.setattr(bell.current_app, "send_task", lambda name, **_: rung.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        attempt = handed_in()
    assert rung == ["quizzes.tasks.check_item"]
    assert standing(attempt) == (2, 1, None)
    tasks.check_item()
    assert standing(attempt) == (4, 0, 2)
    assert record.check_next() is False


@pytest.mark.django_db
def test_what_is_wrong_with_a_line_is_kept_for_review_and_statistics():
    attempt = handed_in(["(X @ W + b).T"])
    tasks.check_item()
    assert standing(attempt) == (3, 0, 1)
    verdict = attempt.items.get(position=1).verdict
    assert (verdict["fraction"], verdict["misconception"]) == (0.5, "transposed")
    assert verdict["value"] == ["(X @ W + b).T"]


@pytest.mark.django_db
def test_an_open_line_waits_for_nobody():
    attempt = started()
    services.hand_in(attempt=attempt, now=clock.now())
    assert standing(attempt) == (0, 0, 0)
    assert record.check_next() is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", [["\0"], ["\ud800".encode("utf-8", "replace").decode()], ["x" * 501], ["", "X"]]
)
def test_an_odd_answer_is_checked_like_any_other(value):
    attempt = started()
    if "\0" in value[0]:
        value = ["'\\0' + X"]
    answer(attempt, value)
    services.hand_in(attempt=attempt, now=clock.now())
    tasks.check_item()
    assert standing(attempt) == (0, 0, 0)


@pytest.mark.django_db
def test_a_check_during_the_quiz_counts_at_the_hand_in_if_the_answer_is_the_same():
    attempt = started()
    answer(attempt, RIGHT)
    record.ask([(attempt.items.get(position=1), RIGHT)], now=clock.now())
    tasks.check_item()
    item = attempt.items.get(position=1)
    assert (item.points, item.verdict["fraction"]) == (None, 1)
    services.hand_in(attempt=attempt, now=clock.now())
    assert standing(attempt) == (2, 0, 2)
    assert record.check_next() is False


@pytest.mark.django_db
def test_a_check_during_the_quiz_does_not_count_for_another_answer():
    attempt = started()
    record.ask([(attempt.items.get(position=1), RIGHT)], now=clock.now())
    tasks.check_item()
    answer(attempt, WRONG)
    services.hand_in(attempt=attempt, now=clock.now())
    assert standing(attempt) == (0, 1, None)
    tasks.check_item()
    assert standing(attempt) == (0, 0, 0)


@pytest.mark.django_db
def test_a_check_that_was_under_way_at_the_hand_in_is_superseded():
    attempt = started()
    record.ask([(attempt.items.get(position=1), RIGHT)], now=clock.now())
    slow = record.claim_next(now=clock.now())
    answer(attempt, WRONG)
    services.hand_in(attempt=attempt, now=clock.now())
    assert record.record(slow, RIGHT, Score(1)) is False
    tasks.check_item()
    assert standing(attempt) == (0, 0, 0)


@pytest.mark.django_db
def test_a_check_that_ends_between_hand_in_and_scoring_is_scored_with_the_rest():
    attempt = started()
    answer(attempt, RIGHT)
    answer(attempt, ["0"], position=2, seq=2)
    record.ask([(attempt.items.get(position=1), RIGHT)], now=clock.now())
    claim = record.claim_next(now=clock.now())
    Attempt.objects.filter(pk=attempt.pk).update(finished_at=clock.now())
    assert record.record(claim, RIGHT, Score(1)) is True
    assert standing(attempt) == (None, 0, None)
    services.settle(now=clock.now())
    assert standing(attempt) == (4, 0, 2)


@pytest.mark.django_db
def test_a_lease_that_lapsed_is_claimed_again_and_the_slow_worker_writes_nothing():
    attempt = handed_in()
    now = clock.now()
    slow = record.claim_next(now=now)
    assert record.claim_next(now=now + record.LEASE - timedelta(seconds=1)) is None
    fast = record.claim_next(now=now + record.LEASE)
    assert (slow.item_id, fast.run) == (fast.item_id, slow.run + 1)
    assert record.record(slow, RIGHT, Score(0)) is False
    assert record.record(fast, RIGHT, Score(1)) is True
    assert standing(attempt) == (4, 0, 2)


@pytest.mark.django_db
def test_a_persons_grade_is_not_overwritten():
    attempt = handed_in()
    slow = record.claim_next(now=clock.now())
    AttemptItem.objects.filter(pk=slow.item_id).update(points=1.5, graded_at=clock.now(), run=F("run") + 1)
    assert record.record(slow, RIGHT, Score(0)) is False
    later = clock.now() + 2 * record.LEASE
    assert (record.waiting_count(now=later), record.claim_next(now=later)) == (0, None)
    assert attempt.items.get(position=1).points == 1.5


@pytest.mark.django_db
def test_an_answer_changed_after_a_persons_grade_is_checked_anew():
    attempt = handed_in(WRONG)
    attempt.items.filter(position=1).update(points=1.5, graded_at=clock.now(), run=F("run") + 1)
    instructor = instructor_of(attempt.quiz.course)
    services.reopen_attempt(attempt=attempt, by=instructor, reason="Fire drill", minutes=5, now=clock.now())
    answer(attempt, RIGHT, seq=3)
    services.hand_in(attempt=Attempt.objects.get(pk=attempt.pk), now=clock.now())
    assert standing(attempt) == (2, 1, None)
    tasks.check_item()
    assert standing(attempt) == (4, 0, 2)


@pytest.mark.django_db
def test_without_a_sandbox_answers_wait_and_say_why(monkeypatch):
    attempt = handed_in()

    def missing(*_arguments):
        raise IsolationUnavailable("Landlock is missing: use a newer kernel.")

    monkeypatch.setattr(record, "check", missing)
    for _ in range(record.MAX_TRIES + 1):
        assert record.check_next() is True
    assert standing(attempt) == (2, 1, None)
    assert attempt.items.get(position=1).verdict["problem"] == "Landlock is missing: use a newer kernel."
    monkeypatch.undo()
    tasks.check_item()
    assert standing(attempt) == (4, 0, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [SandboxCrashed("the zygote is gone"), ZeroDivisionError("a defect")])
def test_an_answer_that_breaks_the_check_is_left_to_a_person(monkeypatch, error):
    attempt = handed_in()

    def broken(*_arguments):
        raise error

    monkeypatch.setattr(record, "check", broken)
    assert [record.check_next() for _ in range(record.MAX_TRIES + 1)] == [True, True, True, False]
    assert standing(attempt) == (2, 1, None)
    assert str(error) in attempt.items.get(position=1).verdict["problem"]


@pytest.mark.django_db
def test_an_answer_whose_workers_die_is_left_to_a_person():
    attempt = handed_in()
    now = clock.now()
    for times in range(record.MAX_TRIES):
        assert record.claim_next(now=now + times * record.LEASE) is not None
    record.give_up_lapsed(now=now + (record.MAX_TRIES - 1) * record.LEASE)
    assert record.waiting_count(now=now + record.MAX_TRIES * record.LEASE) == 1
    record.give_up_lapsed(now=now + record.MAX_TRIES * record.LEASE)
    assert record.waiting_count(now=now + record.MAX_TRIES * record.LEASE) == 0
    assert standing(attempt) == (2, 1, None)
    assert "3 times" in attempt.items.get(position=1).verdict["problem"]


@pytest.mark.django_db
def test_a_question_whose_own_line_is_broken_is_left_to_a_person():
    quiz = make_quiz(CourseFactory(), (), now=clock.now())
    question = make_question(quiz.course, "numpy_line", NUMPY_LINE | {"reference": "X @ W.T"})
    quiz.slots.create(position=1, question=question, points=2)
    attempt = services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=clock.now())
    answer(attempt, RIGHT)
    services.hand_in(attempt=attempt, now=clock.now())
    tasks.check_item()
    assert standing(attempt) == (0, 1, None)
    assert "own line does not run: ValueError" in attempt.items.get(position=1).verdict["problem"]
    assert record.check_next() is False


@pytest.mark.django_db
def test_the_sweep_rings_again_for_what_nobody_holds(monkeypatch):
    handed_in()
    rung = []
    monkeypatch.setattr(bell, "ring", rung.append)
    tasks.sweep()
    assert rung == ["quizzes.tasks.check_item"]
    record.claim_next(now=clock.now())
    tasks.sweep()
    assert rung == ["quizzes.tasks.check_item"]


@pytest.mark.django_db
def test_a_check_is_a_task_of_the_queue_that_the_grader_hears():
    route = current_app.amqp.router.route({}, record.CHECK_TASK)
    assert route["queue"].name == "grade"
    assert record.CHECK_TASK in current_app.tasks


@pytest.mark.django_db(transaction=True)
def test_two_lines_of_one_attempt_recorded_at_once_are_both_in_the_score():
    quiz = make_quiz(CourseFactory(), ("numpy_line", "numpy_line"), now=clock.now())
    attempt = services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=clock.now())
    answer(attempt, RIGHT, 1, 1)
    answer(attempt, RIGHT, 2, 2)
    services.hand_in(attempt=attempt, now=clock.now())
    claims = [record.claim_next(now=clock.now()) for _ in range(2)]
    acts = [lambda claim=claim: record.record(claim, RIGHT, Score(1)) for claim in claims]
    assert at_once(acts, refusals=()) == [True, True]
    attempt = Attempt.objects.get(pk=attempt.pk)
    assert (attempt.score, attempt.pending) == (4, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_claims():
    handed_in()
    now = clock.now()
    claims = at_once([lambda: record.claim_next(now=now)] * 4, refusals=())
    assert len([claim for claim in claims if claim is not None]) == 1
