"""A person's own calendar of a course: its secret address, and what it tells, change by change.

What there is to tell comes from the pages above; here it is compared with what was told before, so that a
moved deadline, an extension given or a session taken off is told as a change whatever brought it about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from classroom.ical import Appointment
from classroom.models import CalendarEntry, CalendarFeed, Course, User
from classroom.models.calendar import new_calendar_token

#: How long a cancelled entry is still told, for programs that come seldom.
CANCELLED_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Item:
    """Something in a calendar; `key` names it for ever, for example "quiz:12"."""

    key: str
    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    description: str = ""
    place: str = ""
    url: str = ""
    category: str = ""

    def told(self) -> dict[str, Any]:
        """Return what calendars are told of it."""
        return {
            "title": self.title,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at and self.ends_at.isoformat(),
            "description": self.description,
            "place": self.place,
            "url": self.url,
            "category": self.category,
        }


def feed_of(*, course: Course, user: User) -> CalendarFeed:
    """Return the person's calendar; its secret is drawn at the first asking."""
    return CalendarFeed.objects.get_or_create(course=course, user=user)[0]


def renew(*, course: Course, user: User) -> None:
    """Draw a new secret: the address passed on before no longer works."""
    CalendarFeed.objects.filter(course=course, user=user).update(token=new_calendar_token())


def shut(*, course: Course, user: User) -> None:
    """Forget the calendar and its address."""
    CalendarFeed.objects.filter(course=course, user=user).delete()


def appointments(*, feed: CalendarFeed, items: Iterable[Item], now: datetime) -> list[Appointment]:
    """Return what the calendar tells now: what there is, and what is cancelled; one query if nothing is new.

    A deadline that was never told and is over is not told any more.
    """
    entries = {entry.key: entry for entry in feed.entries.all()}
    there = {item.key: item for item in items if item.key in entries or item.ends_at or item.starts_at > now}
    if _is_news(there, entries, now):
        entries = _write_down(feed, there, now)
    told = [_appointment(entry) for entry in entries.values()]
    return sorted(told, key=lambda one: (one.starts_at, one.uid))


def _is_news(there: dict[str, Item], entries: dict[str, CalendarEntry], now: datetime) -> bool:
    if there.keys() - entries.keys():
        return True
    return any(_changed(entry, there.get(key)) or _is_old(entry, now) for key, entry in entries.items())


def _changed(entry: CalendarEntry, item: Item | None) -> bool:
    if item is None:
        return entry.cancelled_at is None
    return entry.cancelled_at is not None or entry.told != item.told()


def _is_old(entry: CalendarEntry, now: datetime) -> bool:
    return entry.cancelled_at is not None and entry.cancelled_at < now - CANCELLED_FOR


def _write_down(feed: CalendarFeed, there: dict[str, Item], now: datetime) -> dict[str, CalendarEntry]:
    """Count each change once, also when two programs ask at the same time."""
    with transaction.atomic():
        CalendarFeed.objects.select_for_update().get(pk=feed.pk)
        entries = {entry.key: entry for entry in CalendarEntry.objects.filter(feed=feed)}
        changed = []
        for key, entry in entries.items():
            item = there.get(key)
            if _changed(entry, item):
                entry.told = item.told() if item else entry.told
                entry.cancelled_at = None if item else now
                entry.sequence, entry.changed_at = entry.sequence + 1, now
                changed.append(entry)
        CalendarEntry.objects.bulk_update(changed, ["told", "cancelled_at", "sequence", "changed_at"])
        old = [key for key, entry in entries.items() if _is_old(entry, now)]
        CalendarEntry.objects.filter(feed=feed, key__in=old).delete()
        fresh = [
            CalendarEntry(feed=feed, key=key, told=item.told(), changed_at=now)
            for key, item in there.items()
            if key not in entries
        ]
        CalendarEntry.objects.bulk_create(fresh)
        kept = {key: entry for key, entry in entries.items() if key not in old}
        return kept | {entry.key: entry for entry in fresh}


def _appointment(entry: CalendarEntry) -> Appointment:
    told = entry.told
    return Appointment(
        uid=f"{entry.uid}@classroom",
        title=told["title"],
        description=told["description"],
        place=told["place"],
        url=told["url"],
        categories=(told["category"],) if told["category"] else (),
        starts_at=datetime.fromisoformat(told["starts_at"]),
        ends_at=datetime.fromisoformat(told["ends_at"]) if told["ends_at"] else None,
        sequence=entry.sequence,
        changed_at=entry.changed_at,
        is_cancelled=entry.cancelled_at is not None,
    )
