"""The door to the engine: claim a hand-in, have it graded, record the outcome.

The database is the queue. A claim is a lease; a worker that dies lets it lapse, and what it might still
write is refused because its run no longer matches.
"""

import logging
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from classroom import bell, clock, lease
from classroom.measures import GRADING_SECONDS
from nnengine import exercises
from nnengine import grading as engine
from nnengine.sandbox import IsolationUnavailable, SandboxCrashed, Tier
from projects import custom, training
from projects.models import BOARD_PREFIX, MAX_ATTEMPTS, FunctionGrade, Shadow, Source, Submission

log = logging.getLogger(__name__)
steps = logging.getLogger("classroom.steps")

GRADE_TASK = "projects.tasks.grade_next"
#: How long a claim holds. A worker at work renews it, so a dead one's hand-in is free again soon.
LEASE = timedelta(seconds=20)
RENEW_SECONDS = 6.0
#: A worker that takes longer than this (seconds) is stuck: no more renewals. The engine ends an exercise
#: after 60 s; what a leaderboard's run may take, its budget says.
MOST_SECONDS = 90.0
#: How many of the most urgent hand-ins are tried before a worker looks again.
CANDIDATES = 8


@dataclass(frozen=True)
class Claim:
    """A hand-in, or the shadow of one, that this worker holds."""

    row: Submission | Shadow
    run: int

    @property
    def work(self) -> str:
        """What kind of work it is, for the numbers."""
        return "grade" if isinstance(self.row, Submission) else "regrade"

    @property
    def submission(self) -> Submission:
        """The hand-in whose source is graded."""
        return self.row if isinstance(self.row, Submission) else self.row.submission

    @property
    def ungraded(self) -> QuerySet[Submission] | QuerySet[Shadow]:
        """The row, as long as this claim is the last one and nothing has been recorded."""
        if isinstance(self.row, Submission):
            return Submission.objects.filter(pk=self.row.pk, run=self.run, graded_at=None)
        return Shadow.objects.filter(pk=self.row.pk, run=self.run, graded_at=None)


def grade_next() -> bool:
    """Grade the most urgent hand-in that nobody holds, else a shadow; return whether there was one."""
    held = claim(now=clock.now()) or claim_shadow(now=clock.now())
    if held is None:
        return False
    submission = held.submission
    source = bytes(Source.objects.get(pk=submission.pk).content)
    trains = training.is_board(submission.exercise)
    outcome: engine.Report | training.Outcome
    try:
        with renewed(held), GRADING_SECONDS.labels(held.work).time():
            if trains:
                outcome = training.train(submission, run=held.run, source=source)
            else:
                outcome = _graded(held, source)
    except IsolationUnavailable as error:
        put_back(held, reason=str(error))
        return True
    except SandboxCrashed as error:
        log.warning("The sandbox failed at submission %s: %s", submission.pk, error)
        count_failure(held, reason=str(error), now=clock.now())
    except Exception as error:  # whatever a defect in the grader raises must not stop the queue
        log.exception("The grader failed at submission %s", submission.pk)
        count_failure(held, reason=f"{type(error).__name__}: {error}", now=clock.now())
    else:
        kept = record(held, report=outcome, now=clock.now())
        fields = {"submission": submission.pk, "work": held.work, "run": held.run, "recorded": kept}
        steps.info("hand-in %s graded", submission.pk, extra={"fields": fields})
    if trains or isinstance(held.row, Shadow):  # each rings for the next, so a slot stays free for others
        bell.ring(GRADE_TASK)
    return True


def _graded(held: Claim, source: bytes) -> engine.Report:
    submission = held.submission
    grade = custom.grade if custom.is_custom(submission.exercise) else engine.grade
    return grade(
        source,
        filename=submission.filename,
        exercise=submission.exercise,
        seed=held.row.seed,
        tier=cast("Tier", settings.SANDBOX_TIER),
    )


def claim(*, now: datetime) -> Claim | None:
    """Take the most urgent hand-in that nobody holds and that has attempts left."""
    queue = Submission.objects.ungraded().filter(attempts__lt=MAX_ATTEMPTS)
    others = queue.exclude(exercise__startswith=BOARD_PREFIX)
    if training.slots_are_taken(now=now):
        queue = others
    while waiting := list(
        queue.filter(lease.available(now)).in_queue_order().values_list("pk", "exercise")[:CANDIDATES]
    ):
        for pk, exercise in waiting:
            with transaction.atomic():
                if training.is_board(exercise):
                    training.lock_slots()
                    if training.slots_are_taken(now=now):
                        queue = others
                        break
                run = lease.claim(queue, pk=pk, now=now, lease=LEASE)
                if run is not None:
                    Submission.objects.filter(pk=pk, run=run).update(attempts=F("attempts") + 1)
                    return Claim(Submission.objects.get(pk=pk), run)
    return None


def claim_shadow(*, now: datetime) -> Claim | None:
    """Take the oldest shadow, unless so many are being graded that no slot would be left for live ones."""
    queue = Shadow.objects.ungraded().filter(attempts__lt=MAX_ATTEMPTS)
    if Shadow.objects.ungraded().filter(leased_until__gt=now).count() >= max(1, settings.GRADERS - 1):
        return None
    for pk in queue.filter(lease.available(now)).in_queue_order().values_list("pk", flat=True)[:CANDIDATES]:
        run = lease.claim(queue, pk=pk, now=now, lease=LEASE)
        if run is not None:
            Shadow.objects.filter(pk=pk, run=run).update(attempts=F("attempts") + 1)
            return Claim(Shadow.objects.select_related("submission").get(pk=pk), run)
    return None


@contextmanager
def renewed(held: Claim) -> Iterator[None]:
    """Keep the claim while the body runs; where this process dies, nobody does."""
    done = threading.Event()
    exercise = held.submission.exercise
    most = training.most_seconds(exercise) if training.is_board(exercise) else MOST_SECONDS
    thread = threading.Thread(target=_renew, args=(held, done, math.ceil(most / RENEW_SECONDS)), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(held: Claim, done: threading.Event, most: int) -> None:
    try:
        for _ in range(most):
            if done.wait(RENEW_SECONDS):
                return
            try:
                held.ungraded.update(leased_until=clock.now() + LEASE)
            except DatabaseError as error:
                log.warning("The lease of %s could not be renewed: %s", held.row.pk, error)
                connection.close()  # it may be broken; the next try opens another
    finally:
        connection.close()


def record(held: Claim, *, report: engine.Report | training.Outcome, now: datetime) -> bool:
    """Write the outcome; return False when the claim was superseded and nothing was written."""
    settled = {
        "graded_at": now,
        "leased_until": None,
        "blocked_reason": "",
        "grader_version": engine_version(),
    }
    with transaction.atomic():
        if isinstance(report, training.Outcome):
            mine = Submission.objects.filter(pk=held.row.pk, run=held.run, graded_at=None)
            if not mine.update(**settled, merit=report.merit):
                return False
            training.record(held.submission, run=held.run, fields=storable(report.fields), now=now)
            return True
        stored = storable(report.to_dict())
        if not held.ungraded.update(**settled, score=report.score, max_score=report.max_score, report=stored):
            return False
        if isinstance(held.row, Submission):
            replace_functions({held.row.pk: stored})
    return True


def replace_functions(reports: Mapping[int, Mapping[str, Any]]) -> None:
    """Write one row a function, instead of those there are; `reports` are stored reports by submission."""
    FunctionGrade.objects.filter(submission__in=reports).delete()
    FunctionGrade.objects.bulk_create(
        FunctionGrade(
            submission_id=pk,
            position=position,
            name=result["name"],
            verdict=result["verdict"],
            cause=result["cause"] or "",
            points=result["points"],
            max_points=result["max_points"],
        )
        for pk, report in reports.items()
        for position, result in enumerate(report["functions"])
    )


def put_back(held: Claim, *, reason: str) -> None:
    """Let it wait: this machine cannot isolate student code. That is no attempt."""
    held.ungraded.update(leased_until=None, attempts=F("attempts") - 1, blocked_reason=storable(reason))


def count_failure(held: Claim, *, reason: str, now: datetime) -> None:
    """Release it for the next attempt; after the last one it is given up until staff start it again."""
    held.ungraded.update(leased_until=None, failure=storable(reason)[:2000])
    held.ungraded.filter(attempts__gte=MAX_ATTEMPTS).update(failed_at=now)


def give_up_lapsed(*, now: datetime) -> int:
    """Give up hand-ins whose workers died too often; return how many."""
    given_up = {
        "failed_at": now,
        "leased_until": None,
        "failure": _("The grader stopped %(count)d times while it worked on this.") % {"count": MAX_ATTEMPTS},
    }
    return sum(
        queue.filter(lease.available(now), attempts__gte=MAX_ATTEMPTS).update(**given_up)
        for queue in (Submission.objects.ungraded(), Shadow.objects.filter(graded_at=None, failed_at=None))
    )


def waiting_count(*, now: datetime) -> int:
    """Return how many bells there are to ring: one a hand-in that nobody holds, one for all shadows."""
    free = lease.available(now)
    hand_ins = Submission.objects.ungraded().filter(free, attempts__lt=MAX_ATTEMPTS).count()
    return hand_ins + Shadow.objects.ungraded().filter(free, attempts__lt=MAX_ATTEMPTS).exists()


def exercise_info(exercise: str) -> exercises.ExerciseInfo | None:
    """Return what the engine says of an exercise; None when it has none of that name."""
    if custom.is_custom(exercise):
        return custom.info(exercise)
    return next((info for info in exercises.catalogue() if info.id == exercise), None)


def exercise_choices() -> list[tuple[str, str]]:
    """Return the engine's exercises and those that instructors wrote, for a form."""
    own = [(info.id, f"{info.title.en} ({info.id})") for info in exercises.catalogue()]
    return [*own, *custom.choices()]


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
