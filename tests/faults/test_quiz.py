"""The web server or the workers die in the middle of a quiz: every answer that was acknowledged is there."""

import threading
import time

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.models import Answer, Attempt
from quizzes.queries import log_of
from quizzes.replay import standing_answers
from tests.factories import CourseFactory, student_of
from tests.quizzes.factories import make_quiz
from tests.site import wait_until

STUDENTS = 10


@pytest.fixture
def quiz(site):
    return make_quiz(CourseFactory(), ("short_text", "numeric"), now=timezone.now())


def address(name, quiz, pk):
    return reverse(f"quizzes:{name}", args=[quiz.course.slug, pk])


def start(site, quiz):
    """Let a fresh student start the quiz; return the visitor and the attempt."""
    user = student_of(quiz.course)
    visitor = site.visitor(user)
    visitor.get(address("quiz", quiz, quiz.pk))
    assert visitor.post(address("start", quiz, quiz.pk)).status == 200
    return visitor, Attempt.objects.get(quiz=quiz, user=user)


def save(visitor, quiz, attempt, seq):
    body = {"position": 1, "client": "tab", "seq": seq, "value": [f"answer {seq}"]}
    return visitor.post_json(address("save", quiz, attempt.pk), body)


def test_no_acknowledged_answer_is_lost_when_the_web_server_is_killed(site, quiz):
    """Ten students save without pause while the server is killed three times."""
    students = [start(site, quiz) for _ in range(STUDENTS)]
    acknowledged = dict.fromkeys(range(STUDENTS), 0)
    refused, stop = [], threading.Event()

    def write(number):
        visitor, attempt = students[number]
        seq = 0
        while not stop.is_set():
            seq += 1
            try:
                answer = save(visitor, quiz, attempt, seq)
            except OSError:  # nobody listens
                time.sleep(0.1)
                continue
            if answer.status == 200:
                acknowledged[number] = seq
            else:
                refused.append((answer.status, answer.text[:200]))
        connection.close()

    writers = [threading.Thread(target=write, args=[number]) for number in range(STUDENTS)]
    for writer in writers:
        writer.start()
    for _ in range(3):
        time.sleep(1)
        site.kill("web")
        site.start("web")
    time.sleep(1)
    stop.set()
    for writer in writers:
        writer.join()
    assert refused == []
    for number, (_, attempt) in enumerate(students):
        assert acknowledged[number] > 0
        stored = Answer.objects.filter(attempt=attempt).values_list("seq", flat=True)
        assert max(stored) >= acknowledged[number]


def test_answer_typed_while_the_server_is_dead_arrives_when_it_is_back(site, quiz, open_page):
    student = student_of(quiz.course)
    page = open_page(student)
    page.goto(address("quiz", quiz, quiz.pk))
    page.locator(f"form[action='{address('start', quiz, quiz.pk)}'] button").click()
    field = page.locator("[name=q1]")
    field.fill("before")
    expect(page.locator(".saved")).to_have_attribute("data-state", "saved")
    page.watch.offline = True  # the browser complains in its console, rightly
    site.kill("web")
    field.fill("while it was dead")
    expect(page.locator(".saved")).to_have_attribute("data-state", "failed")
    site.start("web")
    expect(page.locator(".saved")).to_have_attribute("data-state", "saved", timeout=15_000)
    attempt = Attempt.objects.get(user=student)
    assert standing_answers(log_of(attempt))[1].value == ["while it was dead"]


def test_answers_are_saved_while_redis_is_dead(site, quiz):
    visitor, attempt = start(site, quiz)
    site.kill("redis")
    assert [save(visitor, quiz, attempt, seq).status for seq in (1, 2, 3)] == [200, 200, 200]
    assert visitor.post(address("hand_in", quiz, attempt.pk)).status == 200
    attempt.refresh_from_db()
    assert attempt.finished_at is not None


def test_quiz_ends_on_time_while_every_worker_is_dead(site, quiz):
    """Nobody looks and nothing runs: too late is too late, and the sweep closes the attempt afterwards."""
    visitor, attempt = start(site, quiz)
    save(visitor, quiz, attempt, 1)
    site.kill("courier", "beat", "grader")
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(deadline=now, accepts_until=now)
    late = save(visitor, quiz, attempt, 2)
    assert late.status != 200
    assert standing_answers(log_of(attempt))[1].value == ["answer 1"]
    site.start("courier", "beat")
    wait_until(
        lambda: Attempt.objects.filter(pk=attempt.pk).exclude(finished_at=None).exists(),
        seconds=40,
        what="the sweep to close the attempt",
    )


def test_rolling_restart_fails_no_save(site, quiz):
    """The web server is stopped and started as a deployment does; the page tries again, and so do these."""
    students = [start(site, quiz) for _ in range(STUDENTS)]
    saved = dict.fromkeys(range(STUDENTS), 0)
    refused, stop = [], threading.Event()

    def write(number):
        visitor, attempt = students[number]
        while not stop.is_set():
            try:
                answer = save(visitor, quiz, attempt, saved[number] + 1)
            except OSError:  # nobody listens: the page keeps the answer and sends it again
                time.sleep(0.1)
                continue
            if answer.status == 200:
                saved[number] += 1
            else:
                refused.append((answer.status, answer.text[:200]))
        connection.close()

    writers = [threading.Thread(target=write, args=[number]) for number in range(STUDENTS)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(2):
            time.sleep(1)
            site.stop("web")
            site.start("web")
        before = dict(saved)
        wait_until(lambda: all(saved[n] > before[n] for n in saved), what="everybody to save again")
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert refused == []
    for number, (_, attempt) in enumerate(students):
        stored = Answer.objects.filter(attempt=attempt).order_by("seq").values_list("seq", flat=True)
        assert list(stored)[: saved[number]] == list(range(1, saved[number] + 1))
