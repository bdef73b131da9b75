"""An attempt's sums: its score, and how many of its answers are still to be graded."""

from quizzes.models import Attempt
from quizzes.scoring import total


def add_up(attempt: Attempt) -> None:
    """Write down both; the caller holds the attempt's row."""
    points = list(attempt.items.values_list("points", flat=True))
    attempt.score = total([one for one in points if one is not None])
    attempt.pending = points.count(None)
    attempt.save(update_fields=["score", "pending"])
