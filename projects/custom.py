"""Exercises of one's own: proven by a worker, and found by what hand-ins call them, ``custom/<version>``."""

import logging
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings

from classroom import clock, lease
from nnengine import grading as engine
from nnengine.exercises import ExerciseInfo
from nnengine.sandbox import IsolationUnavailable, SandboxCrashed, Tier, default_sandbox
from projects.errors import Refused
from projects.models import CustomExercise

log = logging.getLogger(__name__)

PROVE_TASK = "projects.tasks.prove_next"
PREFIX = "custom/"
LEASE = timedelta(seconds=120)


def is_custom(exercise: str) -> bool:
    """Whether this is not one of the engine's own exercises."""
    return exercise.startswith(PREFIX)


def source_of(exercise: str) -> str:
    """Return the file of a version.

    Raises
    ------
    CustomExercise.DoesNotExist
        There is none.
    """
    return CustomExercise.objects.values_list("source", flat=True).get(pk=_number(exercise))


def read(source: str) -> ExerciseInfo:
    """Read a file that somebody uploads.

    Raises
    ------
    Refused
        It is no exercise.
    """
    try:
        return engine.read(source).info()
    except engine.ExerciseError as error:
        raise Refused(" ".join(error.problems)) from error


def info(exercise: str) -> ExerciseInfo | None:
    """Return what may be shown of a version; None when there is none."""
    try:
        return engine.read(source_of(exercise)).info()
    except CustomExercise.DoesNotExist:
        return None


def newest(exercise: str) -> str:
    """Return the newest proven version of the same exercise, by which a hand-in is graded.

    An exercise of the engine's is what it is.
    """
    if not is_custom(exercise):
        return exercise
    version = CustomExercise.objects.filter(pk=_number(exercise)).values("course", "slug").first()
    if version is None:
        return exercise
    found = CustomExercise.objects.sound().filter(**version).order_by("-number").first()
    return found.name if found else exercise


def choices() -> list[tuple[str, str]]:
    """Return the newest proven version of every exercise, for a form."""
    rows = CustomExercise.objects.sound().select_related("course").order_by("course", "slug", "number")
    last = {(row.course_id, row.slug): row for row in rows}
    return [(row.name, f"{row.title} ({row.course})") for row in last.values()]


def grade(source: bytes, *, filename: str, exercise: str, seed: int, tier: Tier) -> engine.Report:
    """Grade a hand-in by a version; its functions and the student's run in rooms of their own."""
    return engine.grade_custom(source, filename=filename, exercise=source_of(exercise), seed=seed, tier=tier)


def prove_next() -> bool:
    """Prove the oldest version that nobody holds; return whether there was one."""
    now = clock.now()
    waiting = CustomExercise.objects.unproven()
    for pk in waiting.filter(lease.available(now)).order_by("pk").values_list("pk", flat=True)[:8]:
        run = lease.claim(waiting, pk=pk, now=now, lease=LEASE)
        if run is not None:
            _prove(CustomExercise.objects.get(pk=pk), run)
            return True
    return False


def _prove(version: CustomExercise, run: int) -> None:
    mine = CustomExercise.objects.unproven().filter(pk=version.pk, run=run)
    try:
        faults = engine.verify_custom(version.source, default_sandbox(cast("Tier", settings.SANDBOX_TIER)))
    except (IsolationUnavailable, SandboxCrashed) as error:  # it waits until a worker can
        log.warning("Exercise %s could not be proven: %s", version.pk, error)
        mine.update(leased_until=None)
        return
    mine.update(proven_at=clock.now(), leased_until=None, faults=[fault[:500] for fault in faults][:50])


def waiting_count(*, now: datetime) -> int:
    """Return how many versions wait for a worker."""
    return CustomExercise.objects.unproven().filter(lease.available(now)).count()


def _number(exercise: str) -> int:
    digits = exercise.removeprefix(PREFIX)
    return int(digits) if digits.isascii() and digits.isdigit() else 0
