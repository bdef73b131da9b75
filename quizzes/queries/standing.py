"""The logs of many attempts at once, and the answers that count in them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from quizzes.kinds import Value
from quizzes.models import Answer
from quizzes.replay import Standing, standing_answers


@dataclass(slots=True)
class Save:
    """A row of the log, as `quizzes.replay` reads it, without the cost of a model."""

    position: int
    client: str
    seq: int
    value: Value
    certainty: int | None
    received_at: datetime


#: The saves of each attempt.
Logs = dict[int, list[Save]]


def logs_in(answers: QuerySet[Answer]) -> Logs:
    """Return the logs of many attempts, in one query."""
    logs: defaultdict[int, list[Save]] = defaultdict(list)
    rows: Iterable[tuple[int, int, str, int, Value, int | None, datetime]] = answers.order_by().values_list(
        "attempt_id", "position", "client", "seq", "value", "certainty", "received_at"
    )
    for attempt_id, position, client, seq, value, certainty, received_at in rows:
        logs[attempt_id].append(Save(position, client, seq, value, certainty, received_at))
    return logs


def standing_in(logs: Logs) -> dict[tuple[int, int], Standing]:
    """Return the answers that count, by (attempt, position)."""
    return {
        (attempt_id, position): standing
        for attempt_id, saves in logs.items()
        for position, standing in standing_answers(saves).items()
    }
