"""What staff do with hand-ins."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from classroom import bell
from classroom.models import AuditEntry, User
from projects.grading import GRADE_TASK
from projects.models import Submission, Training, new_seed


def grade_again(*, submission: Submission, by: User, now: datetime) -> bool:
    """Put one hand-in back into the queue, whether it failed or was graded; False for free form.

    What an earlier run might still write is refused, because its run no longer matches.
    """
    if not submission.exercise:
        return False
    with transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(
            run=F("run") + 1,
            leased_until=None,
            attempts=0,
            failed_at=None,
            failure="",
            blocked_reason="",
            graded_at=None,
            score=None,
            report=None,
            merit=None,
            seed=new_seed(),
        )
        submission.functions.all().delete()
        Training.objects.filter(pk=submission.pk).delete()
        _log("submission.graded_again", submission, by, now)
        bell.ring(GRADE_TASK)
    return True


def adjust(*, submission: Submission, points: float | None, comment: str, by: User, now: datetime) -> None:
    """Give points by hand, with a reason the student reads; None lets the grader's points count again."""
    with transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(
            adjusted_score=points, adjustment_comment=comment, adjusted_by=by, adjusted_at=now
        )
        _log("submission.adjusted", submission, by, now, before=submission.adjusted_score, after=points)


def _log(action: str, submission: Submission, by: User, now: datetime, **detail: float | None) -> None:
    AuditEntry.objects.create(
        course=submission.challenge.course,
        actor=by,
        action=action,
        about=submission.user,
        item=f"submission:{submission.pk}",
        detail=detail,
        at=now,
    )
