"""How long an attempt spent on each question, from its log of saves. Pure.

A save tells when its question was worked on: the time since the save before it, or since the start, counts
for the question saved. Nothing beside the answers is watched for it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime


def seconds_by_position(started_at: datetime, saves: Iterable[tuple[int, datetime]]) -> dict[int, float]:
    """Return the seconds spent on each question, by position, from (position, when it was received)."""
    spent: defaultdict[int, float] = defaultdict(float)
    before = started_at
    for position, received_at in sorted(saves, key=lambda save: save[1]):
        spent[position] += max(0.0, (received_at - before).total_seconds())
        before = max(before, received_at)
    return dict(spent)
