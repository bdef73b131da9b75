"""The end of an attempt: closed first, scored then, whatever happens in between; and opened again."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from classroom import clock
from classroom.models import AuditEntry
from quizzes import services
from quizzes.errors import Refused
from quizzes.models import Attempt, AttemptEvent, Marking, QuestionVersion, Quiz
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_quiz, save

pytestmark = pytest.mark.django_db
What = AttemptEvent.What


@pytest.fixture
def quiz():
    return make_quiz(CourseFactory(slug="dl"), ("single", "numeric"), now=clock.now())


@pytest.fixture
def attempt(client, quiz):
    user = student_of(quiz.course)
    client.force_login(user)
    return services.start_attempt(quiz=quiz, user=user, now=clock.now())


def url(name, attempt):
    return reverse(f"quizzes:{name}", args=["dl", attempt.pk])


def break_scoring(attempt):
    """Make the second question one that nothing can score, as a bug in its kind would; return the remedy."""
    item = attempt.items.get(position=2)
    unknown = QuestionVersion.objects.create(
        question=item.version.question, number=99, kind="gone", body="?", created_at=clock.now()
    )
    attempt.items.filter(pk=item.pk).update(version=unknown)
    return lambda: attempt.items.filter(pk=item.pk).update(version=item.version)


def test_an_attempt_whose_scoring_failed_is_closed_and_scored_by_the_sweep(client, attempt):
    save(attempt, 2, "0.64")
    mend = break_scoring(attempt)
    assert client.post(url("hand_in", attempt)).status_code == 302
    attempt.refresh_from_db()
    assert (attempt.finished_at is None, attempt.score, attempt.receipt) == (False, None, "")
    with pytest.raises(Refused):
        save(attempt, 2, "0.1", seq=2)
    mend()
    assert services.finish_overdue(now=clock.now()) == 0
    attempt.refresh_from_db()
    assert (attempt.score, len(attempt.receipt)) == (2, 64)
    assert [event.what for event in attempt.events.all()] == [What.STARTED, What.HANDED_IN]


def test_an_unscored_attempt_is_scored_by_who_looks(client, attempt):
    save(attempt, 2, "0.64")
    mend = break_scoring(attempt)
    client.post(url("hand_in", attempt))
    mend()
    assert client.get(url("attempt_done", attempt)).status_code == 200
    attempt.refresh_from_db()
    assert attempt.score == 2


def test_time_up_by_the_pages_clock_does_nothing_while_there_is_time(client, attempt):
    refused = client.post(url("hand_in", attempt), {"time_up": "1"})
    assert refused.status_code == 409
    assert refused.json()["state"] == "running"
    assert 350 < refused.json()["seconds_left"] <= 360
    attempt.refresh_from_db()
    assert attempt.finished_at is None


def test_time_up_in_the_grace_hands_in(client, attempt):
    now = clock.now()
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline=now - timedelta(seconds=1), accepts_until=now + timedelta(seconds=4)
    )
    done = client.post(url("hand_in", attempt), {"time_up": "1"}, headers={"accept": "application/json"})
    assert done.json() == {"done": url("attempt_done", attempt)}
    attempt.refresh_from_db()
    assert attempt.finished_at == attempt.deadline
    assert attempt.events.last().what == What.TIMED_OUT


def test_an_extension_at_the_last_second_wins(client, quiz, attempt):
    """The page counted to zero; before its hand-in arrives, an instructor has given more time."""
    now = clock.now()
    Attempt.objects.filter(pk=attempt.pk).update(
        started_at=now - timedelta(seconds=360), deadline=now, accepts_until=now + timedelta(seconds=5)
    )
    attempt.refresh_from_db()
    services.extend(
        quiz=quiz, user=attempt.user, extra_seconds=60, by=instructor_of(quiz.course), reason="", now=now
    )
    refused = client.post(url("hand_in", attempt), {"time_up": "1"})
    assert refused.status_code == 409
    assert 55 < refused.json()["seconds_left"] <= 60
    save(attempt, 2, "0.64")


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_the_change_to_and_from_summer_time_moves_no_deadline(client, quiz, day):
    """In Germany clocks change at 01:00 UTC; the attempt begins three minutes before."""
    now = datetime.fromisoformat(f"{day}T00:57:00+00:00")
    Quiz.objects.filter(pk=quiz.pk).update(opens_at=now - timedelta(hours=1))
    quiz.refresh_from_db()
    attempt = services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=now)
    with timezone.override(ZoneInfo("Europe/Berlin")):
        attempt.refresh_from_db()
        assert attempt.seconds_left(now) == 360
        for seconds, left in ((179, 181), (181, 179), (359, 1)):
            assert attempt.seconds_left(now + timedelta(seconds=seconds)) == left
        save(attempt, 1, "0", now=now + timedelta(seconds=364))
        with pytest.raises(Refused):
            save(attempt, 1, "1", seq=2, now=now + timedelta(seconds=366))


def test_certainty_is_scored_and_stands_in_the_receipt(client, quiz):
    quiz.marking = Marking.CERTAINTY
    quiz.save()
    sure, unsure = (
        services.start_attempt(quiz=quiz, user=student_of(quiz.course), now=clock.now()) for _ in range(2)
    )
    for attempt, certainty in ((sure, 3), (unsure, None)):
        save(attempt, 1, "0", certainty=certainty)
        save(attempt, 2, "0.1", seq=2, certainty=1)
        services.hand_in(attempt=attempt, now=clock.now())
    assert [list(one.items.values_list("points", flat=True)) for one in (sure, unsure)] == [
        [2, 0],
        [0.666667, 0],
    ]
    last = sure.items.last()
    assert services.handed_in(sure).endswith(f',["0"],3],[2,{last.version_id},["0.1"],1]]]')
    assert services.receipt_holds(sure) is True


@pytest.mark.parametrize(("second", "is_told"), [("0.64", False), ("0.1", True)])
def test_a_review_whose_points_come_to_less_than_nothing_says_that_the_quiz_counts_nothing(
    client, quiz, attempt, second, is_told
):
    Quiz.objects.update(marking=Marking.CERTAINTY)
    attempt.refresh_from_db()
    save(attempt, 1, "1", certainty=2)
    save(attempt, 2, second, seq=2, certainty=3)
    assert services.hand_in(attempt=attempt, now=clock.now()).score == (
        0 if is_told else pytest.approx(0.666667)
    )
    services.close_quiz(quiz=quiz, by=attempt.user, now=clock.now())
    services.release_review(quiz=quiz, by=attempt.user, now=clock.now())
    review = client.get(url("attempt_review", attempt)).content.decode()
    assert ("the whole quiz counts 0" in review) is is_told


def test_the_choices_of_certainty_say_what_is_at_stake(client, quiz, attempt):
    quiz.marking = Marking.CERTAINTY
    quiz.save()
    save(attempt, 1, "0", certainty=2)
    page = client.get(url("attempt", attempt)).content.decode()
    assert page.count('name="c1"') == 3
    assert '<input type="radio" name="c1" value="2" checked>' in page
    stakes = re.findall(r">(right: [0-9.]+)</span>, <span[^>]*>(wrong: [−0-9.]+)<", page)
    assert stakes[:3] == [
        ("right: 0.67", "wrong: 0"),
        ("right: 1.33", "wrong: −1.33"),
        ("right: 2", "wrong: −4"),
    ]


def test_a_penalty_is_told_before_answering_and_counts(client, quiz, attempt):
    QuestionVersion.objects.filter(items__attempt=attempt, kind="single").update(penalty=0.25)
    assert "a wrong answer costs 0.5" in client.get(url("attempt", attempt)).content.decode()
    save(attempt, 1, "1")
    save(attempt, 2, "0.64", seq=2)
    services.hand_in(attempt=attempt, now=clock.now())
    assert attempt.score == 1.5


@pytest.fixture
def handed_in(client, attempt):
    save(attempt, 1, "0")
    client.post(url("hand_in", attempt))
    attempt.refresh_from_db()
    return attempt


def reopen(client, attempt, **fields):
    return client.post(
        url("attempt_reopen", attempt), {"minutes": 3, "reason": "The fire alarm"} | fields, follow=True
    )


def test_an_instructor_reopens_an_attempt_and_the_next_hand_in_is_scored_anew(client, quiz, handed_in):
    student, teacher = handed_in.user, instructor_of(quiz.course)
    before = (handed_in.receipt, handed_in.score)
    client.force_login(teacher)
    assert "is open again" in reopen(client, handed_in).content.decode()
    handed_in.refresh_from_db()
    assert (handed_in.finished_at, handed_in.score, handed_in.receipt) == (None, None, "")
    assert 170 < handed_in.seconds_left(clock.now()) <= 180
    client.force_login(student)
    assert client.get(url("attempt", handed_in)).status_code == 200
    save(handed_in, 2, "0.64", seq=2)
    client.post(url("hand_in", handed_in))
    handed_in.refresh_from_db()
    assert handed_in.score == 4
    event = handed_in.events.get(what=What.REOPENED)
    assert (event.by, event.detail["reason"], event.detail["minutes"]) == (teacher, "The fire alarm", 3)
    assert (event.detail["receipt"], event.detail["score"]) == before
    assert AuditEntry.objects.get(action="attempt.reopened").detail["receipt"] == before[0]


@pytest.mark.parametrize("fields", [{"reason": ""}, {"reason": "  "}, {"minutes": 0}, {"minutes": "x"}])
def test_reopening_needs_a_reason_and_time(client, quiz, handed_in, fields):
    client.force_login(instructor_of(quiz.course))
    reopen(client, handed_in, **fields)
    handed_in.refresh_from_db()
    assert handed_in.finished_at is not None


def test_only_instructors_reopen_and_never_a_student(client, handed_in):
    assert reopen(client, handed_in).status_code == 403
    handed_in.refresh_from_db()
    assert handed_in.finished_at is not None


def test_a_running_attempt_and_one_before_a_later_one_are_not_reopened(client, quiz, handed_in):
    quiz.max_attempts = 2
    quiz.save()
    later = services.start_attempt(quiz=quiz, user=handed_in.user, now=clock.now())
    client.force_login(instructor_of(quiz.course))
    assert "give more time instead" in reopen(client, later).content.decode()
    assert "later attempt" in reopen(client, handed_in).content.decode()
    handed_in.refresh_from_db()
    assert handed_in.finished_at is not None


def test_the_receipt_page_says_how_to_check_it(client, handed_in):
    page = client.get(url("attempt_done", handed_in)).content.decode()
    assert handed_in.receipt in page
    assert "sha256sum" in page
    assert "[&quot;0&quot;]" in page


def test_staff_see_whether_the_log_gives_the_same_receipt(client, quiz, handed_in):
    client.force_login(instructor_of(quiz.course))
    assert "the log gives the same" in client.get(url("attempt_review", handed_in)).content.decode()
    handed_in.answers.update(value=["1"])
    assert "the log gives another" in client.get(url("attempt_review", handed_in)).content.decode()


def test_students_do_not_see_the_staffs_part_of_the_review(client, quiz, handed_in):
    by = instructor_of(quiz.course)
    services.close_quiz(quiz=quiz, by=by, now=clock.now())
    services.release_review(quiz=quiz, by=by, now=clock.now())
    page = client.get(url("attempt_review", handed_in)).content.decode()
    assert ("the log gives" in page, "Open it again" in page) == (False, False)
