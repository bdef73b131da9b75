from datetime import timedelta

import pytest
from django.urls import reverse

from classroom import clock
from classroom.models import AuditEntry, Enrolment, Extension, Group
from quizzes import queries, services
from quizzes.errors import MayStillWrite
from quizzes.models import Attempt, Quiz
from quizzes.phases import EVERYTHING, NOTHING, Phase, Shown, is_released, phase_of, shown_to_student
from tests.factories import NOW, CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz

MINUTE = timedelta(minutes=1)
CLOSE = NOW + 60 * MINUTE


@pytest.mark.parametrize(
    ("finished", "at", "over", "phase"),
    [
        (None, NOW, False, Phase.DURING),
        (None, NOW, True, Phase.DURING),
        (NOW, NOW, False, Phase.RIGHT_AFTER),
        (NOW, NOW + timedelta(seconds=119), False, Phase.RIGHT_AFTER),
        (NOW, NOW + timedelta(seconds=120), False, Phase.WHILE_OPEN),
        (NOW, NOW + 9 * MINUTE, False, Phase.WHILE_OPEN),
        (NOW, NOW + 9 * MINUTE, True, Phase.AFTER_CLOSE),
        (NOW, NOW + timedelta(seconds=1), True, Phase.AFTER_CLOSE),
    ],
)
def test_the_phase_follows_from_the_times(finished, at, over, phase):
    assert phase_of(finished, at, over=over) == phase


#: A part of its own for each phase, so that no phase is taken for another.
REVIEW = {
    "during": ["feedback"],
    "right_after": ["answers"],
    "while_open": ["answers", "points"],
    "after_close": ["answers", "points", "solution"],
}
RUNNING, JUST_DONE, DONE = None, NOW - timedelta(seconds=5), NOW - 5 * MINUTE


@pytest.mark.parametrize(
    ("finished", "over", "writing", "practice", "shown"),
    [
        (RUNNING, False, True, False, []),
        (RUNNING, False, True, True, ["feedback"]),
        (JUST_DONE, False, False, False, ["answers"]),
        (JUST_DONE, False, True, False, []),
        (JUST_DONE, False, True, True, ["answers"]),
        (DONE, False, False, False, ["answers", "points"]),
        (DONE, False, True, False, []),
        (DONE, True, False, False, ["answers", "points", "solution"]),
        (JUST_DONE, True, False, False, ["answers", "points", "solution"]),
    ],
)
def test_each_phase_shows_what_the_author_chose_for_it(finished, over, writing, practice, shown):
    quiz, attempt = Quiz(review=REVIEW, practice=practice), Attempt(finished_at=finished)
    assert shown_to_student(quiz, attempt, NOW, over=over, writing=writing) == {Shown(p) for p in shown}


@pytest.mark.parametrize("finished", [RUNNING, JUST_DONE, DONE])
@pytest.mark.parametrize("over", [False, True])
def test_a_new_quiz_shows_nothing_before_the_release_and_practice_shows_everything(finished, over):
    attempt = Attempt(finished_at=finished)
    assert shown_to_student(Quiz(), attempt, NOW, over=over, writing=False) == NOTHING
    assert shown_to_student(Quiz(practice=True), attempt, NOW, over=over, writing=False) == EVERYTHING


@pytest.mark.parametrize(
    ("released", "over", "forced", "effect"),
    [
        (None, True, False, False),
        (NOW, True, False, True),
        (NOW + MINUTE, True, False, False),
        (NOW, False, False, False),
        (NOW, False, True, True),
    ],
)
def test_a_release_waits_for_everybody_unless_it_is_forced(released, over, forced, effect):
    quiz = Quiz(review_released_at=released, review_forced=forced)
    assert is_released(quiz, NOW, over=over) is effect
    finished, running = Attempt(finished_at=DONE), Attempt()
    assert shown_to_student(quiz, finished, NOW, over=over, writing=False) == (
        EVERYTHING if effect else NOTHING
    )
    for attempt in (finished, running):
        assert shown_to_student(quiz, attempt, NOW, over=over, writing=True) == NOTHING


def test_what_no_version_knows_of_is_not_shown():
    quiz = Quiz(review={"after_close": ["points", "everything"], "never": ["solution"]})
    assert shown_to_student(quiz, Attempt(finished_at=DONE), NOW, over=True, writing=False) == {Shown.POINTS}


# Who may still write ---------------------------------------------------------------------------------------


@pytest.fixture
def course(db):
    return CourseFactory(slug="dl")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "short_text"), closes_at=CLOSE)


def ending(quiz, now):
    return queries.endings(quizzes=[quiz], now=now)[quiz.pk]


def test_a_quiz_is_over_when_nobody_writes_nor_may_start(course, quiz):
    assert not ending(quiz, CLOSE - MINUTE).over
    assert ending(quiz, CLOSE).over
    services.start_attempt(quiz=quiz, user=student_of(course), now=CLOSE - timedelta(seconds=10))
    assert ending(quiz, CLOSE).writing == 1  # the grace
    assert not ending(quiz, CLOSE).over
    assert ending(quiz, CLOSE + quiz.grace).over


def test_a_quiz_without_a_close_is_never_over(course):
    assert not ending(make_quiz(course, closes_at=None), NOW + timedelta(days=900)).over


def test_a_later_closing_date_keeps_it_from_being_over_while_it_is_of_use(course, quiz):
    late, in_group, gone = student_of(course), student_of(course), student_of(course)
    Enrolment.objects.filter(user=gone).update(left_at=NOW)
    group = Group.objects.create(course=course, name="Tuesday")
    group.members.add(in_group)
    for grantee in ({"user": late}, {"user": gone}, {"group": group}):
        Extension.objects.create(
            course=course, item=quiz.deadline_key, closes_at=CLOSE + 30 * MINUTE, **grantee
        )
    at = CLOSE + 10 * MINUTE
    assert ending(quiz, at).windows == {
        late.pk: CLOSE + 30 * MINUTE,
        in_group.pk: CLOSE + 30 * MINUTE,
    }
    for student in (late, in_group):
        attempt = services.start_attempt(quiz=quiz, user=student, now=at)
        assert not ending(quiz, at).over
        services.hand_in(attempt=attempt, now=at)
    assert ending(quiz, at).over


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_quizzes(course, rows, django_assert_num_queries):
    quizzes = [make_quiz(course, closes_at=CLOSE) for _ in range(rows)]
    for each in quizzes:
        Extension.objects.create(
            course=course, item=each.deadline_key, user=student_of(course), closes_at=CLOSE + 2 * MINUTE
        )
    with django_assert_num_queries(3):
        queries.endings(quizzes=quizzes, now=CLOSE + MINUTE)


# Through the doors -----------------------------------------------------------------------------------------


def attempt_of(quiz, user):
    """Return an attempt that is handed in, begun and ended now."""
    now = clock.now()
    attempt = services.start_attempt(quiz=quiz, user=user, now=now)
    services.record_answer(
        attempt_id=attempt.pk, user=user, position=2, client="t", seq=1, value=["wrong"], now=now
    )
    return services.hand_in(attempt=attempt, now=now)


@pytest.fixture
def live(course):
    """A quiz that is open now, with an explanation."""
    quiz = make_quiz(course, ("single",), now=clock.now())
    quiz.slots.create(
        position=2, question=make_question(course, "short_text", explanation="By the chain."), points=2
    )
    return quiz


@pytest.fixture
def as_student(client, course):
    client.user = student_of(course, user__name="Ada")
    client.force_login(client.user)
    return client


def texts(client, live, attempt):
    """Everything a student's pages say of the quiz."""
    urls = [
        reverse("quizzes:index", args=["dl"]),
        reverse("course", args=["dl"]),
        reverse("quizzes:quiz", args=["dl", live.pk]),
        reverse("quizzes:attempt_done", args=["dl", attempt.pk]),
        reverse("quizzes:attempt_review", args=["dl", attempt.pk]),
    ]
    return [client.get(url, follow=True).content.decode() for url in urls]


def close(live, course):
    Quiz.objects.filter(pk=live.pk).update(closes_at=clock.now() - timedelta(seconds=1))
    live.refresh_from_db()


def test_students_see_nothing_before_the_release(as_student, course, live):
    attempt = attempt_of(live, as_student.user)
    close(live, course)
    for text in texts(as_student, live, attempt):
        assert "chain rule" not in text
        assert "By the chain." not in text
        assert "of 4 points" not in text
        assert "0 / 4" not in text


def test_the_review_shows_only_the_parts_of_its_phase(as_student, course, live):
    attempt = attempt_of(live, as_student.user)
    close(live, course)
    url = reverse("quizzes:attempt_review", args=["dl", attempt.pk])
    seen = {
        Shown.ANSWERS: "wrong",
        Shown.POINTS: "0 of 4 points",
        Shown.SOLUTION: "chain rule",
        Shown.EXPLANATION: "By the chain.",
    }
    for part in seen:
        Quiz.objects.filter(pk=live.pk).update(review={"after_close": [part]})
        page = as_student.get(url).content.decode().split("<main")[1]
        assert {other for other, text in seen.items() if text in page} == {part}


def test_a_release_is_refused_while_somebody_writes_and_can_be_forced(client, as_student, course, live):
    done = attempt_of(live, as_student.user)
    late = student_of(course, user__name="Bea Late")
    services.start_attempt(quiz=live, user=student_of(course), now=clock.now())
    Extension.objects.create(
        course=course, item=live.deadline_key, user=late, closes_at=clock.now() + 60 * MINUTE
    )
    close(live, course)
    teacher = instructor_of(course)
    client.force_login(teacher)
    refused = client.post(reverse("quizzes:release", args=["dl", live.pk]))
    assert refused.status_code == 409
    assert "1 student is still writing." in refused.content.decode()
    assert "Bea Late has a later closing date" in refused.content.decode()
    live.refresh_from_db()
    assert live.review_released_at is None
    client.post(reverse("quizzes:release", args=["dl", live.pk]), {"force": "1"})
    assert AuditEntry.objects.get(action="quiz.review_released").detail == {"forced": True}
    client.force_login(as_student.user)
    review = client.get(reverse("quizzes:attempt_review", args=["dl", done.pk]))
    assert review.status_code == 200


def test_a_release_loses_its_effect_while_somebody_gets_more_time(as_student, course, live):
    attempt = attempt_of(live, as_student.user)
    close(live, course)
    services.release_review(quiz=live, by=instructor_of(course), now=clock.now())
    url = reverse("quizzes:attempt_review", args=["dl", attempt.pk])
    assert as_student.get(url).status_code == 200
    given = Extension.objects.create(
        course=course, item=live.deadline_key, user=student_of(course), closes_at=clock.now() + MINUTE
    )
    assert as_student.get(url).status_code == 302
    given.delete()
    services.withdraw_review(quiz=live, by=instructor_of(course), now=clock.now())
    assert as_student.get(url).status_code == 302


def test_an_earlier_attempt_does_not_give_away_the_running_one(as_student, course):
    quiz = make_quiz(
        course,
        ("single", "short_text"),
        now=clock.now(),
        max_attempts=2,
        review={"right_after": ["solution"]},
    )
    first = attempt_of(quiz, as_student.user)
    url = reverse("quizzes:attempt_review", args=["dl", first.pk])
    assert as_student.get(url).status_code == 200
    services.start_attempt(quiz=quiz, user=as_student.user, now=clock.now())
    assert as_student.get(url).status_code == 302


def test_releasing_before_the_close_says_what_to_do(course, live):
    with pytest.raises(MayStillWrite) as refusal:
        services.release_review(quiz=live, by=instructor_of(course), now=clock.now())
    assert str(refusal.value) == (
        "The review is not released. The quiz is not closed: students may still start. Close it first."
    )


@pytest.mark.parametrize(
    ("review", "told"),
    [
        ({}, {"Not right", "chain rule", "By the chain."}),
        ({"during": ["points"]}, {"Not right"}),
        ({"during": ["feedback", "solution"]}, {"Not right", "chain rule"}),
        ({"right_after": ["points"]}, set()),
    ],
)
def test_a_check_in_practice_tells_what_the_author_chose(as_student, course, live, review, told):
    Quiz.objects.filter(pk=live.pk).update(practice=True, review=review)
    live.refresh_from_db()
    now = clock.now()
    attempt = services.start_attempt(quiz=live, user=as_student.user, now=now)
    services.record_answer(
        attempt_id=attempt.pk, user=as_student.user, position=2, client="t", seq=1, value=["wrong"], now=now
    )
    url = reverse("quizzes:check", args=["dl", attempt.pk, 2])
    said = "".join(as_student.post(url, data).content.decode() for data in ({}, {"solution": "1"}))
    assert {text for text in ("Not right", "chain rule", "By the chain.") if text in said} == told
