"""The worker is killed while it trains a network: another takes the run up, and the try is not lost."""

from functools import partial

import pytest
from django.utils import timezone

from classroom import clock
from projects.models import Submission, Training
from tests.projects.boards import CUT, board_of, hand_in, team_on
from tests.site import wait_until

#: Trains until its processor time is used up, and reports as it goes.
SLOW = CUT.replace("range(30)", "range(10**9)")


@pytest.fixture
def board(transactional_db):
    return board_of(now=clock.now(), cpu_seconds=4, runs_a_day=1)


def trains(submission):
    return Training.objects.filter(pk=submission.pk).exclude(curve=[]).exists()


def settled(submission):
    submission.refresh_from_db()
    return submission.graded_at


def test_worker_killed_while_training_costs_only_time(site, board):
    now = clock.now()
    team = team_on(board, "Newcomers", now)
    submission = hand_in(team, SLOW, now)
    wait_until(partial(trains, submission), seconds=60, what="a learning curve")
    site.kill("grader")
    submission.refresh_from_db()
    assert submission.graded_at is None
    site.start("grader")
    # Nobody waits for the lease in a test: it ends now.
    Submission.objects.filter(pk=submission.pk).update(leased_until=timezone.now())
    wait_until(partial(settled, submission), seconds=90, what="the run of another worker")
    assert (submission.run, submission.training.run, submission.training.reason) == (2, 2, "processor-time")
    again = hand_in(team, CUT, clock.now())  # it had no score, so the only try of the day is free
    wait_until(partial(settled, again), seconds=60, what="a score")
    assert again.merit is not None
