"""From the log of saves to the answers that count. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from quizzes.kinds import Value


class Saved(Protocol):
    """A row of the log."""

    position: int
    client: str
    seq: int
    value: Value
    certainty: int | None
    received_at: datetime


@dataclass(frozen=True)
class Standing:
    """The answer to one question that counts, and how many tabs wrote to it."""

    value: Value
    received_at: datetime
    client: str
    seq: int
    clients: int
    certainty: int | None = None


def standing_answers(log: Iterable[Saved]) -> dict[int, Standing]:
    """Return the answer that counts for each question, by position.

    Of one tab's saves the one with the highest `seq` counts, in whatever order they arrived: a late old save
    changes nothing. Of several tabs the one that was heard last counts.
    """
    latest: dict[tuple[int, str], Saved] = {}
    for saved in log:
        key = (saved.position, saved.client)
        if key not in latest or saved.seq > latest[key].seq:
            latest[key] = saved
    standing: dict[int, Standing] = {}
    for (position, _), saved in latest.items():
        known = standing.get(position)
        clients = known.clients + 1 if known else 1
        newest = known is None or (saved.received_at, saved.seq, saved.client) > (
            known.received_at,
            known.seq,
            known.client,
        )
        chosen = saved if newest or known is None else known
        standing[position] = Standing(
            chosen.value, chosen.received_at, chosen.client, chosen.seq, clients, chosen.certainty
        )
    return standing
