"""Pieces of work that give points, and what somebody has for one: how the gradebook asks the apps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True)
class Work:
    """A quiz or challenge.

    Parameters
    ----------
    key
        Its `deadline_key`, for example "quiz:12".
    possible
        The points there are; None where that is not known before somebody has handed in.
    published_at
        From when students may know of it; None: they may not.
    closes_at
        Until when something may be handed in, extensions aside; None: there is no end.
    listed
        Whether everybody is expected to do it; of a hackathon's challenges each team chooses one.
    """

    key: str
    title: str
    url: str
    possible: float | None
    published_at: datetime | None
    closes_at: datetime | None
    listed: bool = True

    def is_published(self, now: datetime) -> bool:
        """Whether students may know of it."""
        return self.published_at is not None and self.published_at <= now


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
