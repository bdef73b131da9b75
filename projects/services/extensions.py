"""A later closing date for a person or a group, and what it means for hand-ins that came late."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom import clock, extensions
from classroom.models import Extension, Group, User
from projects import words
from projects.errors import Refused
from projects.models import Challenge, Submission
from projects.services.handing_in import late_share


def extend(
    *,
    challenge: Challenge,
    by: User,
    now: datetime,
    closes_at: datetime | None,
    user: User | None = None,
    group: Group | None = None,
    reason: str = "",
) -> int:
    """Give a person or a group a later closing date; return how many hand-ins lose less by it, or nothing.

    Raises
    ------
    classroom.errors.Refused
        It gives nothing, or is for somebody who does not take part.
    Refused
        The leaderboard's final result would be out by then.
    """
    board = challenge.board if challenge.has_board else None
    if board and board.final_at and closes_at and closes_at > board.final_at:
        raise Refused(
            _("The final result comes out on %(when)s: give a date before it, or move it.")
            % {"when": words.moment(board.final_at, challenge.course)}
        )
    with transaction.atomic():
        whose = extensions.people_of(course=challenge.course, user=user, group=group)
        extensions.give(
            item=challenge, by=by, now=now, user=user, group=group, closes_at=closes_at, reason=reason
        )
        return _lose_less(challenge, whose)


def take_back(*, challenge: Challenge, extension: Extension, by: User, now: datetime) -> None:
    """Take an extension back. What was handed in while it held was in time, and stays so."""
    with transaction.atomic():
        extensions.withdraw(item=challenge, extension=extension, by=by, now=now)


def _lose_less(challenge: Challenge, users: Collection[int]) -> int:
    """Count late hand-ins by the date that holds now; none loses more than before."""
    allowances = clock.allowances(users, challenge)
    late = Submission.objects.filter(challenge=challenge, user__in=users, late_factor__lt=1)
    changed = 0
    for submission in late.only("pk", "user_id", "submitted_at", "late_factor"):
        deadline = allowances[submission.user_id].close_of(challenge)
        share = late_share(challenge, deadline, submission.submitted_at)
        changed += Submission.objects.filter(pk=submission.pk, late_factor__lt=share).update(
            late_factor=share
        )
    return changed
