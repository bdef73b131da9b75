"""The schedule: day by day, with what goes on now and what is next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from classroom import clock
from classroom.access import seat_in
from classroom.models import ScheduleItem
from projects import queries

#: What lasts longer is a frame for other things (a festival) and stands above the days.
LONG = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """Something on the schedule, seen at one moment."""

    item: ScheduleItem
    is_now: bool
    is_past: bool


@dataclass(frozen=True)
class Day:
    """A day in the reader's zone and what happens on it."""

    on: date
    entries: list[Entry]

    @property
    def is_past(self) -> bool:
        """Whether everything on it is over."""
        return all(entry.is_past for entry in self.entries)


@require_GET
def schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the course's schedule, days that are over folded away."""
    now = clock.now()
    seat = seat_in(request, slug)
    items = list(ScheduleItem.objects.filter(course=seat.course).order_by("starts_at", "ends_at"))
    days = days_of([item for item in items if item.ends_at - item.starts_at < LONG], now)
    upcoming = [entry for day in days for entry in day.entries if not entry.is_past and not entry.is_now]
    context = {
        "past": [day for day in days if day.is_past],
        "days": [day for day in days if not day.is_past],
        "frames": [item for item in items if item.ends_at - item.starts_at >= LONG and item.ends_at > now],
        "running": [entry for day in days for entry in day.entries if entry.is_now],
        "following": upcoming[0] if upcoming else None,
        "events": queries.hackathons_with_schedule(course=seat.course, now=now),
    }
    return render(request, "classroom/schedule.html", context)


def days_of(items: list[ScheduleItem], now: datetime) -> list[Day]:
    """Put items, ordered by their beginning, into days of the current zone."""
    by_day = groupby(items, key=lambda item: localtime(item.starts_at).date())
    return [
        Day(on, [Entry(item, item.starts_at <= now < item.ends_at, item.ends_at <= now) for item in group])
        for on, group in by_day
    ]
