"""Time that is given or taken while students start, save and hand in."""

from datetime import timedelta

import pytest

from classroom import clock
from classroom.models import Extension
from quizzes import services
from quizzes.errors import Refused
from quizzes.models import Answer, Attempt, Quiz
from tests.factories import instructor_of, student_of
from tests.quizzes.factories import make_quiz
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TRIALS = 12
LIMIT = timedelta(minutes=6)
MORE = timedelta(minutes=1)


@pytest.fixture
def quiz():
    return make_quiz(kinds=("short_text",), now=clock.now())


@pytest.fixture
def teacher(quiz):
    return instructor_of(quiz.course)


def extend(quiz, user, teacher, now):
    return services.extend(quiz=quiz, user=user, extra_seconds=MORE.seconds, by=teacher, now=now)


def test_more_time_at_the_moment_of_the_start_is_never_lost(quiz, teacher):
    for _ in range(TRIALS):
        user, now = student_of(quiz.course), clock.now()
        at_once(
            [
                lambda user=user, now=now: services.start_attempt(quiz=quiz, user=user, now=now).pk,
                lambda user=user, now=now: extend(quiz, user, teacher, now),
            ],
            refusals=Refused,
        )
        attempt = Attempt.objects.get(user=user)
        assert attempt.deadline == attempt.started_at + LIMIT + MORE


def test_several_extensions_at_once_all_count(quiz, teacher):
    user, now = student_of(quiz.course), clock.now()
    attempt = services.start_attempt(quiz=quiz, user=user, now=now)
    at_once([lambda: extend(quiz, user, teacher, now)] * 6, refusals=Refused)
    attempt.refresh_from_db()
    assert Extension.objects.count() == 6
    assert attempt.deadline == attempt.started_at + LIMIT + 6 * MORE


def test_an_extension_and_a_hand_in_leave_an_attempt_that_is_either_open_or_closed(quiz, teacher):
    for _ in range(TRIALS):
        user = student_of(quiz.course)
        attempt = services.start_attempt(quiz=quiz, user=user, now=clock.now())
        before, at_the_end = attempt.deadline, attempt.accepts_until - timedelta(seconds=1)
        late = attempt.accepts_until + timedelta(seconds=1)
        at_once(
            [
                lambda u=user, now=at_the_end: extend(quiz, u, teacher, now),
                lambda a=attempt, now=late: services.hand_in(attempt=a, now=now, only_overdue=True).pk,
            ],
            refusals=Refused,
        )
        attempt = Attempt.objects.get(pk=attempt.pk)
        # Closed with the old end and scored, or open with the new one: never closed and lengthened.
        assert (attempt.finished_at, attempt.score, attempt.deadline) in (
            (before, 0, before),
            (None, None, before + MORE),
        )


def test_what_is_acknowledged_while_the_quiz_is_closed_is_scored(quiz, teacher):
    for _ in range(TRIALS):
        each = make_quiz(quiz.course, ("short_text",), now=clock.now())
        user, now = student_of(quiz.course), clock.now()
        attempt = services.start_attempt(quiz=each, user=user, now=now)
        after = now + each.grace + timedelta(milliseconds=1)

        def save(attempt=attempt, user=user, after=after):
            services.record_answer(
                attempt_id=attempt.pk,
                user=user,
                position=1,
                client="t",
                seq=1,
                value=["chain rule"],
                now=after,
            )
            return "saved"

        kept = at_once(
            [
                save,
                lambda each=each, now=now: services.close_quiz(quiz=each, by=teacher, now=now),
            ],
            refusals=Refused,
        )
        services.settle(quiz=each, now=after)
        attempt.refresh_from_db()
        assert attempt.deadline == now
        assert attempt.score == (2 if "saved" in kept else 0)
        assert Answer.objects.filter(attempt=attempt).count() == ("saved" in kept)


def test_a_start_at_the_moment_of_the_close_is_refused_or_ends_with_it(quiz, teacher):
    for _ in range(TRIALS):
        each = make_quiz(quiz.course, ("short_text",), now=clock.now())
        user, now = student_of(quiz.course), clock.now()
        at_once(
            [
                lambda each=each, user=user, now=now: (
                    services.start_attempt(quiz=each, user=user, now=now).pk
                ),
                lambda each=each, now=now: services.close_quiz(quiz=each, by=teacher, now=now),
            ],
            refusals=Refused,
        )
        assert [attempt.deadline for attempt in Attempt.objects.filter(quiz=each)] in ([], [now])


def test_questions_are_changed_before_the_first_start_or_not_at_all(quiz):
    for _ in range(TRIALS):
        each = make_quiz(quiz.course, ("short_text", "single"), now=clock.now())
        slot = each.slots.get(position=2)
        user, now = student_of(quiz.course), clock.now()
        at_once(
            [
                lambda each=each, user=user, now=now: (
                    services.start_attempt(quiz=each, user=user, now=now).pk
                ),
                lambda slot=slot: services.remove_slot(slot=slot),
            ],
            refusals=Refused,
        )
        attempt = Attempt.objects.get(quiz=each)
        assert attempt.items.count() == each.slots.count()
        assert set(attempt.items.values_list("slot", flat=True)) == set(
            each.slots.values_list("pk", flat=True)
        )


def test_more_time_for_everybody_reaches_a_class_that_starts(quiz, teacher):
    now = clock.now()
    users = [student_of(quiz.course) for _ in range(8)]
    at_once(
        [
            *[lambda u=user: services.start_attempt(quiz=quiz, user=u, now=now).pk for user in users],
            lambda: services.more_time_for_everybody(quiz=quiz, extra_seconds=60, by=teacher, now=now),
        ],
        refusals=Refused,
    )
    assert {attempt.deadline for attempt in Attempt.objects.filter(quiz=quiz)} == {now + LIMIT + MORE}
    assert Quiz.objects.get(pk=quiz.pk).time_limit_seconds == 420
