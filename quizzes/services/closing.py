"""Closing attempts, handed in or overdue: first the row is closed, then it is scored.

Each is a transaction of its own. What a crash leaves in between has `finished_at` and no score: `settle`
finds it, for whoever looks and for the sweep.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import models, transaction
from django.db.models import Case, F, Value, When

from classroom import clock
from classroom.models import User
from classroom.prepared import ID, Given, Update
from quizzes import queries
from quizzes.checking import record
from quizzes.marks import mark
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Quiz
from quizzes.replay import Standing, standing_answers
from quizzes.sums import add_up

log = logging.getLogger(__name__)

_MARK = Update(
    lambda: AttemptItem.objects.filter(pk=Given("item", ID)), points=Given("points", models.FloatField())
)
#: How many attempts one sweep closes or scores.
SWEEP_SIZE = 500


def hand_in(*, attempt: Attempt, now: datetime, only_overdue: bool = False, time_up: bool = False) -> Attempt:
    """Close the attempt, then score it; a second time changes nothing.

    Parameters
    ----------
    only_overdue
        Close it only if it still takes no answers: an extension may have come in between.
    time_up
        Its page says so, since a countdown has ended there; ignored while there is time left.
    """
    if _close(attempt.pk, now, only_overdue=only_overdue, time_up=time_up):
        _score_or_log(attempt.pk)
    attempt.refresh_from_db()
    return attempt


def _close(pk: int, now: datetime, *, only_overdue: bool, time_up: bool) -> bool:
    attempts = Attempt.objects.filter(pk=pk, finished_at=None)
    if only_overdue:
        attempts = attempts.overdue(now)
    if time_up:
        attempts = attempts.filter(deadline__lte=now)
    ended = Case(When(deadline__lt=now, then=F("deadline")), default=Value(now))
    what = AttemptEvent.What.TIMED_OUT if only_overdue or time_up else AttemptEvent.What.HANDED_IN
    with transaction.atomic():
        if not attempts.update(finished_at=ended):
            return False
        AttemptEvent.objects.create(attempt_id=pk, what=what, at=now)
    return True


def settle(*, now: datetime, user: User | None = None, quiz: Quiz | None = None) -> int:
    """Close the attempts whose time is up, and score those that are closed; return how many it closed.

    Of one person or one quiz or all. Whoever looks calls this first, so nothing is wrong while no worker
    runs.
    """
    waiting = Attempt.objects.to_settle(now).select_related("quiz")
    if user is not None:
        waiting = waiting.filter(user=user)
    if quiz is not None:
        waiting = waiting.filter(quiz=quiz)
    closed = 0
    for attempt in waiting.order_by("accepts_until")[:SWEEP_SIZE]:
        if attempt.finished_at is not None:
            _score_or_log(attempt.pk)
        elif not _may_come_back(attempt, now):
            closed += hand_in(attempt=attempt, now=now, only_overdue=True).finished_at is not None
    return closed


def _may_come_back(attempt: Attempt, now: datetime) -> bool:
    """Whether to leave it open a little longer; the person's own date is asked for only if it matters."""
    return attempt.may_come_back(now, None) and attempt.may_come_back(
        now, clock.effective_deadline(attempt.user, attempt.quiz)
    )


def finish_overdue(*, now: datetime) -> int:
    """Close everybody's attempts whose time is up; what the sweep does."""
    return settle(now=now)


def _score_or_log(pk: int) -> None:
    try:
        score(pk)
    except Exception:  # one that cannot be scored must not keep everybody else's open
        log.exception("Attempt %d could not be scored; it is closed and is tried again.", pk)


@transaction.atomic
def score(pk: int) -> None:
    """Score what the log of a closed attempt says and write it down, once."""
    unscored = Attempt.objects.unscored().select_for_update(of=("self",)).select_related("quiz")
    attempt = unscored.filter(pk=pk).first()
    if attempt is None:
        return
    items, answers = queries.items_of(attempt), standing_answers(queries.log_of(attempt))
    hints = queries.hints_of(attempt)
    for item in items:
        answer = answers.get(item.position)
        if not _graded_already(item, answer):
            item.points = mark(item, answer, quiz=attempt.quiz, hints=hints[item.position]).points
            _MARK(item=item.pk, points=item.points)
    record.ask_for(attempt, items, answers)
    attempt.receipt = receipt_for(attempt, items, answers)
    attempt.save(update_fields=["receipt"])
    add_up(attempt)


def _graded_already(item: AttemptItem, answer: Standing | None) -> bool:
    """Whether a person has graded just this answer, before the attempt was opened again."""
    return item.graded_at is not None and (answer is None or answer.received_at <= item.graded_at)


def answers_of(attempt: Attempt) -> dict[int, Standing]:
    """Return the answers that stand, by position."""
    return standing_answers(queries.log_of(attempt))


def handed_in(attempt: Attempt) -> str:
    """Return what the attempt's receipt is the hash of, from its log as it is now."""
    return handed_in_text(attempt, queries.items_of(attempt), answers_of(attempt))


def receipt_holds(attempt: Attempt) -> bool | None:
    """Whether the log still gives the receipt that the student got; None where there is no receipt yet."""
    if not attempt.receipt:
        return None
    return sha256(handed_in(attempt).encode()).hexdigest() == attempt.receipt


def receipt_for(attempt: Attempt, items: Sequence[AttemptItem], answers: dict[int, Standing]) -> str:
    """Return the receipt: the SHA-256 of what was handed in, as `handed_in_text` writes it."""
    return sha256(handed_in_text(attempt, items, answers).encode()).hexdigest()


def handed_in_text(attempt: Attempt, items: Sequence[AttemptItem], answers: dict[int, Standing]) -> str:
    """Return what was handed in as one line of JSON; the same answers of the same attempt give the same line.

    ``[attempt, user, [[position, version, [values]], ...]]``; where a certainty was given, it comes last.
    """
    said = []
    for item in items:
        answer = answers.get(item.position)
        line = [item.position, item.version_id, answer.value if answer else []]
        said.append([*line, answer.certainty] if answer and answer.certainty else line)
    return json.dumps([attempt.pk, attempt.user_id, said], ensure_ascii=False, separators=(",", ":"))
