"""Leaderboards for tests: small data, quick networks."""

from datetime import timedelta

import numpy as np
from django.db import transaction

from projects import grading, services, standings
from projects.models import Board, Submission, Training
from tests.factories import NOW, instructor_of, student_of
from tests.projects.factories import HackathonFactory, challenge_of, members, project_of

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


def event(now=NOW):
    """A hackathon whose building has begun and lasts some days more."""
    return HackathonFactory(
        registration_opens_at=now - 9 * DAY,
        registration_closes_at=now + 5 * DAY,
        starts_at=now - DAY,
        ends_at=now + 9 * DAY,
        submission_closes_at=now + 9 * DAY,
        published_at=now - 10 * DAY,
    )


def board_of(hackathon=None, *, now=NOW, table=TABLE, policy="best", **rules):
    """A challenge with a leaderboard, open for a day."""
    hackathon = hackathon or event(now)
    challenge = challenge_of(
        hackathon,
        exercise="",
        published_at=now - DAY,
        opens_at=now - DAY,
        closes_at=now + DAY,
        tries=None,
        policy=policy,
    )
    rules = {"time_zone": hackathon.course.time_zone, "cpu_seconds": 5} | rules
    return services.open_board(
        board=Board(challenge=challenge, **rules),
        material=services.Material("clouds.csv", table.encode()),
        by=instructor_of(hackathon.course),
        now=now,
    )


def team_on(board, name=None, now=NOW):
    """A team of one that has chosen the board's challenge."""
    hackathon = board.challenge.hackathon
    user = student_of(hackathon.course)
    team = services.create_team(hackathon=hackathon, user=user, name=name or f"Team {user.pk}", now=now)
    project_of(team, board.challenge, now=now)
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


def scored(board, name, right, *, private=None, parameters=10, cpu=1.0, at=NOW, of=200):
    """A team whose run got so many of `of` public (and private) examples right, without training.

    In one transaction: where a site is running, its worker finds the run graded.
    """
    team = team_on(board, name, at)
    fields = {}
    for prefix, count in (("", right), ("private_", right if private is None else private)):
        means = standings.resampled_means(
            np.repeat([1.0, 0.0], [count, of - count]), seed=board.resampling_seed
        )
        low, high = standings.interval(means)
        fields |= {f"{prefix}score": count / of, f"{prefix}low": low, f"{prefix}high": high}
        fields[f"{prefix}means"] = means.tobytes()
    curve = [[step, 0.7 / (1 + step / 10)] for step in range(40)]
    with transaction.atomic():
        run = hand_in(team, f"{CUT}# {name}", at)
        Training.objects.create(
            submission=run, run=1, began_at=at, parameters=parameters, cpu_seconds=cpu, curve=curve, **fields
        )
        Submission.objects.filter(pk=run.pk).update(graded_at=at, merit=right / of)
    return team


def train(team, source=CUT, now=NOW):
    """Hand in and train, as a worker does."""
    submission = hand_in(team, source, now)
    assert grading.grade_next()
    return Submission.objects.select_related("training").get(pk=submission.pk)
