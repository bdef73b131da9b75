"""When the demo happens: week 7 is now, the hackathon is in the coming June."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Calendar:
    """The demo's dates, derived from `now` (aware) and the course's zone."""

    now: datetime
    zone: ZoneInfo
    current_week: int = 7

    def session(self, week: int) -> datetime:
        """Return when the session of `week` begins: the current one at the last full hour.

        The others are whole calendar weeks away, at the same time by the clock on the wall.
        """
        here = self.now.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        day = here.date() + timedelta(weeks=week - self.current_week)
        return datetime.combine(day, here.time(), self.zone)

    def festival_year(self, month_and_day: str) -> int:
        """Return the year of the first such day (as "06-04") that is still to come."""
        today = self.now.astimezone(self.zone).date()
        return today.year if self._date(today.year, month_and_day) > today else today.year + 1

    def at(self, year: int, month_and_day: str, clock: str = "00:00") -> datetime:
        """Return that day ("06-04") and time of day ("09:45") in the course's zone."""
        return datetime.combine(self._date(year, month_and_day), time.fromisoformat(clock), self.zone)

    @staticmethod
    def _date(year: int, month_and_day: str) -> date:
        month, day = map(int, month_and_day.split("-"))
        return date(year, month, day)
