"""Things that happen at the same time, many times: a race that is lost once in fifty is lost."""

from datetime import timedelta

import pytest

from classroom import clock
from quizzes import services
from quizzes.errors import Refused
from quizzes.models import Answer, Attempt, AttemptEvent
from quizzes.replay import standing_answers
from tests.factories import instructor_of, student_of
from tests.quizzes.factories import make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TRIALS = 15


@pytest.fixture
def quiz():
    return make_quiz(kinds=("short_text",), now=clock.now())


def save(attempt, user, seq, *, now, client="tab", value="chain rule"):
    services.record_answer(
        attempt_id=attempt.pk, user=user, position=1, client=client, seq=seq, value=[value], now=now
    )


def test_many_starts_make_one_attempt(quiz):
    for _ in range(TRIALS):
        user, now = student_of(quiz.course), clock.now()
        acts = [lambda user=user, now=now: services.start_attempt(quiz=quiz, user=user, now=now).pk] * 6
        started = at_once(acts, refusals=Refused)
        assert len(started) == 6
        assert set(started) == {Attempt.objects.get(user=user).pk}


def test_handed_in_by_student_and_sweep_at_once_is_handed_in_once(quiz):
    for _ in range(TRIALS):
        user = student_of(quiz.course)
        attempt = services.start_attempt(quiz=quiz, user=user, now=clock.now())
        save(attempt, user, 1, now=clock.now())
        late = attempt.accepts_until + timedelta(seconds=1)
        at_once(
            [
                lambda a=attempt, late=late: services.hand_in(attempt=a, now=late),
                lambda late=late: services.finish_overdue(now=late),
                lambda u=user, late=late: services.settle(user=u, now=late),
            ],
            refusals=Refused,
        )
        attempt.refresh_from_db()
        assert (attempt.score, attempt.finished_at) == (2, attempt.deadline)


def test_twenty_saves_around_the_deadline_are_stored_or_refused_never_both(quiz):
    user = student_of(quiz.course)
    for _ in range(3):
        Attempt.objects.filter(user=user).delete()
        attempt = services.start_attempt(quiz=quiz, user=user, now=clock.now())
        moments = [attempt.accepts_until + timedelta(seconds=(i - 10) / 10) for i in range(20)]
        kept = at_once(
            [
                lambda i=i, now=now, a=attempt: (save(a, user, i, now=now, client=f"t{i}"), i)[1]
                for i, now in enumerate(moments)
            ],
            refusals=Refused,
        )
        assert sorted(kept) == list(range(10))
        assert sorted(Answer.objects.filter(attempt=attempt).values_list("seq", flat=True)) == sorted(kept)


def test_what_is_acknowledged_while_handing_in_is_scored(quiz):
    for _ in range(TRIALS):
        user, now = student_of(quiz.course), clock.now()
        attempt = services.start_attempt(quiz=quiz, user=user, now=now)
        saved = at_once(
            [
                lambda a=attempt, u=user, now=now: save(a, u, 1, now=now) or "saved",
                lambda a=attempt, now=now: services.hand_in(attempt=a, now=now).pk,
            ],
            refusals=Refused,
        )
        attempt.refresh_from_db()
        assert attempt.score == (2 if "saved" in saved else 0)
        assert len(standing_answers(attempt.answers.all())) == ("saved" in saved)


def test_two_tabs_at_once_are_both_stored_and_one_of_them_is_told(quiz):
    for _ in range(TRIALS):
        user, now = student_of(quiz.course), clock.now()
        attempt = services.start_attempt(quiz=quiz, user=user, now=now)
        acts = [
            lambda tab=tab, a=attempt, u=user, now=now: (
                services.record_answer(
                    attempt_id=a.pk, user=u, position=1, client=tab, seq=1, value=[tab], now=now
                ).others
            )
            for tab in ("a", "b", "c")
        ]
        told = at_once(acts, refusals=Refused)
        assert sorted(attempt.answers.values_list("client", flat=True)) == ["a", "b", "c"]
        assert sorted(len(others or {}) for others in told) == [0, 1, 1]
        assert attempt.events.filter(what=AttemptEvent.What.CONFLICT).count() == 1


def test_an_outage_reported_while_the_sweep_closes_is_given_back_or_the_attempt_is_closed(quiz):
    quiz.outage_cap_seconds = 60
    quiz.save()
    for trial in range(TRIALS):
        user = student_of(quiz.course)
        attempt = services.start_attempt(quiz=quiz, user=user, now=clock.now())
        # Around the moment at which nobody waits for the page any more.
        late = attempt.accepts_until + timedelta(seconds=60 + (trial % 3 - 1))
        given = at_once(
            [
                lambda a=attempt, u=user, late=late: services.report_outage(
                    attempt_id=a.pk, user=u, seconds=600, now=late
                ),
                lambda late=late: services.finish_overdue(now=late),
            ],
            refusals=Refused,
        )
        attempt.refresh_from_db()
        closed = attempt.finished_at is not None
        assert (attempt.credited_seconds, closed) in {(60, False), (60, True), (0, True)}, given
        assert not closed or attempt.score is not None


def test_reports_of_one_outage_from_two_tabs_are_given_back_once(quiz):
    quiz.outage_cap_seconds = 600
    quiz.save()
    for _ in range(TRIALS):
        user = student_of(quiz.course)
        attempt = services.start_attempt(quiz=quiz, user=user, now=clock.now())
        later = attempt.started_at + timedelta(seconds=100)
        acts = [
            lambda a=attempt, u=user, now=later: services.report_outage(
                attempt_id=a.pk, user=u, seconds=90, now=now
            )
        ] * 4
        assert sorted(at_once(acts, refusals=Refused)) == [0, 0, 0, 90]
        attempt.refresh_from_db()
        assert attempt.credited_seconds == 90


def test_an_attempt_is_scored_once_however_many_look_at_it(quiz):
    for _ in range(TRIALS):
        user, now = student_of(quiz.course), clock.now()
        attempt = services.start_attempt(quiz=quiz, user=user, now=now)
        save(attempt, user, 1, now=now)
        Attempt.objects.filter(pk=attempt.pk).update(finished_at=now)  # closed, and then a crash
        at_once([lambda: services.settle(now=clock.now(), quiz=quiz)] * 4, refusals=Refused)
        attempt.refresh_from_db()
        assert (attempt.score, len(attempt.receipt)) == (2, 64)


def test_reopened_while_the_sweep_runs_stays_open(quiz):
    teacher = instructor_of(quiz.course)
    for _ in range(TRIALS):
        user, now = student_of(quiz.course), clock.now()
        attempt = services.start_attempt(quiz=quiz, user=user, now=now)
        services.hand_in(attempt=attempt, now=now)
        late = attempt.accepts_until + timedelta(seconds=1)
        at_once(
            [
                lambda a=attempt, late=late: services.reopen_attempt(
                    attempt=a, by=teacher, reason="An alarm", minutes=5, now=late
                ),
                lambda late=late: services.finish_overdue(now=late),
                lambda a=attempt, late=late: services.hand_in(attempt=a, now=late, only_overdue=True),
            ],
            refusals=Refused,
        )
        attempt.refresh_from_db()
        assert (attempt.finished_at, attempt.score) == (None, None)
