"""The grading queue: what waits, what is being graded, and what keeps it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from classroom import lease
from classroom.models import Course
from projects.models import Submission

#: How far back "lately" goes.
LATELY = timedelta(hours=1)
#: How many given-up hand-ins are listed.
LISTED = 20


@dataclass(frozen=True)
class FailedHandIn:
    """A hand-in the grader gave up."""

    pk: int
    title: str
    who: str
    failure: str


@dataclass(frozen=True)
class QueueState:
    """The queue of one course at one moment."""

    waiting: int
    grading: int
    graded_lately: int
    oldest_waiting_seconds: float | None
    blocked_reason: str
    walls_are_reduced: bool
    failed: list[FailedHandIn]


def queue_state(*, course: Course, now: datetime) -> QueueState:
    """Return the queue's state in two queries."""
    rows = Submission.objects.filter(challenge__course=course).exclude(exercise="")
    open_ = Q(graded_at=None, failed_at=None)
    waits = open_ & lease.available(now)
    figures = rows.aggregate(
        waiting=Count("pk", filter=waits),
        grading=Count("pk", filter=open_ & Q(leased_until__gt=now)),
        graded=Count("pk", filter=Q(graded_at__gt=now - LATELY)),
        oldest=Min("submitted_at", filter=waits),
        blocked=Max("blocked_reason", filter=waits),
    )
    failed = rows.exclude(failed_at=None).select_related("challenge", "user").defer("report")
    return QueueState(
        waiting=figures["waiting"],
        grading=figures["grading"],
        graded_lately=figures["graded"],
        oldest_waiting_seconds=(now - figures["oldest"]).total_seconds() if figures["oldest"] else None,
        blocked_reason=figures["blocked"] or "",
        walls_are_reduced=settings.SANDBOX_TIER == "reduced",
        failed=[
            FailedHandIn(s.pk, s.challenge.title, str(s.team or s.user), s.failure)
            for s in failed.select_related("team").order_by("-failed_at")[:LISTED]
        ],
    )
