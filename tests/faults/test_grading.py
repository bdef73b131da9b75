"""Worker, Redis or web server die in the middle: what was handed in is graded, once."""

import os
import signal
import time
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import Submission
from tests.factories import CourseFactory, instructor_of, student_of
from tests.projects.factories import NOT_AVERAGED, RIGHT, ChallengeFactory
from tests.site import wait_until


@pytest.fixture
def challenge(site):
    now = timezone.now()
    return ChallengeFactory(
        course=CourseFactory(),
        published_at=now - timedelta(days=1),
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
    )


@pytest.fixture
def student(site, challenge):
    """A student with the exercise open."""
    visitor = site.visitor(student_of(challenge.course))
    visitor.get(address("challenge", challenge))
    return visitor


def address(name, challenge):
    return reverse(f"projects:{name}", args=[challenge.course.slug, challenge.pk])


def hand_in(student, challenge, source=RIGHT):
    """Hand in, and return the hand-in that is stored now."""
    before = set(Submission.objects.values_list("pk", flat=True))
    answer = student.post(address("hand_in", challenge), {"source": source})
    assert answer.status == 200, answer.text
    return Submission.objects.exclude(pk__in=before).get()


def claimed(submission):
    submission.refresh_from_db()
    return submission.run > 0


def refused(submission):
    submission.refresh_from_db()
    return submission.blocked_reason


def graded(submission):
    submission.refresh_from_db()
    return submission.graded_at


def test_hand_in_is_graded_by_the_worker(site, student, challenge):
    submission = hand_in(student, challenge)
    wait_until(lambda: graded(submission), what="a grade")
    assert (submission.score, submission.run) == (100, 1)


def test_worker_killed_while_grading_costs_only_time(site, student, challenge):
    """The lease lapses, the sweep rings, another worker grades; what the dead one held is not recorded."""
    for attempt in range(5):  # a grade takes a second or so: the kill may come too late
        submission = hand_in(student, challenge, RIGHT + f"\n# {attempt}\n")
        wait_until(partial(claimed, submission))
        site.kill("grader")
        if not graded(submission):
            break
        site.start("grader")
    assert graded(submission) is None
    site.start("grader")
    # Nobody waits a minute and a half in a test: the lease ends now.
    Submission.objects.filter(pk=submission.pk).update(leased_until=timezone.now())
    wait_until(lambda: graded(submission), seconds=40, what="a grade by another worker")
    assert (submission.score, submission.run) == (100, 2)


def test_hand_in_while_redis_is_dead_is_saved_and_graded_later(site, student, challenge):
    site.kill("redis")
    began = time.monotonic()
    submission = hand_in(student, challenge)
    assert time.monotonic() - began < 3
    site.start("redis")
    wait_until(lambda: graded(submission), seconds=60, what="a grade after Redis came back")
    assert (submission.score, submission.run) == (100, 1)


def test_hand_in_while_redis_hangs_is_saved_within_seconds(site, student, challenge):
    redis = site.running["redis"].pid
    os.killpg(redis, signal.SIGSTOP)
    try:
        began = time.monotonic()
        submission = hand_in(student, challenge)
        assert time.monotonic() - began < 6
    finally:
        os.killpg(redis, signal.SIGCONT)
    wait_until(lambda: graded(submission), seconds=60, what="a grade after Redis woke up")
    assert submission.run == 1


def test_redis_that_forgets_everything_loses_no_work(site, student, challenge):
    site.stop("grader")
    submissions = [hand_in(student, challenge, RIGHT), hand_in(student, challenge, NOT_AVERAGED)]
    with site.redis() as redis:
        redis.flushall()
    site.start("grader")
    wait_until(lambda: all(map(graded, submissions)), seconds=40, what="two grades")
    assert [submission.run for submission in submissions] == [1, 1]
    assert [submission.score == 100 for submission in submissions] == [True, False]


def test_web_server_killed_after_a_hand_in_loses_nothing(site, student, challenge):
    submission = hand_in(student, challenge)
    site.kill("web")
    site.start("web")
    wait_until(lambda: graded(submission), what="a grade")
    assert student.get(address("challenge", challenge)).status == 200  # still signed in


def test_all_killed_at_once_loses_nothing(site, student, challenge):
    site.stop("grader")
    submission = hand_in(student, challenge)
    site.kill("redis", "web", "courier", "beat")
    site.start("redis", "web", "grader", "courier", "beat")
    wait_until(lambda: graded(submission), seconds=60, what="a grade after a power cut")
    assert (submission.score, submission.run) == (100, 1)


def test_machine_without_seccomp_lets_hand_ins_wait_and_says_what_to_do(site, student, challenge):
    site.stop("grader")
    ours = site.commands["grader"]
    site.commands["grader"] = ours.replace("-m celery", "-m tests.attacks.without seccomp -m celery", 1)
    try:
        site.start("grader")
        submission = hand_in(student, challenge)
        wait_until(partial(refused, submission), what="the worker's refusal")
        staff = site.visitor(instructor_of(challenge.course))
        for page, words in (
            ("dashboard", "This machine cannot isolate student code, so nothing is graded"),
            ("projects:queue", "use a kernel with CONFIG_SECCOMP_FILTER"),
        ):  # not while a worker has just taken it up again
            address = reverse(page, args=[challenge.course.slug])
            wait_until(lambda a=address, w=words: w in staff.get(a).text, what=words)
        assert graded(submission) is None
    finally:
        site.commands["grader"] = ours
        site.kill("grader")
    site.start("grader")
    wait_until(lambda: graded(submission), seconds=60, what="a grade on a machine with all walls")
    assert submission.score == 100
