"""What the page of a running attempt tells: that it is there, how long it was cut off, when it was left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from classroom import clock
from classroom.models import User
from quizzes.device import Device
from quizzes.errors import Refused
from quizzes.models import Attempt, AttemptEvent
from quizzes.models.attempt import SILENT_SECONDS

#: How often (seconds) it is noted that a page is there.
SEEN_SECONDS = 10
#: How many times leaving the page is noted in one attempt.
MAX_FOCUS_EVENTS = 200


def note_seen(*, attempt: Attempt, now: datetime, device: Device) -> None:
    """Note that the attempt's page is there, at most every ten seconds, and from which device.

    Silence that was longer than an open page is ever silent stays on record: it is the site's own measure of
    an outage, and `report_outage` ends it.
    """
    if attempt.finished_at is not None:
        return
    silence = (now - attempt.heard_at).total_seconds()
    if SEEN_SECONDS <= silence <= SILENT_SECONDS:
        Attempt.objects.filter(pk=attempt.pk).update(last_seen_at=now)
    if device.fingerprint != attempt.device:
        _note_device(attempt, device, now)


def _note_device(attempt: Attempt, device: Device, now: datetime) -> None:
    """Log another address or browser; of two requests that notice it, one logs it."""
    with transaction.atomic():
        before = Attempt.objects.filter(pk=attempt.pk, device=attempt.device)
        if before.update(device=device.fingerprint) and attempt.device:
            AttemptEvent.objects.create(
                attempt=attempt, what=AttemptEvent.What.DEVICE, at=now, detail=device.detail
            )


def is_unheard(*, attempt: Attempt, now: datetime) -> bool:
    """Whether the running attempt's page was silent for longer than an open page is."""
    return attempt.finished_at is None and (now - attempt.heard_at).total_seconds() > SILENT_SECONDS


def report_outage(*, attempt_id: int, user: User, seconds: float, now: datetime) -> int:
    """Note how long the page says it was cut off, and give time back; return how many seconds.

    Given back is the least of what the page measured, the silence the site saw itself, and what is left of
    the quiz's cap; never past its close. An attempt whose time ended in the silence goes on with what it is
    given, unless somebody has closed it.

    Raises
    ------
    Refused
        The attempt is not this person's, or over.
    """
    with transaction.atomic():
        rows = Attempt.objects.select_for_update(of=("self",)).select_related("quiz__course")
        attempt = rows.filter(pk=attempt_id, user=user).first()
        if attempt is None or attempt.finished_at is not None:
            raise Refused(_("This attempt is over, or not yours."))
        silence = (now - attempt.heard_at).total_seconds()
        measured = int(min(max(0.0, seconds), silence))
        credited = _credit(attempt, timedelta(seconds=measured), now)
        attempt.last_seen_at = now
        attempt.save(update_fields=["last_seen_at", "deadline", "accepts_until", "credited_seconds"])
        if measured:
            _log(attempt, AttemptEvent.What.OFFLINE, now, reported=round(seconds), silence=round(silence))
        if credited:
            _log(attempt, AttemptEvent.What.CREDITED, now, seconds=credited, deadline=str(attempt.deadline))
    return credited


def _credit(attempt: Attempt, outage: timedelta, now: datetime) -> int:
    """Move the attempt's end; return by how many seconds."""
    closes_at = clock.effective_deadline(attempt.user, attempt.quiz)
    if attempt.deadline is None or not (attempt.is_accepting(now) or attempt.may_come_back(now, closes_at)):
        return 0
    end = attempt.deadline + min(outage, attempt.credit_left)
    if closes_at is not None:
        end = min(end, closes_at)
    credited = int((end - attempt.deadline).total_seconds())
    if credited <= 0:
        return 0
    attempt.deadline += timedelta(seconds=credited)
    attempt.accepts_until = attempt.deadline + attempt.quiz.grace
    attempt.credited_seconds += credited
    return credited


def note_focus(*, attempt: Attempt, seconds_away: Sequence[float], now: datetime) -> None:
    """Note how long the page was left each time; only where the quiz says so, and not for ever."""
    if not attempt.quiz.watch_focus or attempt.finished_at is not None:
        return
    noted = attempt.events.filter(what=AttemptEvent.What.FOCUS).count()
    AttemptEvent.objects.bulk_create(
        AttemptEvent(
            attempt=attempt, what=AttemptEvent.What.FOCUS, at=now, detail={"seconds": round(seconds, 1)}
        )
        for seconds in list(seconds_away)[: max(0, MAX_FOCUS_EVENTS - noted)]
    )


def _log(attempt: Attempt, what: str, now: datetime, **detail: object) -> None:
    AttemptEvent.objects.create(attempt=attempt, what=what, at=now, detail=detail)


def written_elsewhere(*, attempt: Attempt, client: str, seen: datetime | None) -> bool:
    """Whether another tab or device has written since the state that `client` knows."""
    return attempt.writer not in ("", client) and attempt.last_saved_at != seen
