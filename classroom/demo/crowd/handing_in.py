"""What teams handed in, graded as the grader would have."""

import random
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from classroom.demo.crowd.people import BATCH
from classroom.demo.crowd.teams import Formed
from projects.grading import engine_version, exercise_info, replace_functions
from projects.models import Challenge, Project, Source, Submission

CAUSES = ("db-not-averaged", "dW-not-averaged", "")
#: How many functions' rows are written at once.
REPORTS_AT_ONCE = 500


def hand_in(formed: list[Formed], projects: list[Project], now: datetime, rng: random.Random) -> None:
    """Let each team with a project hand in up to three times; what is free form waits for a person."""
    members = {one.team.pk: one.members for one in formed}
    rows = [
        _submission(project, members[project.team_id][0].pk, number, rng)
        for project in projects
        for number in range(1, rng.randint(1, 3) + 1)
    ]
    submissions = Submission.objects.bulk_create(rows, batch_size=BATCH)
    Source.objects.bulk_create(
        (Source(submission=one, content=_source(one.team_id, one.number)) for one in submissions),
        batch_size=BATCH,
    )
    author = Submission.authors.through
    author.objects.bulk_create(
        (
            author(submission_id=one.pk, user_id=user.pk)
            for one in submissions
            for user in members[one.team_id or 0]
        ),
        batch_size=BATCH,
    )
    graded = [one for one in submissions if one.report]
    for first in range(0, len(graded), REPORTS_AT_ONCE):
        replace_functions({one.pk: one.report or {} for one in graded[first : first + REPORTS_AT_ONCE]})


def _submission(project: Project, user_id: int, number: int, rng: random.Random) -> Submission:
    challenge = project.challenge
    source = _source(project.team_id, number)
    handed_in = (challenge.opens_at or project.registered_at) + timedelta(
        hours=number, seconds=rng.randrange(3600)
    )
    report = _report(challenge, rng) if challenge.exercise else None
    return Submission(
        challenge=challenge,
        user_id=user_id,
        team_id=project.team_id,
        number=number,
        exercise=challenge.exercise,
        filename="network.py" if challenge.exercise else "notes.txt",
        sha256=sha256(source).hexdigest(),
        size_bytes=len(source),
        submitted_at=handed_in,
        priority=Submission.Priority.FIRST if number == 1 else Submission.Priority.REPEAT,
        seed=rng.randrange(2**62),
        run=1 if report else 0,
        attempts=1 if report else 0,
        graded_at=handed_in + timedelta(seconds=2) if report else None,
        grader_version=engine_version() if report else "",
        score=report["score"] if report else None,
        max_score=report["max_score"] if report else None,
        report=report,
    )


def _source(team_id: int | None, number: int) -> bytes:
    return f"import numpy as np\n\nTEAM, TRY = {team_id}, {number}\n".encode()


def _report(challenge: Challenge, rng: random.Random) -> dict[str, Any]:
    """Return a report as the engine writes them: each function right, or wrong with a cause."""
    info = exercise_info(challenge.exercise)
    functions = [
        _function(function.name, function.max_points, rng) for function in (info.functions if info else ())
    ]
    return {
        "exercise": challenge.exercise,
        "score": sum(function["points"] for function in functions),
        "max_score": sum(function["max_points"] for function in functions),
        "seconds": 0.5,
        "problems": [],
        "functions": functions,
        "tier": "full",
        "uses": {},
    }


def _function(name: str, points: float, rng: random.Random) -> dict[str, Any]:
    right = rng.random() < 0.8
    message = {"en": "Not averaged over the batch.", "de": "Nicht über den Stapel gemittelt."}
    return {
        "name": name,
        "verdict": "correct" if right else "wrong_values",
        "points": points if right else 0.0,
        "max_points": points,
        "cause": None if right else rng.choice(CAUSES) or None,
        "message": None if right else message,
        "hint": None,
        "expected": None,
        "got": None,
        "first_index": None,
        "difference": None,
        "seconds": 0.01,
    }
