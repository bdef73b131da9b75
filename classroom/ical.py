"""iCalendar (RFC 5545): a feed's bytes from what there is to tell.

Times are written in UTC, the one form that says the same moment in every program and in the hour that a
clock change repeats. `X-WR-TIMEZONE` names the course's zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.http import HttpResponse
from icalendar import Calendar, Event

#: How often programs may come for news.
REFRESH = timedelta(minutes=15)
#: Calendar programs come for the same appointments again and again: so many are kept as they are written.
KEPT = 8192
#: Line breaks stay; other control characters are forbidden by the RFC's grammar.
CONTROLS = dict.fromkeys((*range(9), *range(11, 32), 127))


@dataclass(frozen=True)
class Appointment:
    """One event of a feed; `sequence` and `changed_at` tell programs whether it is news."""

    uid: str
    title: str
    description: str
    place: str
    url: str
    categories: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime | None  # None: a moment, such as a deadline
    sequence: int
    changed_at: datetime
    is_cancelled: bool


def feed(*, name: str, zone: str, appointments: Iterable[Appointment]) -> bytes:
    """Write a calendar; the same content gives the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Classroom//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _clean(name))
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    content: bytes = calendar.to_ical()
    head, end, rest = content.rpartition(b"END:VCALENDAR")
    return b"".join([head, *map(_written, appointments), end, rest])


def answer(content: bytes, *, name: str) -> HttpResponse:
    """Answer a calendar program; it asks again each time, and gets 304 where the view is conditional."""
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    response["Cache-Control"] = "private, no-cache"
    return response


@lru_cache(KEPT)
def _written(appointment: Appointment) -> bytes:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("dtstamp", appointment.changed_at.astimezone(UTC))
    event.add("last-modified", appointment.changed_at.astimezone(UTC))
    event.add("sequence", appointment.sequence)
    event.add("status", "CANCELLED" if appointment.is_cancelled else "CONFIRMED")
    event.add("summary", _clean(appointment.title))
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    if appointment.ends_at is not None and appointment.ends_at > appointment.starts_at:
        event.add("dtend", appointment.ends_at.astimezone(UTC))
    if appointment.description:
        event.add("description", _clean(appointment.description))
    if appointment.place:
        event.add("location", _clean(appointment.place))
    if appointment.url:
        event.add("url", appointment.url)
    if appointment.categories:
        event.add("categories", [_clean(category) for category in appointment.categories])
    content: bytes = event.to_ical()
    return content


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROLS)
