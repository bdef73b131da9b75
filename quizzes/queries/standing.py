"""The answers that count in many attempts at once, read from their logs in one query."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from quizzes.kinds import Value
from quizzes.models import Answer
from quizzes.replay import Standing, standing_answers


@dataclass(slots=True)
class _Save:
    """A row of the log, as `quizzes.replay` reads it, without the cost of a model."""

    position: int
    client: str
    seq: int
    value: Value
    certainty: int | None
    received_at: datetime


def standing_in(answers: QuerySet[Answer]) -> dict[tuple[int, int], Standing]:
    """Return the answers that count, by (attempt, position)."""
    log: defaultdict[int, list[_Save]] = defaultdict(list)
    rows: Iterable[tuple[int, int, str, int, Value, int | None, datetime]] = answers.order_by().values_list(
        "attempt_id", "position", "client", "seq", "value", "certainty", "received_at"
    )
    for attempt_id, position, client, seq, value, certainty, received_at in rows:
        log[attempt_id].append(_Save(position, client, seq, value, certainty, received_at))
    return {
        (attempt_id, position): standing
        for attempt_id, saves in log.items()
        for position, standing in standing_answers(saves).items()
    }
