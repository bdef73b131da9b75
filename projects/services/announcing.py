"""Announcing: writing, changing, withdrawing, mailing what is due, and knowing who has read it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.access import Seat
from classroom.models import AuditEntry, User
from classroom.models.notice import Sort
from classroom.notices import News, tell
from projects.errors import Refused
from projects.models import EventAnnouncement, Hackathon, Reading
from projects.models.announcement import Audience
from projects.queries import announcements as queries

#: What may still change once people may have read it.
ALWAYS_OPEN = ("title", "body", "pinned")


def announce(*, announcement: EventAnnouncement, by: User, now: datetime) -> EventAnnouncement:
    """Store an announcement; it is shown, and mailed, from its time on: now, where none is given."""
    announcement.author = by
    announcement.published_at = announcement.published_at or now
    with transaction.atomic():
        announcement.save(force_insert=True)
        _log("announcement.written", announcement, by, now)
    return announcement


def change(*, announcement: EventAnnouncement, fields: Sequence[str], by: User, now: datetime) -> None:
    """Store the changed `fields`; one that is out already is marked as changed.

    Raises
    ------
    Refused
        It is withdrawn, or it came out meanwhile and more than its text shall change.
    """
    announcement.published_at = announcement.published_at or now
    values = {name: getattr(announcement, name) for name in fields}
    with transaction.atomic():
        open_ones = EventAnnouncement.objects.filter(pk=announcement.pk, withdrawn_at=None)
        if not open_ones.filter(published_at__gt=now).update(**values):
            if set(fields) - set(ALWAYS_OPEN):
                raise Refused(_("It is out meanwhile, or withdrawn: only its text can change. Look again."))
            if not open_ones.update(**values, changed_at=now):
                raise Refused(_("It is withdrawn: write a new one."))
        _log("announcement.changed", announcement, by, now)


def withdraw(*, announcement: EventAnnouncement, by: User, now: datetime) -> None:
    """Take it off all pages; what was mailed cannot be called back. A second time changes nothing."""
    with transaction.atomic():
        if EventAnnouncement.objects.filter(pk=announcement.pk, withdrawn_at=None).update(withdrawn_at=now):
            _log("announcement.withdrawn", announcement, by, now)


def mail_due(*, now: datetime) -> None:
    """Write to the people of every announcement that is out and shall be mailed; each once."""
    waiting = EventAnnouncement.objects.shown(now).filter(by_mail=True, mailed_at=None)
    for found in waiting.select_related("hackathon__course", "team"):
        with transaction.atomic():
            # Whoever stamps it writes the mails; one that was withdrawn at the same moment is not mailed.
            unsent = EventAnnouncement.objects.filter(pk=found.pk, withdrawn_at=None, mailed_at=None)
            if unsent.update(mailed_at=now):
                _write(found, now)


def read_by(*, seat: Seat, announcements: Iterable[EventAnnouncement], now: datetime) -> None:
    """Note what somebody has before their eyes and had not before; staff and onlookers do not count."""
    if seat.is_staff or seat.viewing_as_student or seat.course.archived_at:
        return
    new = [one for one in announcements if not getattr(one, "is_read", False)]
    Reading.objects.bulk_create(
        [Reading(announcement=one, user=seat.user, read_at=now) for one in new], ignore_conflicts=True
    )


def remind(*, hackathon: Hackathon, on: bool, by: User, now: datetime) -> None:
    """Switch the reminders of deadlines on or off."""
    with transaction.atomic():
        if Hackathon.objects.filter(pk=hackathon.pk).exclude(reminds=on).update(reminds=on):
            AuditEntry.objects.create(
                course=hackathon.course,
                actor=by,
                action="hackathon.reminders_on" if on else "hackathon.reminders_off",
                item=f"hackathon:{hackathon.pk}",
                at=now,
            )


def _write(found: EventAnnouncement, now: datetime) -> None:
    event = found.hackathon
    page = "projects:judge" if found.audience == Audience.JUDGES else "projects:announcements"
    address = reverse(page, args=[event.course.slug, event.pk])
    title = f"{event.title}: {found.title}"
    news = [
        News(user, f"announcement:{found.pk}", title, found.body, address)
        for user in queries.recipients(announcement=found)
    ]
    tell(sort=Sort.ANNOUNCEMENT, news=news, now=now, course=event.course)


def _log(action: str, announcement: EventAnnouncement, by: User, now: datetime) -> None:
    AuditEntry.objects.create(
        course=announcement.hackathon.course,
        actor=by,
        action=action,
        item=f"hackathon:{announcement.hackathon_id}",
        detail={"announcement": announcement.pk, "title": announcement.title},
        at=now,
    )
