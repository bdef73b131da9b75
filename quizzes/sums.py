"""Attempts' sums: their scores, and how many of their answers are still to be graded."""

from quizzes.models import Attempt, AttemptItem
from quizzes.scoring import total


def add_up(*attempts: Attempt) -> None:
    """Write down both; the caller holds the attempts' rows. Two statements for a whole class."""
    points: dict[int, list[float | None]] = {attempt.pk: [] for attempt in attempts}
    for attempt_id, earned in AttemptItem.objects.filter(attempt__in=points).values_list("attempt", "points"):
        points[attempt_id].append(earned)
    for attempt in attempts:
        attempt.score = total([one for one in points[attempt.pk] if one is not None])
        attempt.pending = points[attempt.pk].count(None)
    Attempt.objects.bulk_update(attempts, ["score", "pending"], batch_size=200)
