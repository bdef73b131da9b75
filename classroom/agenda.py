"""What is on a course's schedule: planning, moving and taking it off."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from classroom import audit
from classroom.attendance.marks import KINDS
from classroom.errors import Refused
from classroom.models import Course, ScheduleItem, User, Week

#: How long a session takes unless somebody says otherwise.
USUAL_LENGTH = timedelta(minutes=90)
FIELDS = ("title", "kind", "week", "place", "url", "description", "starts_at", "ends_at")


def next_session(course: Course, week: Week | None, now: datetime) -> ScheduleItem:
    """Return a session, not saved: at the time the week begins, or at the next full hour."""
    if week is None:
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return ScheduleItem(course=course, starts_at=hour, ends_at=hour + USUAL_LENGTH)
    return ScheduleItem(
        course=week.course,
        week=week,
        title=week.title,
        starts_at=week.starts_at,
        ends_at=week.starts_at + USUAL_LENGTH,
        url=week.video_call_url,
    )


def save_session(
    *, session: ScheduleItem, starts_at: datetime, ends_at: datetime, by: User, now: datetime
) -> None:
    """Add a session, or change one that is there.

    Raises
    ------
    Refused
        Somebody was marked at it, and it would become something at which nobody is.
    """
    session.starts_at, session.ends_at = starts_at, ends_at
    with transaction.atomic():
        if session.pk is None:
            session.save(force_insert=True)
        else:
            _hold(session)
            if session.kind not in KINDS and session.attendance.exists():
                raise Refused(_("Attendance is taken at sessions and workshops."))
            session.save(update_fields=FIELDS)
        _log(session, by, "session.saved", now)


def remove_session(*, session: ScheduleItem, by: User, now: datetime) -> None:
    """Take a session off the schedule.

    Raises
    ------
    Refused
        Somebody was marked at it: what was marked is kept.
    """
    with transaction.atomic():
        _hold(session)
        if session.attendance.exists():
            raise Refused(
                _("Attendance was taken at this session, so it stays. If it never was, take the marks away.")
            )
        _log(session, by, "session.removed", now)
        ScheduleItem.objects.filter(pk=session.pk).delete()


def _hold(session: ScheduleItem) -> None:
    """Let nobody be marked at the session until the transaction ends."""
    list(ScheduleItem.objects.select_for_update().filter(pk=session.pk).only("pk"))


def _log(session: ScheduleItem, by: User, action: str, now: datetime) -> None:
    starts_at, item = session.starts_at.isoformat(), f"session:{session.pk}"
    audit.note(session.course, by, action, now, item=item, title=session.title, starts_at=starts_at)
