"""A key was wrong: who changes is shown first, then it is applied to everybody at once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from quizzes import services
from quizzes.errors import Refused
from quizzes.models import Attempt, AttemptEvent, Regrade
from quizzes.services import marking, regrading
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import NUMERIC, make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db

MENDED = {"answers": [{"value": 0.64, "absolute": 0.005}, {"value": 64, "absolute": 0.5}]}


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric"), now=clock.now() - timedelta(minutes=2))


@pytest.fixture
def instructor(course):
    return instructor_of(course)


def handed_in(quiz, number, *, finish=True):
    now, user = clock.now() - timedelta(seconds=30), student_of(quiz.course)
    attempt = services.start_attempt(quiz=quiz, user=user, now=now)
    services.record_answer(
        attempt_id=attempt.pk, user=user, position=2, client="t", seq=1, value=[number], now=now
    )
    return services.hand_in(attempt=attempt, now=now) if finish else attempt


def question_of(quiz, position=2):
    return quiz.slots.get(position=position).question


def mended(quiz, data=MENDED, kind="numeric"):
    return services.revise_question(
        question=question_of(quiz), kind=kind, body="Better", data=data, explanation="", now=clock.now()
    )


def begun(quiz, instructor, version, mode=Regrade.Mode.KEY):
    return regrading.begin_regrade(
        quiz=quiz,
        version=version,
        mode=mode,
        reason="Percent are right, too.",
        by=instructor,
        now=clock.now(),
    )


def compared(regrade):
    regrading.compare(pk=regrade.pk, now=clock.now())
    regrade.refresh_from_db()
    return {change.item.attempt_id: (change.before, change.after) for change in regrade.changes.all()}


def score_of(attempt):
    attempt.refresh_from_db()
    return attempt.score


def test_who_changes_is_shown_before_anything_changes(quiz, instructor):
    right, percent, wrong = (handed_in(quiz, number) for number in ("0.64", "64", "7"))
    regrade = begun(quiz, instructor, mended(quiz))
    assert compared(regrade) == {percent.pk: (0, 2)}
    assert [score_of(a) for a in (right, percent, wrong)] == [2, 0, 0]
    assert regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now()) == 1
    assert [score_of(a) for a in (right, percent, wrong)] == [2, 2, 0]
    event = percent.events.get(what=AttemptEvent.What.REGRADED)
    assert event.detail == {"before": 0, "after": 2, "reason": "Percent are right, too."}


def test_a_stricter_key_takes_points_away(quiz, instructor):
    attempt = handed_in(quiz, "0.644")
    regrade = begun(quiz, instructor, mended(quiz, {"answers": [{"value": 0.64, "absolute": 0.001}]}))
    assert compared(regrade) == {attempt.pk: (2, 0)}


def test_an_attempt_that_still_runs_is_scored_by_the_new_key(quiz, instructor):
    handed_in(quiz, "7")
    running = handed_in(quiz, "64", finish=False)
    regrade = begun(quiz, instructor, mended(quiz))
    compared(regrade)
    regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now())
    services.hand_in(attempt=running, now=clock.now())
    assert score_of(running) == 2


def test_whoever_hands_in_between_is_compared_before_it_is_applied(quiz, instructor):
    handed_in(quiz, "7")
    late = handed_in(quiz, "64", finish=False)
    regrade = begun(quiz, instructor, mended(quiz))
    assert compared(regrade) == {}
    services.hand_in(attempt=late, now=clock.now())
    with pytest.raises(Refused):
        regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now())
    assert compared(regrade) == {late.pk: (0, 2)}
    assert regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now()) == 1


def test_whose_time_was_up_unnoticed_is_compared_before_it_is_applied(quiz, instructor):
    handed_in(quiz, "7")
    late, past = handed_in(quiz, "64", finish=False), clock.now() - timedelta(seconds=9)
    Attempt.objects.filter(pk=late.pk).update(deadline=past, accepts_until=past)
    regrade = begun(quiz, instructor, mended(quiz))
    assert compared(regrade) == {}
    services.settle(quiz=quiz, now=clock.now())
    with pytest.raises(Refused, match="compared anew"):
        regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now())
    assert compared(regrade) == {late.pk: (0, 2)}


def test_everybody_gets_the_points_of_a_question_that_is_waived(quiz, instructor):
    wrong = handed_in(quiz, "7")
    running = handed_in(quiz, "", finish=False)
    regrade = begun(quiz, instructor, question_of(quiz).versions.get(), Regrade.Mode.WAIVE)
    assert compared(regrade) == {wrong.pk: (0, 2)}
    regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now())
    services.hand_in(attempt=running, now=clock.now())
    assert (score_of(wrong), score_of(running)) == (2, 2)


def test_points_given_by_a_person_stay(quiz, instructor):
    attempt = handed_in(quiz, "64")
    item = attempt.items.select_related("attempt", "version", "scored_by").get(position=2)
    marking.grade_item(
        item=item,
        judgement=marking.Judgement({}, 1.5, "Nearly."),
        seen=None,
        by=instructor,
        now=clock.now(),
    )
    regrade = begun(quiz, instructor, mended(quiz))
    assert compared(regrade) == {}
    regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now())
    assert score_of(attempt) == 1.5


def test_a_version_that_asks_something_else_is_refused(quiz, instructor):
    handed_in(quiz, "7")
    other = mended(quiz, {"options": [{"text": "a", "right": True}, {"text": "b"}]}, "single")
    with pytest.raises(Refused, match="asks something else"):
        begun(quiz, instructor, other)


def test_one_regrade_of_a_quiz_at_a_time(quiz, instructor):
    handed_in(quiz, "7")
    version = mended(quiz)
    first = begun(quiz, instructor, version)
    with pytest.raises(Refused, match="apply or discard"):
        begun(quiz, instructor, version)
    regrading.discard_regrade(regrade=first, by=instructor, now=clock.now())
    begun(quiz, instructor, version)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_apply_at_once_one_does(quiz, instructor):
    attempt = handed_in(quiz, "64")
    regrade = begun(quiz, instructor, mended(quiz))
    compared(regrade)
    acts = [lambda: regrading.apply_regrade(regrade=regrade, by=instructor, now=clock.now())] * 5
    assert at_once(acts, refusals=Refused) == [1]
    assert (score_of(attempt), attempt.events.filter(what="regraded").count()) == (2, 1)


def test_the_pages_lead_from_the_mended_key_to_the_new_points(client, course, quiz, instructor):
    attempt = handed_in(quiz, "64")
    version = mended(quiz)
    client.force_login(instructor)
    page = client.get(reverse("quizzes:grading", args=[course.slug, quiz.pk])).content.decode()
    assert page.count("mended since it was asked") == 1
    client.post(
        reverse("quizzes:regrade_begin", args=[course.slug, quiz.pk]),
        {"version": version.pk, "mode": "key", "reason": "Percent"},
    )
    regrade = Regrade.objects.get()
    address = reverse("quizzes:regrade", args=[course.slug, regrade.pk])
    assert "1 answer is being compared" in client.get(address).content.decode()
    regrading.compare(pk=regrade.pk, now=clock.now())
    assert "1 of 1 answers changes" in client.get(address).content.decode()
    client.post(reverse("quizzes:regrade_apply", args=[course.slug, regrade.pk]))
    assert score_of(attempt) == 2
    client.force_login(attempt.user)
    assert client.get(address).status_code == 403


def test_the_score_can_be_recomputed_from_the_log_alone(quiz, instructor):
    """A regrade with the version that was given changes nothing: the log holds all that counts."""
    for number in ("0.64", "64", "7"):
        handed_in(quiz, number)
    assert compared(begun(quiz, instructor, question_of(quiz).versions.get(data=NUMERIC))) == {}


def test_compared_by_two_workers_it_is_compared_once(quiz, instructor):
    attempt = handed_in(quiz, "64")
    regrade = begun(quiz, instructor, mended(quiz))
    Regrade.objects.filter(pk=regrade.pk).update(leased_until=clock.now() + timedelta(minutes=1))
    assert compared(regrade) == {}
    Regrade.objects.filter(pk=regrade.pk).update(leased_until=None)
    assert compared(regrade) == {attempt.pk: (0, 2)}
