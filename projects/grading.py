"""The door to the engine: claim a hand-in, have it graded, record the outcome.

The database is the queue. A claim is a lease; a worker that dies lets it lapse, and what it might still
write is refused because its run no longer matches.
"""

import logging
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from classroom import clock, lease
from nnengine import exercises
from nnengine import grading as engine
from nnengine.sandbox import IsolationUnavailable, SandboxCrashed
from projects.models import MAX_ATTEMPTS, FunctionGrade, Source, Submission

log = logging.getLogger(__name__)

#: Longer than the engine lets one hand-in take (60 s), so that a lease lapses only when its worker died.
LEASE = timedelta(seconds=90)
#: How many of the most urgent hand-ins are tried before a worker looks again.
CANDIDATES = 8


@dataclass(frozen=True)
class Claim:
    """A hand-in that this worker holds."""

    submission: Submission
    run: int


def grade_next() -> bool:
    """Grade the most urgent hand-in that nobody holds; return whether there was one."""
    held = claim(now=clock.now())
    if held is None:
        return False
    submission = held.submission
    try:
        report = engine.grade(
            bytes(Source.objects.get(pk=submission.pk).content),
            filename=submission.filename,
            exercise=submission.exercise,
            seed=submission.seed,
        )
    except IsolationUnavailable as error:
        put_back(held, reason=str(error))
    except SandboxCrashed as error:
        log.warning("The sandbox failed at submission %s: %s", submission.pk, error)
        count_failure(held, reason=str(error), now=clock.now())
    except Exception as error:  # whatever a defect in the grader raises must not stop the queue
        log.exception("The grader failed at submission %s", submission.pk)
        count_failure(held, reason=f"{type(error).__name__}: {error}", now=clock.now())
    else:
        record(held, report=report, now=clock.now())
    return True


def claim(*, now: datetime) -> Claim | None:
    """Take the most urgent hand-in that nobody holds and that has attempts left."""
    queue = Submission.objects.ungraded().filter(attempts__lt=MAX_ATTEMPTS)
    while waiting := list(
        queue.filter(lease.available(now)).in_queue_order().values_list("pk", flat=True)[:CANDIDATES]
    ):
        for pk in waiting:
            run = lease.claim(queue, pk=pk, now=now, lease=LEASE)
            if run is not None:
                Submission.objects.filter(pk=pk, run=run).update(attempts=F("attempts") + 1)
                return Claim(Submission.objects.get(pk=pk), run)
    return None


def record(held: Claim, *, report: engine.Report, now: datetime) -> bool:
    """Write the outcome; return False when the claim was superseded and nothing was written."""
    with transaction.atomic():
        mine = Submission.objects.filter(pk=held.submission.pk, run=held.run, graded_at=None)
        if not mine.update(
            graded_at=now,
            leased_until=None,
            blocked_reason="",
            grader_version=engine_version(),
            score=report.score,
            max_score=report.max_score,
            report=storable(report.to_dict()),
        ):
            return False
        replace_functions(held.submission, report)
    return True


def replace_functions(submission: Submission, report: engine.Report) -> None:
    """Write one row a function, instead of those there are."""
    FunctionGrade.objects.filter(submission=submission).delete()
    FunctionGrade.objects.bulk_create(
        FunctionGrade(
            submission=submission,
            position=position,
            name=result.name,
            verdict=result.verdict.value,
            cause=result.cause or "",
            points=result.points,
            max_points=result.max_points,
        )
        for position, result in enumerate(report.functions)
    )


def put_back(held: Claim, *, reason: str) -> None:
    """Let it wait: this machine cannot isolate student code. That is no attempt."""
    Submission.objects.filter(pk=held.submission.pk, run=held.run, graded_at=None).update(
        leased_until=None, attempts=F("attempts") - 1, blocked_reason=storable(reason)
    )


def count_failure(held: Claim, *, reason: str, now: datetime) -> None:
    """Release it for the next attempt; after the last one it is given up until staff start it again."""
    mine = Submission.objects.filter(pk=held.submission.pk, run=held.run, graded_at=None)
    mine.update(leased_until=None, failure=storable(reason)[:2000])
    mine.filter(attempts__gte=MAX_ATTEMPTS).update(failed_at=now)


def give_up_lapsed(*, now: datetime) -> int:
    """Give up hand-ins whose workers died too often; return how many."""
    return (
        Submission.objects.ungraded()
        .filter(Q(leased_until=None) | Q(leased_until__lte=now), attempts__gte=MAX_ATTEMPTS)
        .update(
            failed_at=now,
            leased_until=None,
            failure=_("The grader stopped %(count)d times while it worked on this.")
            % {"count": MAX_ATTEMPTS},
        )
    )


def waiting_count(*, now: datetime) -> int:
    """Return how many hand-ins nobody holds."""
    return Submission.objects.ungraded().filter(lease.available(now), attempts__lt=MAX_ATTEMPTS).count()


def exercise_info(exercise: str) -> exercises.ExerciseInfo | None:
    """Return what the engine says of an exercise; None when it has none of that name."""
    return next((info for info in exercises.catalogue() if info.id == exercise), None)


def exercise_choices() -> list[tuple[str, str]]:
    """Return the engine's exercises, for a form."""
    return [(info.id, f"{info.title.en} ({info.id})") for info in exercises.catalogue()]


def skeleton(exercise: str) -> str:
    """Return the functions an exercise asks for, empty, for an editor to begin with."""
    info = exercise_info(exercise)
    if info is None:
        return ""
    parts = [f"def {function.signature}:\n    ...\n" for function in info.functions]
    return "\n\n".join(["import numpy as np\n", *parts])


def engine_version() -> str:
    """Return which grader it was, for the record."""
    return str(getattr(engine, "VERSION", "1"))


def storable(value: Any) -> Any:  # noqa: ANN401 - JSON is any of six types
    """Return a copy that every database's JSON and text take: no NUL, no lone surrogate, no NaN."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value
