"""Leaderboards for tests: small data, quick networks."""

from datetime import timedelta

import numpy as np

from projects import grading, services
from projects.models import Board, Submission
from tests.factories import NOW, instructor_of
from tests.projects.factories import HackathonFactory, challenge_of, members, project_of, team_of

DAY = timedelta(days=1)
#: Two overlapping clouds: the sign of the first feature is right for about 84 of 100.
ROWS = np.random.default_rng(20261125).normal(size=(400, 2)).round(4)
KINDS = np.where(ROWS[:, 0] + np.random.default_rng(1).normal(0, 0.5, 400) > 0, "right", "left")
TABLE = "\n".join(["across,up,side", *(f"{x},{y},{kind}" for (x, y), kind in zip(ROWS, KINDS, strict=True))])

#: Learns where to cut, and reports a loss at each step.
CUT = """
import numpy as np

def train(X, y, seed):
    w, b = np.zeros(2), 0.0
    for step in range(30):
        p = 1 / (1 + np.exp(-(X @ w + b)))
        report(float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))), step)
        w, b = w - X.T @ (p - y) / len(y), b - float(np.mean(p - y))
    return {"w": w, "b": b}

def predict(params, X):
    return (X @ params["w"] + params["b"] > 0).astype(int)
"""
#: Guesses the same for all: half of them are right.
SAME = """
import numpy as np

def train(X, y, seed):
    return [1]

def predict(params, X):
    return np.full(len(X), params[0])
"""
RAISES = "def train(X, y, seed):\n    return X[1000]\ndef predict(params, X):\n    return X\n"


def event(**fields):
    """A hackathon whose building has begun and lasts a day more."""
    return HackathonFactory(**{"starts_at": NOW - DAY, "registration_opens_at": NOW - 9 * DAY} | fields)


def board_of(hackathon=None, *, now=NOW, table=TABLE, policy="best", **rules):
    """A challenge with a leaderboard, open for a day."""
    hackathon = hackathon or event()
    challenge = challenge_of(
        hackathon, exercise="", opens_at=NOW - DAY, closes_at=NOW + DAY, tries=None, policy=policy
    )
    rules = {"time_zone": hackathon.course.time_zone, "cpu_seconds": 5} | rules
    return services.open_board(
        board=Board(challenge=challenge, **rules),
        material=services.Material("clouds.csv", table.encode()),
        by=instructor_of(hackathon.course),
        now=now,
    )


def team_on(board, name=None):
    """A team of one that has chosen the board's challenge."""
    team = team_of(board.challenge.hackathon, name=name)
    project_of(team, board.challenge)
    return team


def hand_in(team, source=CUT, now=NOW):
    """Hand in without training."""
    project = team.projects.get()
    return services.hand_in(
        challenge=project.challenge,
        user=members(team)[0],
        filename="net.py",
        source=source.encode(),
        now=now,
    )


def train(team, source=CUT, now=NOW):
    """Hand in and train, as a worker does."""
    submission = hand_in(team, source, now)
    assert grading.grade_next()
    return Submission.objects.select_related("training").get(pk=submission.pk)
