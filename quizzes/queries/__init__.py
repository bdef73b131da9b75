"""What screens show of quizzes: frozen rows, a fixed number of queries each."""

from datetime import datetime

from quizzes.models import Quiz
from quizzes.queries.cards import TO_DO, QuizCard, cards_for, most_urgent_first
from quizzes.queries.drawers import missing_draws
from quizzes.queries.endings import Ending, endings, shown_of
from quizzes.queries.live import Live, live
from quizzes.queries.progress import Progress, progress_of
from quizzes.queries.results import (
    Distribution,
    ItemRow,
    QuizSummary,
    ResultRow,
    checks_of,
    distribution,
    hints_of,
    item_rows,
    items_of,
    log_of,
    result_rows,
    second_looks,
    summaries,
)
from quizzes.queries.room import lobby, quiz_of_guest

__all__ = [
    "TO_DO",
    "Distribution",
    "Ending",
    "ItemRow",
    "Live",
    "Progress",
    "QuizCard",
    "QuizSummary",
    "ResultRow",
    "cards_for",
    "checks_of",
    "distribution",
    "endings",
    "hints_of",
    "item_rows",
    "items_of",
    "live",
    "lobby",
    "log_of",
    "missing_draws",
    "most_urgent_first",
    "panels",
    "progress_of",
    "quiz_of_guest",
    "result_rows",
    "second_looks",
    "shown_of",
    "summaries",
]


def panels(*, quiz: Quiz, now: datetime) -> dict[str, object]:
    """Return what the live part of a quiz's page shows."""
    return {
        "live": live(quiz=quiz, now=now),
        "distribution": distribution(quiz=quiz),
        "items": item_rows(quiz=quiz),
    }
