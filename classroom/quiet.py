"""When a letter may come: quiet hours, and the hour of the day's letter, on a person's own clock. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def is_quiet(wall: time, begins: time, ends: time) -> bool:
    """Tell whether a wall clock's time lies in the quiet hours; they may go over midnight."""
    if begins <= ends:
        return begins <= wall < ends
    return wall >= begins or wall < ends


def after_quiet(now: datetime, begins: time | None, ends: time | None, zone: ZoneInfo) -> datetime:
    """Return the first moment from `now` on that is not in somebody's quiet hours."""
    if begins is None or ends is None or not is_quiet(now.astimezone(zone).time(), begins, ends):
        return now
    return next_at(now, ends, zone)


def next_at(now: datetime, wall: time, zone: ZoneInfo) -> datetime:
    """Return the next moment after `now` at which the wall clock in `zone` shows `wall`.

    Where the clock leaves that time out in spring, the moment at which it would have come without; where it
    comes twice in autumn, the first that is left.
    """
    day = now.astimezone(zone).date()
    found = {
        datetime.combine(day + timedelta(days=days), wall, zone).replace(fold=fold).astimezone(UTC)
        for days in (0, 1)
        for fold in (0, 1)
    }
    return min(moment for moment in found if moment > now)
