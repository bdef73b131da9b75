"""Moving dates to another term: by whole calendar weeks on a course's clock, so that 18:00 stays 18:00."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import overload
from zoneinfo import ZoneInfo

from classroom.moments import moments_meant


class Oddity(StrEnum):
    """What is odd about a moment on the wall clock."""

    NONE = ""
    SKIPPED = "skipped"  # the clock is put forward over it
    TWICE = "twice"  # the clock is put back over it


@dataclass(frozen=True)
class Moved:
    """One date of a course and where it goes; `kind` and `what` are for people."""

    kind: str
    title: str
    what: str
    before: datetime
    after: datetime
    oddity: Oddity


@dataclass(frozen=True)
class Shift:
    """So many weeks later (or earlier) on the clock of `zone`."""

    weeks: int
    zone: ZoneInfo

    @property
    def _by(self) -> timedelta:
        return timedelta(weeks=self.weeks)

    @overload
    def day(self, day: date) -> date: ...
    @overload
    def day(self, day: None) -> None: ...
    def day(self, day: date | None) -> date | None:
        """Return the day so many weeks on."""
        return None if day is None else day + self._by

    @overload
    def moment(self, moment: datetime) -> datetime: ...
    @overload
    def moment(self, moment: None) -> None: ...
    def moment(self, moment: datetime | None) -> datetime | None:
        """Return the moment (in UTC) at which the wall clock shows the same, so many weeks on.

        Where the wall clock leaves that out, it is read with the offset before the change, and so comes an
        hour later; where it comes twice, the first one is meant (RFC 5545, section 3.3.5).
        """
        if moment is None or not self.weeks:
            return moment
        wall = moment.astimezone(self.zone).replace(tzinfo=None, fold=0) + self._by
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def span(self, start: datetime | None, end: datetime | None) -> tuple[datetime | None, datetime | None]:
        """Return both moments so many weeks on, in the same order.

        Within an hour that is left out or comes twice the end would come before the start; then it is as much
        later as it was.
        """
        first, last = self.moment(start), self.moment(end)
        if start and end and first and last and (first < last) != (start < end):
            last = first + (end - start)
        return first, last

    def oddity(self, moment: datetime) -> Oddity:
        """Tell whether the wall clock, so many weeks on, skips that time or shows it twice."""
        if not self.weeks:
            return Oddity.NONE
        wall = moment.astimezone(self.zone).replace(tzinfo=None, fold=0) + self._by
        found = moments_meant(wall, self.zone)
        return Oddity.NONE if len(found) == 1 else Oddity.TWICE if found else Oddity.SKIPPED

    def moved(self, kind: str, title: str, times: Iterable[tuple[str, datetime | None]]) -> list[Moved]:
        """Tell where the `times` of one thing go, those that it has; `what` names each."""
        return [Moved(kind, title, what, at, self.moment(at), self.oddity(at)) for what, at in times if at]


def weeks_between(first: date, other: date) -> int | None:
    """Return by how many whole weeks `other` is later; None where it is another day of the week."""
    weeks, days = divmod((other - first).days, 7)
    return None if days else weeks
