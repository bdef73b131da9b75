"""Opening an attempt again that was handed in, by an instructor and for a reason."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import User
from quizzes.errors import Refused
from quizzes.models import Attempt, AttemptEvent
from quizzes.services.audit import note

MAX_MINUTES = 24 * 60


def reopen_attempt(*, attempt: Attempt, by: User, reason: str, minutes: int, now: datetime) -> Attempt:
    """Let the student write on for `minutes` from now; what was handed in before stays on record.

    Its receipt and score are kept in the event; the next hand-in is scored anew.

    Raises
    ------
    Refused
        The attempt is not handed in, not the student's last one, or there is no reason.
    """
    if not reason.strip():
        raise Refused(_("Write down why: the student and other instructors may ask later."))
    if not 1 <= minutes <= MAX_MINUTES:
        raise Refused(_("Give between one minute and a day."))
    with transaction.atomic():
        locked = Attempt.objects.select_for_update(of=("self",)).select_related("quiz").get(pk=attempt.pk)
        _check_may_reopen(locked)
        detail = {
            "reason": reason.strip()[:500],
            "minutes": minutes,
            "receipt": locked.receipt,
            "score": locked.score,
            "handed_in": locked.finished_at and locked.finished_at.isoformat(),
        }
        deadline = now + timedelta(minutes=minutes)
        Attempt.objects.filter(pk=locked.pk).update(
            finished_at=None,
            score=None,
            pending=0,
            receipt="",
            deadline=deadline,
            accepts_until=deadline + locked.quiz.grace,
            last_seen_at=now,
        )
        AttemptEvent.objects.create(
            attempt=locked, what=AttemptEvent.What.REOPENED, at=now, by=by, detail=detail
        )
        note(attempt.quiz, by, "attempt.reopened", now, about=attempt.user, attempt=attempt.pk, **detail)
    attempt.refresh_from_db()
    return attempt


def _check_may_reopen(attempt: Attempt) -> None:
    if attempt.finished_at is None:
        raise Refused(_("This attempt is still running: give more time instead."))
    later = Attempt.objects.filter(quiz=attempt.quiz_id, user=attempt.user_id, number__gt=attempt.number)
    if later.exists():
        raise Refused(_("The student has begun a later attempt: only the last one can be opened again."))
