"""How many runs a team has left today, in the zone that the leaderboard names."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from projects.models import Board, Submission


@dataclass(frozen=True)
class Quota:
    """A team's runs of a day: `used` of `allowed` (None: any number); the next begins at `renews_at`."""

    used: int
    allowed: int | None
    renews_at: datetime

    @property
    def left(self) -> int | None:
        """How many are left; None means any number."""
        return None if self.allowed is None else max(0, self.allowed - self.used)

    @property
    def next_free(self) -> datetime | None:
        """When the next run will be accepted; None means now."""
        return self.renews_at if self.left == 0 else None


def quota_of(*, board: Board, earlier: QuerySet[Submission], now: datetime) -> Quota:
    """Count a team's runs of today. Those that brought no score, or that nobody could train, cost none."""
    begins, renews_at = day_of(now, board.zone)
    today = earlier.filter(submitted_at__gte=begins, submitted_at__lt=renews_at, failed_at=None)
    used = today.exclude(graded_at__isnull=False, merit__isnull=True).count()
    return Quota(used, board.runs_a_day, renews_at)


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the day of `now` began in `zone` and when the next one begins, in UTC.

    A day with a clock change has 23 or 25 hours; where midnight itself is left out, it begins right after.
    """
    today = now.astimezone(zone).date()
    begins, ends = (
        datetime.combine(date, time.min, tzinfo=zone).astimezone(UTC)
        for date in (today, today + timedelta(days=1))
    )
    return begins, ends
