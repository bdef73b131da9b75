"""Pieces of work that give points, and what somebody has for one: how the gradebook asks the apps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple


@dataclass(frozen=True)
class Work:
    """A quiz or challenge.

    Parameters
    ----------
    deadline_key
        Its name in extensions, for example "quiz:12".
    possible
        The points there are; None where that is not known before somebody has handed in.
    published_at
        From when students may know of it; None: they may not.
    closes_at
        When it closes, extensions aside; None: there is no end.
    listed
        Whether everybody is expected to do it; of a hackathon's challenges each team chooses one.
    grace
        How long after that something may still be handed in, which costs points.
    """

    deadline_key: str
    title: str
    url: str
    possible: float | None
    published_at: datetime | None
    closes_at: datetime | None
    listed: bool = True
    grace: timedelta = timedelta(0)

    def is_published(self, now: datetime) -> bool:
        """Whether students may know of it."""
        return self.published_at is not None and self.published_at <= now

    def takes_nothing(self, closes_at: datetime | None, now: datetime) -> bool:
        """Whether all is over for somebody for whom it closes then."""
        return closes_at is not None and closes_at + self.grace <= now


class Result(NamedTuple):
    """What somebody has for a piece of work.

    `points` of `possible`, None where nothing is known yet; `pending` tells that something is written or
    graded right now, and `spent` that all tries are used up: nothing more can come.
    """

    points: float | None
    possible: float | None
    pending: bool = False
    spent: bool = False


#: Results by person, by the work's key.
Results = Mapping[str, Mapping[int, Result]]
