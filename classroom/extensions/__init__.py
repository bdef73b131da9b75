"""Later ends and more time for one piece of work: giving to a person or a group, and taking back.

What follows from it (running attempts, hand-ins that are late no more) is for the apps' services, which hold
the transaction.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from classroom.errors import Refused
from classroom.models import AuditEntry, Course, Enrolment, Extension, Group, User

DAY_SECONDS = 24 * 3600
MOST_MULTIPLIER = 10


class Item(Protocol):
    """A piece of work with an end, such as a quiz or an exercise."""

    course: Course
    closes_at: datetime | None

    @property
    def deadline_key(self) -> str:
        """Its name in extensions, for example "quiz:12"."""

    @property
    def time_limit(self) -> timedelta | None:
        """How long one attempt may take; None where only `closes_at` counts."""


def people_of(*, course: Course, user: User | None, group: Group | None) -> list[int]:
    """Return whom an extension is for.

    Raises
    ------
    Refused
        The person or group is not of this course.
    """
    if group is not None:
        if group.course_id != course.pk:
            raise Refused(_("This group belongs to another course."))
        return list(group.members.values_list("pk", flat=True))
    if user is None or not Enrolment.objects.filter(course=course, user=user, left_at=None).exists():
        raise Refused(_("Choose somebody who takes part in the course."))
    return [user.pk]


def whose(extension: Extension) -> list[int]:
    """Return who has had this extension."""
    if extension.user_id is not None:
        return [extension.user_id]
    return list(extension.group.members.values_list("pk", flat=True)) if extension.group else []


def give(
    *,
    item: Item,
    by: User,
    now: datetime,
    user: User | None = None,
    group: Group | None = None,
    extra_seconds: int = 0,
    time_multiplier: Decimal = Decimal(1),
    closes_at: datetime | None = None,
    reason: str = "",
) -> Extension:
    """Write down that a person or a group has more time, in the caller's transaction.

    Raises
    ------
    Refused
        It would give nothing, too much, or something this work has no use for.
    """
    _check(item, extra_seconds, time_multiplier, closes_at)
    extension = Extension.objects.create(
        course=item.course,
        item=item.deadline_key,
        user=user,
        group=group,
        extra_seconds=extra_seconds,
        time_multiplier=time_multiplier,
        closes_at=closes_at,
        reason=reason[:200],
        given_by=by,
    )
    _note(item, extension, by, now, "extended")
    return extension


def withdraw(*, item: Item, extension: Extension, by: User, now: datetime) -> None:
    """Take an extension back, in the caller's transaction; a second time changes nothing."""
    deleted, _rows = Extension.objects.filter(pk=extension.pk, item=item.deadline_key).delete()
    if deleted:
        _note(item, extension, by, now, "extension_taken_back")


def _check(item: Item, extra_seconds: int, time_multiplier: Decimal, closes_at: datetime | None) -> None:
    if not (extra_seconds or time_multiplier != 1 or closes_at):
        if item.time_limit is None:
            raise Refused(_("Give a later closing date."))
        raise Refused(_("Give minutes, a multiplier or a later closing date."))
    if not 0 <= extra_seconds <= DAY_SECONDS:
        raise Refused(_("Give between one second and a day of extra time."))
    if not 1 <= time_multiplier <= MOST_MULTIPLIER:
        raise Refused(_("A multiplier is a number from 1 to 10."))
    if item.time_limit is None and (extra_seconds or time_multiplier != 1):
        raise Refused(_("This has no time limit: give a later closing date instead."))
    if closes_at is None:
        return
    if item.closes_at is None:
        raise Refused(_("This has no closing date, so nobody needs a later one."))
    if closes_at <= item.closes_at:
        raise Refused(_("This date is not later than the closing date for everybody."))


def _note(item: Item, extension: Extension, by: User, now: datetime, act: str) -> None:
    AuditEntry.objects.create(
        course=item.course,
        actor=by,
        action=f"{item.deadline_key.partition(':')[0]}.{act}",
        about=extension.user,
        item=item.deadline_key,
        detail={
            "extra_seconds": extension.extra_seconds,
            "time_multiplier": str(extension.time_multiplier),
            "closes_at": extension.closes_at and extension.closes_at.isoformat(),
            "group": extension.group and extension.group.name,
            "reason": extension.reason,
        },
        at=now,
    )
