"""Marking who was there. What a member of staff marked, only staff change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from classroom.attendance import codes
from classroom.errors import Refused
from classroom.models import Attendance, AuditEntry, Enrolment, Role, ScheduleItem, User

#: Kinds of schedule items at which attendance is taken.
KINDS = (ScheduleItem.Kind.SESSION, ScheduleItem.Kind.WORKSHOP)

Status = Attendance.Status
Source = Attendance.Source


@dataclass(frozen=True)
class Mark:
    """What a person is to get."""

    status: Status
    minutes: int | None = None


def mark(*, session: ScheduleItem, user: User, status: Status | None, by: User, now: datetime) -> None:
    """Mark a student by hand, or take the mark away.

    Raises
    ------
    Refused
        The person is no student of the course.
    """
    _check_kind(session)
    with transaction.atomic():
        _hold(session)
        if not _students(session).filter(user=user).exists():
            raise Refused(_("This person is no student of the course."))
        if status is None:
            changed = bool(Attendance.objects.filter(session=session, user=user).delete()[0])
        else:
            kept, created = Attendance.objects.get_or_create(
                session=session,
                user=user,
                defaults={
                    "course": session.course,
                    "status": status,
                    "source": Source.STAFF,
                    "changed_at": now,
                },
            )
            changed = created or (kept.status, kept.source) != (status, Source.STAFF)
            Attendance.objects.filter(pk=kept.pk).update(status=status, source=Source.STAFF, changed_at=now)
        if changed:
            _log([(user.pk, status, None)], session, Source.STAFF, by, now)


def mark_rest_absent(*, session: ScheduleItem, by: User, now: datetime) -> int:
    """Mark every student absent who has no mark yet; return how many. Who joined later missed nothing."""
    _check_kind(session)
    with transaction.atomic():
        _hold(session)
        marked = Attendance.objects.filter(session=session).values("user")
        came_in_time = _students(session).filter(joined_at__lt=session.ends_at)
        rest = came_in_time.exclude(user__in=marked).values_list("user", flat=True)
        return mark_many(
            session=session,
            marks=dict.fromkeys(rest, Mark(Status.ABSENT)),
            source=Source.REST,
            by=by,
            now=now,
        )


def mark_many(
    *, session: ScheduleItem, marks: Mapping[int, Mark], source: Source, by: User, now: datetime
) -> int:
    """Mark people by their ids, in the caller's transaction or one of its own; return how many changed.

    Marks by staff or by the code in the room stay as they are.
    """
    with transaction.atomic():
        _hold(session)
        rows = Attendance.objects.filter(session=session, user__in=list(marks))
        known = {row.user_id: row for row in rows}
        changed = []
        for row in known.values():
            new = marks[row.user_id]
            if row.source in {Source.STAFF, Source.CODE} or _same(row, new, source):
                continue
            row.status, row.minutes, row.source, row.changed_at = new.status, new.minutes, source, now
            changed.append(row)
        Attendance.objects.bulk_update(changed, ["status", "minutes", "source", "changed_at"])
        fresh = [
            Attendance(
                course=session.course,
                session=session,
                user_id=user,
                status=new.status,
                minutes=new.minutes,
                source=source,
                changed_at=now,
            )
            for user, new in marks.items()
            if user not in known
        ]
        Attendance.objects.bulk_create(fresh)
        changed += fresh
        _log([(row.user_id, row.status, row.minutes) for row in changed], session, source, by, now)
    return len(changed)


def check_in(*, session: ScheduleItem, user: User, code: str, now: datetime) -> Attendance:
    """Mark a student by the code in the room; a second time changes nothing.

    Raises
    ------
    Refused
        The session does not run, the code is not the one on the wall, or staff have marked something else.
    """
    _check_kind(session)
    if not codes.is_open(session, now):
        raise Refused(_("You can check in only while the session runs."))
    if not codes.matches(session, code, now):
        raise Refused(_("This is not the code on the wall now: scan or type the one that is shown."))
    is_late = now >= session.starts_at + codes.LATE_AFTER
    status = Status.LATE if is_late else Status.PRESENT
    with transaction.atomic():
        _hold(session)
        if not _students(session).filter(user=user).exists():
            raise Refused(_("Only students of this course can check in."))
        kept, created = Attendance.objects.get_or_create(
            session=session,
            user=user,
            defaults={
                "course": session.course,
                "status": status,
                "source": Source.CODE,
                "changed_at": now,
            },
        )
        if not created:
            created = bool(
                Attendance.objects.filter(pk=kept.pk, source__in=[Source.REST, Source.ZOOM])
                .exclude(status__in=[Status.PRESENT, Status.LATE])
                .update(status=status, source=Source.CODE, changed_at=now)
            )
            kept.refresh_from_db()
        if created:
            _log([(user.pk, status, None)], session, Source.CODE, user, now)
    if kept.status not in {Status.PRESENT, Status.LATE}:
        raise Refused(
            _("Your teachers have marked you as %(status)s: talk to them.")
            % {"status": kept.get_status_display()}
        )
    return kept


def _hold(session: ScheduleItem) -> None:
    """Let nobody else mark at this session until the transaction ends."""
    ScheduleItem.objects.select_for_update(no_key=True).only("pk").get(pk=session.pk)


def _check_kind(session: ScheduleItem) -> None:
    if session.kind not in KINDS:
        raise Refused(_("Attendance is taken at sessions and workshops."))


def _students(session: ScheduleItem) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(course=session.course_id, role=Role.STUDENT, left_at=None)


def _same(row: Attendance, new: Mark, source: Source) -> bool:
    return (row.status, row.minutes, row.source) == (new.status, new.minutes, source)


def _log(
    changes: Iterable[tuple[int, str | None, int | None]],
    session: ScheduleItem,
    source: Source,
    by: User,
    now: datetime,
) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            course=session.course,
            actor=by,
            action="attendance.marked",
            about_id=user,
            item=item_of(session),
            detail={"status": status or "", "source": source.value}
            | ({"minutes": minutes} if minutes is not None else {}),
            at=now,
        )
        for user, status, minutes in changes
    )


def item_of(session: ScheduleItem) -> str:
    """Return the session's name in the audit log."""
    return f"session:{session.pk}"
