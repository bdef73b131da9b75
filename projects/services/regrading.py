"""Grading a challenge again: shadows first, applied by somebody who has read what would change."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom import bell
from classroom.models import AuditEntry, User
from projects import grading
from projects.errors import Refused
from projects.models import BOARD_PREFIX, Challenge, Regrade, Shadow, Submission, shadow_of


def begin_regrade(*, challenge: Challenge, reason: str, by: User, now: datetime) -> Regrade:
    """Grade every hand-in of the challenge again in the shadow; live hand-ins go first all the while.

    Raises
    ------
    Refused
        One is open already, or there is nothing to grade again.
    """
    settled = Submission.objects.filter(challenge=challenge).exclude(graded_at=None, failed_at=None)
    settled = settled.exclude(exercise__startswith=BOARD_PREFIX)  # a run is no exercise
    try:
        with transaction.atomic():
            regrade = Regrade.objects.create(challenge=challenge, reason=reason, begun_by=by, begun_at=now)
            shadows = Shadow.objects.bulk_create(
                shadow_of(submission, regrade) for submission in settled.exclude(exercise="").defer("report")
            )
            if not shadows:
                raise Refused(_("There is nothing to grade again: no hand-in has been graded yet."))
            _log("regrade.begun", regrade, by, now, count=len(shadows))
            for _slot in range(settings.GRADERS):
                bell.ring(grading.GRADE_TASK)
    except IntegrityError:
        raise Refused(_("This is being graded again already: apply or discard that first.")) from None
    return regrade


def apply_regrade(*, regrade: Regrade, by: User, now: datetime) -> int:
    """Put the shadows' outcomes in the place of the grades, all at once; return how many.

    A hand-in that was graded since the shadow was drawn keeps its newer grade; points given by staff stay.

    Raises
    ------
    Refused
        It is not open any more, or some are not graded yet.
    """
    with transaction.atomic():
        if not Regrade.objects.filter(pk=regrade.pk, applied_at=None, discarded_at=None).update(
            applied_at=now
        ):
            raise Refused(_("This regrade has been applied or discarded already."))
        shadows = Shadow.objects.filter(regrade=regrade)
        waiting = shadows.filter(graded_at=None, failed_at=None).count()
        if waiting:
            raise Refused(
                ngettext(
                    "%(count)d hand-in is not graded yet. Wait a moment.",
                    "%(count)d hand-ins are not graded yet. Wait a moment.",
                    waiting,
                )
                % {"count": waiting}
            )
        changed = _take_over(shadows.exclude(graded_at=None), now)
        _log("regrade.applied", regrade, by, now, count=changed)
    return changed


def discard_regrade(*, regrade: Regrade, by: User, now: datetime) -> None:
    """Forget the shadows; nobody's points change."""
    with transaction.atomic():
        if Regrade.objects.filter(pk=regrade.pk, applied_at=None, discarded_at=None).update(discarded_at=now):
            _log("regrade.discarded", regrade, by, now)


def _take_over(shadows: QuerySet[Shadow], now: datetime) -> int:
    outcomes = {shadow.submission_id: shadow for shadow in shadows}
    unchanged_since = Submission.objects.select_for_update().filter(
        pk__in=outcomes, shadows__in=list(outcomes.values()), run=F("shadows__submission_run")
    )
    submissions = list(unchanged_since)
    for submission in submissions:
        shadow = outcomes[submission.pk]
        submission.run += 1  # whoever might still be grading it is superseded
        submission.leased_until = None
        submission.failed_at = None
        submission.failure = ""
        submission.graded_at = now
        submission.score = shadow.score
        submission.max_score = shadow.max_score
        submission.report = shadow.report
        submission.grader_version = shadow.grader_version
    fields = [
        "run",
        "leased_until",
        "failed_at",
        "failure",
        "graded_at",
        "score",
        "max_score",
        "report",
        "grader_version",
    ]
    Submission.objects.bulk_update(submissions, fields, batch_size=100)
    grading.replace_functions({s.pk: s.report for s in submissions if s.report})
    return len(submissions)


def _log(action: str, regrade: Regrade, by: User, now: datetime, **detail: int) -> None:
    AuditEntry.objects.create(
        course=regrade.challenge.course,
        actor=by,
        action=action,
        item=f"challenge:{regrade.challenge_id}",
        detail=detail | {"reason": regrade.reason},
        at=now,
    )
