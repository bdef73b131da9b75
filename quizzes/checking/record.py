"""Answers that the sandbox checks: asked for, claimed by a worker, checked, recorded.

The database is the queue: `unchecked_since` says what waits, a claim is a lease. A worker that dies lets it
lapse, and what it might still write is refused because its run no longer matches.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from classroom import bell, clock, lease
from classroom.measures import GRADING_SECONDS
from nnengine.sandbox import IsolationUnavailable, SandboxCrashed
from quizzes.checking.door import check
from quizzes.checking.numpy_line import BrokenReference
from quizzes.kinds import KINDS, Score, Value
from quizzes.marks import mark
from quizzes.models import Attempt, AttemptEvent, AttemptItem
from quizzes.replay import Standing, standing_answers
from quizzes.sums import add_up

log = logging.getLogger(__name__)

CHECK_TASK = "quizzes.tasks.check_item"
#: A check takes two seconds at most; twice that for the sandbox to start, and more for a busy machine.
LEASE = timedelta(seconds=20)
#: After so many checks that ended in nothing a person has to look.
MAX_TRIES = 3
#: How many of the oldest are tried before a worker looks again.
CANDIDATES = 8


@dataclass(frozen=True)
class Claim:
    """An answer that this worker holds."""

    item_id: int
    run: int

    @property
    def held(self) -> "QuerySet[AttemptItem]":
        """The row, as long as this claim is the last one and nobody has graded it."""
        return unchecked().filter(pk=self.item_id, run=self.run)


def unchecked() -> "QuerySet[AttemptItem]":
    """Return what waits for a worker; a person's grading takes an answer out of the queue."""
    return AttemptItem.objects.filter(unchecked_since__isnull=False, graded_at=None)


def ask(items: Iterable[tuple[AttemptItem, Value]], *, now: datetime) -> None:
    """Have a worker check these answers; whoever checks an older one to the same question is superseded."""
    for item, value in items:
        item.verdict, item.unchecked_since = {"value": value}, now
        AttemptItem.objects.filter(pk=item.pk).update(
            verdict=item.verdict, unchecked_since=now, leased_until=None, run=F("run") + 1
        )
        bell.ring(CHECK_TASK)


def ask_for(attempt: Attempt, items: Iterable[AttemptItem], answers: Mapping[int, Standing]) -> None:
    """Have a worker check those answers of an attempt just handed in that have no points for want of one."""
    waiting = [item for item in items if item.points is None and item.position in answers]
    by_worker = [
        item for item in waiting if KINDS[(item.scored_by or item.version).kind].graded_by == "worker"
    ]
    # A person's grade was for an answer that has been changed since, in an attempt opened again.
    outdated = [item.pk for item in by_worker if item.graded_at is not None]
    AttemptItem.objects.filter(pk__in=outdated).update(graded_at=None, graded_by=None)
    since = attempt.finished_at or clock.now()
    ask([(item, answers[item.position].value) for item in by_worker], now=since)


def check_next() -> bool:
    """Check the answer that waits longest and that nobody holds; return whether there was one."""
    claim = claim_next(now=clock.now())
    if claim is None:
        return False
    item = AttemptItem.objects.select_related("version", "scored_by", "attempt__quiz__course").get(
        pk=claim.item_id
    )
    with override(item.attempt.quiz.course.language), GRADING_SECONDS.labels("check").time():
        _check(claim, item)
    return True


def _check(claim: Claim, item: AttemptItem) -> None:
    value = [str(part) for part in item.verdict.get("value", [])]
    try:
        score = check((item.scored_by or item.version).kind, item.data, value)
    except IsolationUnavailable as error:
        put_back(claim, item, problem=str(error))
    except BrokenReference as error:
        words = _("The question's own line does not run: %(problem)s") % {"problem": error}
        give_up(claim, item, problem=words)
    except SandboxCrashed as error:
        log.warning("The sandbox failed at item %s: %s", item.pk, error)
        count_failure(claim, item, problem=str(error))
    except Exception as error:  # whatever a defect in the check raises must not stop the queue
        log.exception("The check of item %s failed", item.pk)
        count_failure(claim, item, problem=f"{type(error).__name__}: {error}")
    else:
        record(claim, value, score)


def claim_next(*, now: datetime) -> Claim | None:
    """Take the answer that waits longest and that nobody holds."""
    while waiting := list(
        unchecked()
        .filter(lease.available(now))
        .order_by("unchecked_since", "pk")
        .values_list("pk", flat=True)[:CANDIDATES]
    ):
        for pk in waiting:
            run = lease.claim(unchecked(), pk=pk, now=now, lease=LEASE)
            if run is None:
                continue
            claim = Claim(pk, run)
            verdict = claim.held.values_list("verdict", flat=True).first()
            if verdict is not None and claim.held.update(verdict=verdict | {"tries": _tries(verdict) + 1}):
                return claim
    return None


def record(claim: Claim, value: Value, score: Score) -> bool:
    """Write down what was found; return False when the claim was superseded and nothing was written.

    Until the attempt is scored only the verdict is kept; its scoring takes it if the answer is the same.
    """
    verdict = {
        "value": value,
        "fraction": score.fraction,
        "feedback": score.feedback,
        "misconception": score.misconception,
    }
    done: dict[str, Any] = {"verdict": _storable(verdict), "unchecked_since": None, "leased_until": None}
    with transaction.atomic():
        attempt_id = claim.held.values_list("attempt", flat=True).first()
        attempts = Attempt.objects.select_for_update(of=("self",)).select_related("quiz")
        attempt = attempts.filter(pk=attempt_id).first() if attempt_id else None
        if attempt is None:
            return False
        scored = attempt.score is not None  # else the hand-in is still to come, or just scores it
        if scored:
            done["points"] = _points(attempt, claim.item_id, score)
        if not claim.held.update(**done):
            return False
        if scored:
            add_up(attempt)
    return True


def _points(attempt: Attempt, item_id: int, score: Score) -> float | None:
    item = AttemptItem.objects.select_related("version", "scored_by").get(pk=item_id)
    answers = standing_answers(attempt.answers.filter(position=item.position))
    hints = attempt.events.filter(what=AttemptEvent.What.HINT, position=item.position).count()
    return mark(item, answers.get(item.position), quiz=attempt.quiz, hints=hints, score=score).points


def put_back(claim: Claim, item: AttemptItem, *, problem: str) -> None:
    """Let it wait: this machine cannot isolate student code. That is no try."""
    verdict = item.verdict | {"problem": problem, "tries": _tries(item.verdict) - 1}
    claim.held.update(leased_until=None, verdict=_storable(verdict))


def count_failure(claim: Claim, item: AttemptItem, *, problem: str) -> None:
    """Release it for the next try; after the last one a person has to look."""
    if _tries(item.verdict) >= MAX_TRIES:
        give_up(claim, item, problem=problem)
    else:
        claim.held.update(leased_until=None, verdict=_storable(item.verdict | {"problem": problem}))


def give_up(claim: Claim, item: AttemptItem, *, problem: str) -> None:
    """Take it out of the queue, ungraded: only a person or a mended question helps."""
    verdict = item.verdict | {"problem": problem}
    claim.held.update(leased_until=None, unchecked_since=None, verdict=_storable(verdict))


def give_up_lapsed(*, now: datetime) -> None:
    """Give up those whose workers died too often."""
    for item in unchecked().filter(lease.available(now), verdict__tries__gte=MAX_TRIES):
        problem = _("The worker stopped %(count)d times while it checked this.") % {"count": MAX_TRIES}
        give_up(Claim(item.pk, item.run), item, problem=problem)


def waiting_count(*, now: datetime) -> int:
    """Return how many answers wait that nobody holds."""
    return unchecked().filter(lease.available(now)).count()


def _tries(verdict: dict[str, Any]) -> int:
    return int(verdict.get("tries", 0))


def _storable(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return a copy that every database takes: no NUL, no half of a character."""
    return {
        name: value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
        if isinstance(value, str)
        else value
        for name, value in verdict.items()
    }
