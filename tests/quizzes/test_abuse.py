"""Sixteen ways to get more out of a quiz than it gives, each tried through the site's own door."""

import gzip
import json
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from classroom import clock
from classroom.models import Accommodation, Extension
from quizzes import services
from quizzes.models import Answer, Attempt, AttemptItem, Slot
from quizzes.replay import standing_answers
from quizzes.urls import urlpatterns
from tests.factories import CourseFactory, instructor_of, student_of
from tests.quizzes.factories import make_question, make_quiz
from tests.races import at_once

#: Texts that are in no page before the review is released.
ACCEPTED, NUMBER, EXPLANATION, FEEDBACK = "KEY-ACCEPTED", "73591.25", "KEY-EXPLANATION", "KEY-FEEDBACK"
SECRETS = (ACCEPTED, NUMBER, EXPLANATION, FEEDBACK)
HOUR = timedelta(hours=1)

races = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


@pytest.fixture
def student(course):
    return student_of(course, user__name="Ada")


@pytest.fixture
def quiz(course):
    return make_quiz(course, ("single", "numeric", "short_text"), now=clock.now())


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"quizzes:{name}", args=["dl", *args])


def start(user, quiz):
    """Start through the page; return the browser and the attempt."""
    browser = signed_in(user)
    browser.post(url("start", quiz.pk))
    return browser, Attempt.objects.get(quiz=quiz, user=user)


def save(browser, attempt, *value, position=2, seq=1, tab="tab", **more):
    body = {"position": position, "client": tab, "seq": seq, "value": list(value)} | more
    return browser.post(url("save", attempt.pk), json.dumps(body), "application/json")


def standing(attempt):
    return {position: answer.value for position, answer in standing_answers(attempt.answers.all()).items()}


def let_time_pass(attempt, **time):
    for field in ("started_at", "deadline", "accepts_until"):
        setattr(attempt, field, getattr(attempt, field) - timedelta(**time))
    attempt.save()


def test_01_somebody_elses_attempt_is_neither_read_nor_written(course, student, quiz):
    browser, attempt = start(student, quiz)
    save(browser, attempt, "0.64")
    other = signed_in(student_of(course))
    stranger = signed_in(student_of(CourseFactory()))
    before = Attempt.objects.values().get(pk=attempt.pk)
    for thief in (other, stranger):
        for name in ("attempt", "clock", "attempt_done", "attempt_review"):
            assert thief.get(url(name, attempt.pk)).status_code == 404
        assert save(thief, attempt, "0.1", seq=9).status_code == 403
        assert thief.post(url("attempt", attempt.pk), {"q2": "0.1"}).status_code == 404
        assert thief.post(url("hand_in", attempt.pk)).status_code == 404
        signals = thief.post(url("signals", attempt.pk), "{}", "application/json")
        assert signals.status_code == 404
    assert standing(attempt) == {2: ["0.64"]}
    assert Attempt.objects.values().get(pk=attempt.pk) == before


def test_02_nothing_is_saved_after_the_deadline_by_any_door(student, quiz):
    browser, attempt = start(student, quiz)
    save(browser, attempt, "0.64")
    let_time_pass(attempt, minutes=6, seconds=6)
    assert save(browser, attempt, "0.1", seq=2).status_code == 409
    browser.post(url("attempt", attempt.pk), {"q2": "0.1"})
    browser.post(url("hand_in", attempt.pk), {"q2": "0.1"})
    attempt.refresh_from_db()
    assert (standing(attempt), attempt.score) == ({2: ["0.64"]}, 2)
    assert attempt.finished_at == attempt.deadline
    assert save(browser, attempt, "0.1", seq=3).status_code == 409


@pytest.mark.parametrize("claimed", ["2020-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00"])
def test_03_what_a_client_says_about_time_counts_for_nothing(student, quiz, claimed):
    browser, attempt = start(student, quiz)
    lies = {"now": claimed, "received_at": claimed, "at": claimed, "deadline": claimed, "seen": claimed}
    began = clock.now()
    save(browser, attempt, "0.64", **lies)
    received = Answer.objects.get().received_at
    assert began <= received <= clock.now()
    let_time_pass(attempt, minutes=7)
    late = save(browser, attempt, "0.1", seq=2, **lies)
    assert late.status_code == 409
    assert Answer.objects.count() == 1


def test_04_replayed_and_reordered_saves_bring_no_old_answer_back(student, quiz):
    browser, attempt = start(student, quiz)
    for seq, value in ((1, "first"), (3, "third"), (2, "second"), (1, "first"), (3, "forged third")):
        assert save(browser, attempt, value, seq=seq).status_code == 200
    assert standing(attempt) == {2: ["third"]}
    assert Answer.objects.count() == 3


def test_05_two_tabs_keep_both_answers_and_the_last_one_heard_counts(student, quiz):
    browser, attempt = start(student, quiz)
    save(browser, attempt, "from the first", tab="first", seq=5)
    save(browser, attempt, "from the second", tab="second", seq=1)
    assert standing(attempt) == {2: ["from the second"]}
    assert sorted(Answer.objects.values_list("client", "value")) == [
        ("first", ["from the first"]),
        ("second", ["from the second"]),
    ]


@races
def test_06_many_starts_at_once_make_one_attempt():
    quiz = make_quiz(CourseFactory(slug="dl"), ("short_text",), now=clock.now(), max_attempts=3)
    student = student_of(quiz.course)
    browsers = [signed_in(student) for _ in range(5)]
    pages = at_once([lambda b=b: b.post(url("start", quiz.pk)) for b in browsers], refusals=ValueError)
    assert sorted(page.status_code for page in pages) == [200, 302, 302, 302, 302]
    addresses = {page.headers.get("Location") or page.headers["Content-Location"] for page in pages}
    assert addresses == {url("attempt", Attempt.objects.get().pk)}


@races
def test_07_handing_in_many_times_at_once_hands_in_once():
    quiz = make_quiz(CourseFactory(slug="dl"), ("single", "numeric"), now=clock.now())
    student = student_of(quiz.course)
    browser, attempt = start(student, quiz)
    save(browser, attempt, "0.64")
    browsers = [signed_in(student) for _ in range(5)]
    at_once(
        [lambda b=b: b.post(url("hand_in", attempt.pk)).status_code for b in browsers], refusals=ValueError
    )
    attempt.refresh_from_db()
    first = (attempt.finished_at, attempt.score, attempt.receipt)
    browser.post(url("hand_in", attempt.pk))
    attempt.refresh_from_db()
    assert (attempt.finished_at, attempt.score, attempt.receipt) == first
    assert (attempt.score, attempt.max_score) == (2, 4)


def quiz_with_secrets(course, **fields):
    """A quiz whose key is made of texts that can be found again."""
    quiz = make_quiz(course, (), now=clock.now(), **fields)
    wrong = {"text": "wrong", "fraction": 0, "feedback": FEEDBACK}
    option = {"text": "right option", "right": True, "feedback": FEEDBACK, "misconception": FEEDBACK}
    contents = [
        ("short_text", {"accepted": [ACCEPTED, wrong]}),
        ("numeric", {"answers": [{"value": float(NUMBER), "absolute": 0.5, "feedback": FEEDBACK}]}),
        ("single", {"options": [option, {"text": "other option", "feedback": FEEDBACK}]}),
        ("multiple", {"options": [option, {"text": "other option", "feedback": FEEDBACK}]}),
        ("true_false", {"right": True, "feedback_true": FEEDBACK, "feedback_false": FEEDBACK}),
    ]
    for position, (kind, data) in enumerate(contents, start=1):
        question = make_question(course, kind, data, explanation=EXPLANATION)
        Slot.objects.create(quiz=quiz, position=position, question=question, points=2)
    return quiz


def every_address(quiz):
    """Return every address below the quizzes', filled in with every number that could mean something."""
    numbers = {quiz.pk, *range(1, 4), *quiz.attempts.values_list("pk", flat=True)}
    numbers |= set(AttemptItem.objects.values_list("pk", flat=True))
    numbers |= {number for slot in quiz.slots.all() for number in (slot.pk, slot.question_id)}
    addresses = set()
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        for number in numbers:
            with suppress(NoReverseMatch):
                addresses.add(
                    reverse(f"quizzes:{pattern.name}", kwargs={"slug": "dl"} | dict.fromkeys(names, number))
                )
    return sorted(addresses)


def told(response):
    """Return everything a response says, headers included."""
    content = b"".join(response) if response.streaming else response.content
    if response.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return f"{response.headers}\n{content.decode(errors='replace')}"


def crawl(browser, quiz):
    """Ask for everything a student can ask for, also as htmx does; return what was found of the key."""
    found = []
    for address in every_address(quiz):
        for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
            text = told(browser.get(address, headers=headers))
            found += [(address, secret) for secret in SECRETS if secret in text]
    for page in (reverse("course", args=["dl"]), reverse("weeks", args=["dl"]), reverse("home")):
        found += [(page, secret) for secret in SECRETS if secret in told(browser.get(page))]
    return found


def test_08_key_is_in_no_page_json_etag_or_export_before_its_release(course, student):
    quiz = quiz_with_secrets(course)
    teacher = instructor_of(course)
    browser, other = signed_in(student), signed_in(student_of(course))
    assert crawl(browser, quiz) == []  # before the start
    browser, attempt = start(student, quiz)
    answers = [save(browser, attempt, "1", position=p, seq=p) for p in range(1, 6)]
    assert [secret for answer in answers for secret in SECRETS if secret in told(answer)] == []
    assert crawl(browser, quiz) == []  # in the middle of it
    browser.post(url("hand_in", attempt.pk))
    assert crawl(browser, quiz) == []  # handed in
    services.close_quiz(quiz=quiz, by=teacher, now=clock.now())
    assert crawl(browser, quiz) == []  # closed, not released
    services.release_review(quiz=quiz, by=teacher, now=clock.now())
    review = url("attempt_review", attempt.pk)
    assert {secret for _, secret in crawl(browser, quiz)} == set(
        SECRETS
    )  # now it may be seen: the crawl finds it
    assert other.get(review).status_code == 404


def test_08_right_and_wrong_answers_cannot_be_told_apart_while_writing(student, quiz):
    """Neither by the reply, nor by how much work it takes."""
    browser, attempt = start(student, quiz)
    work = []
    for seq, value in enumerate(("0.64", "0.65"), start=1):
        with CaptureQueriesContext(connection) as queries:
            reply = save(browser, attempt, value, seq=seq)
        clocks = browser.get(url("clock", attempt.pk)).json()
        said = {name: text for name, text in reply.json().items() if name not in {"saved", "seen"}}
        work.append(
            (len(queries), reply.status_code, said, clocks["state"], sorted(clocks), sorted(reply.headers))
        )
    assert work[0] == work[1]


@pytest.mark.parametrize("position", [0, -1, 4, 10_000, 2**40])
def test_09_saves_to_places_the_attempt_has_not_change_nothing(student, quiz, position):
    """All questions are on one page, so no order of pages can be skipped; other places earn nothing."""
    browser, attempt = start(student, quiz)
    reply = save(browser, attempt, "0.64", position=position)
    assert reply.status_code in {200, 400, 403}
    browser.post(url("hand_in", attempt.pk))
    attempt.refresh_from_db()
    assert (attempt.score, attempt.items.count()) == (0, 3)


def test_10_quiz_that_is_not_open_or_not_published_is_not_opened_by_its_address(course, student):
    browser = signed_in(student)
    planned = make_quiz(course, now=clock.now(), is_open=False)
    later = make_quiz(course, now=clock.now(), opens_at=clock.now() + HOUR)
    hidden = make_quiz(course, now=clock.now(), published_at=None)
    for quiz in (planned, later, hidden):
        browser.post(url("start", quiz.pk))
    assert Attempt.objects.count() == 0
    assert browser.get(url("quiz", hidden.pk)).status_code == 404
    assert signed_in(student_of(CourseFactory())).post(url("start", planned.pk)).status_code == 404


def test_11_nobody_gives_themselves_time(course, student, quiz):
    browser, attempt = start(student, quiz)
    wish = {
        "user": student.pk, "student": student.pk, "minutes": 60, "extra_seconds": 3600, "seconds": 3600,
        "time_multiplier": 10, "multiplier": 10, "closes_at": "2099-01-01T00:00",
        "deadline": "2099-01-01T00:00", "until": "2099-01-01T00:00", "reason": "I want it",
    }  # fmt: skip
    staff_only = ("extend", "extend_everybody", "accommodate", "extensions", "room_more_time", "edit", "open")
    for name in staff_only:
        assert browser.post(url(name, quiz.pk), wish).status_code in {403, 404, 405}
    assert browser.post(url("attempt_reopen", attempt.pk), wish).status_code in {403, 404}
    browser.post(url("start", quiz.pk), wish)
    browser.post(url("attempt", attempt.pk), wish)
    browser.post(url("signals", attempt.pk), json.dumps(wish | {"offline": 3600}), "application/json")
    deadline = attempt.deadline
    attempt.refresh_from_db()
    assert (attempt.deadline, attempt.credited_seconds) == (deadline, 0)
    assert (Extension.objects.count(), Accommodation.objects.count()) == (0, 0)


@pytest.mark.parametrize("value", [["9"], ["-1"], ["0", "1"], ["0" * 50], ["0.0"], ["٠"], ["true"], []])
def test_12_choice_that_the_question_does_not_offer_earns_nothing(student, quiz, value):
    browser, attempt = start(student, quiz)
    save(browser, attempt, *value, position=1)
    assert browser.get(url("attempt", attempt.pk)).status_code == 200
    browser.post(url("hand_in", attempt.pk))
    attempt.refresh_from_db()
    assert attempt.score == 0


def test_13_attempt_that_is_handed_in_stays_so(student, quiz):
    browser, attempt = start(student, quiz)
    save(browser, attempt, "0.1")
    browser.post(url("hand_in", attempt.pk))
    assert save(browser, attempt, "0.64", seq=2).status_code == 409
    browser.post(url("attempt", attempt.pk), {"q2": "0.64"})
    browser.post(url("start", quiz.pk))
    assert browser.post(url("attempt_reopen", attempt.pk), {"minutes": 5, "reason": "x"}).status_code == 403
    attempt.refresh_from_db()
    assert (attempt.finished_at is not None, attempt.score, Attempt.objects.count()) == (True, 0, 1)
    assert standing(attempt) == {2: ["0.1"]}


@pytest.mark.parametrize(
    "name",
    ["results_csv", "statistics", "statistics_csv", "misconceptions", "grading", "integrity", "panel", "run"],
)
def test_14_no_report_or_export_is_for_students(course, student, quiz, name):
    browser, attempt = start(student, quiz)
    browser.post(url("hand_in", attempt.pk))
    assert browser.get(url(name, quiz.pk)).status_code == 403
    assert browser.get(url("attempt_log", attempt.pk)).status_code == 403
    assert signed_in(student_of(CourseFactory())).get(url(name, quiz.pk)).status_code == 404


@races
def test_15_hand_in_against_sweep_is_scored_once_with_what_was_acknowledged():
    quiz = make_quiz(CourseFactory(slug="dl"), ("single", "numeric"), now=clock.now())
    for _ in range(6):
        student = student_of(quiz.course)
        browser, attempt = start(student, quiz)
        second = signed_in(student)
        let_time_pass(attempt, minutes=6, seconds=4.9)  # the grace ends while they are at it
        results = at_once(
            [
                lambda b=browser, a=attempt: ("save", save(b, a, "0.64").status_code),
                lambda b=second, a=attempt: ("hand in", b.post(url("hand_in", a.pk)).status_code),
                lambda: ("sweep", services.finish_overdue(now=clock.now())),
            ],
            refusals=ValueError,
        )
        saved = dict(results)["save"] == 200
        attempt.refresh_from_db()
        if attempt.finished_at is None:
            browser.post(url("hand_in", attempt.pk))
            attempt.refresh_from_db()
        assert attempt.score == (2 if saved else 0)
        assert attempt.finished_at <= attempt.deadline


@races
def test_16_twenty_saves_around_the_deadline_are_kept_or_refused_never_both():
    quiz = make_quiz(CourseFactory(slug="dl"), ("short_text",), now=clock.now(), grace_seconds=0)
    student = student_of(quiz.course)
    _, attempt = start(student, quiz)
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline=clock.now() + timedelta(seconds=1), accepts_until=clock.now() + timedelta(seconds=1)
    )
    browsers = [signed_in(student) for _ in range(4)]

    def write(number):
        """Save five times, from one second before the end to one after it."""
        acknowledged = []
        for seq in range(5):
            reply = save(
                browsers[number], attempt, f"{number}-{seq}", position=1, seq=seq, tab=f"tab {number}"
            )
            if reply.status_code == 200:
                acknowledged.append((f"tab {number}", seq))
            else:
                assert reply.status_code == 409
            time.sleep(0.5)
        return acknowledged

    kept = [
        one for seqs in at_once([lambda n=n: write(n) for n in range(4)], refusals=ValueError) for one in seqs
    ]
    assert sorted(Answer.objects.values_list("client", "seq")) == sorted(kept)
    assert 0 < len(kept) < 20
    last = Attempt.objects.get(pk=attempt.pk)
    assert all(answer.received_at < last.accepts_until for answer in Answer.objects.all())


def test_access_code_is_not_guessed_and_a_guesser_locks_nobody_else_out(course, student):
    quiz = make_quiz(course, ("single",), now=clock.now(), access_code="backprop-4711")
    guesser, honest = signed_in(student), signed_in(student_of(course))
    for number in range(40):
        guesser.post(url("start", quiz.pk), {"access_code": f"backprop-{number}"})
    guesser.post(url("start", quiz.pk), {"access_code": "backprop-4711"})  # right, but while it has to wait
    guesser.post(url("start", quiz.pk))
    assert Attempt.objects.count() == 0
    honest.post(url("start", quiz.pk), {"access_code": " BACKPROP-4711"})
    assert Attempt.objects.get().quiz == quiz


def test_access_code_is_in_no_page_of_a_student(course, student):
    quiz = make_quiz(course, ("single",), now=clock.now(), access_code="backprop-hawser")
    browser = signed_in(student)
    page = browser.post(url("start", quiz.pk), {"access_code": "wrong"}, follow=True)
    assert "hawser" not in told(page)
    assert "hawser" not in "".join(told(browser.get(address)) for address in every_address(quiz))
