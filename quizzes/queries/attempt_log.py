"""All that happened in one attempt, in the order in which it did: its answers and its events."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.event_words import words_for
from quizzes.kinds import KINDS
from quizzes.models import Answer, Attempt, AttemptEvent, AttemptItem

What = AttemptEvent.What
#: How an address names the saves, beside the events of `AttemptEvent.What`.
ANSWERED = "answered"
_LABELS = {ANSWERED: gettext_lazy("answer saved")} | dict(What.choices)
#: Events that an instructor looks for; the others are the ordinary course of things.
NOTABLE = frozenset({What.FOCUS, What.DEVICE, What.CONFLICT})


@dataclass(frozen=True)
class LogEntry:
    """Something that happened: when, how long after the start and after what was before it (seconds)."""

    what: str
    at: datetime
    since_start: float
    since_before: float
    question: str
    said: list[str]
    detail: str
    tab: str
    by: str

    @property
    def label(self) -> str:
        """What it was, in words."""
        return str(_LABELS.get(self.what, self.what))

    @property
    def tone(self) -> str:
        """The tone the design gives it."""
        return "warn" if self.what in NOTABLE else ""


def attempt_log(*, attempt: Attempt) -> list[LogEntry]:
    """Return everything that was noted of an attempt, oldest first, in three queries."""
    items = {
        item.position: item
        for item in AttemptItem.objects.filter(attempt=attempt).select_related(
            "version__question", "scored_by"
        )
    }
    entries = [_saved(answer, items.get(answer.position)) for answer in attempt.answers.order_by("pk")]
    told = attempt.events.select_related("by").order_by("pk")
    entries += [_told(event, items.get(event.position or 0)) for event in told]
    entries.sort(key=lambda entry: entry.at)
    alone = len({entry.tab for entry in entries if entry.tab}) < 2
    before, timed = attempt.started_at, []
    for entry in entries:
        start, gap = (entry.at - attempt.started_at).total_seconds(), (entry.at - before).total_seconds()
        tab = "" if alone else entry.tab
        timed.append(replace(entry, since_start=start, since_before=max(0.0, gap), tab=tab))
        before = entry.at
    return timed


def kinds_in(entries: list[LogEntry]) -> list[tuple[str, str, int]]:
    """Return what happened at all, how it is called, and how often."""
    counts = Counter(entry.what for entry in entries)
    return [(what, str(label), counts[what]) for what, label in _LABELS.items() if counts[what]]


def _saved(answer: Answer, item: AttemptItem | None) -> LogEntry:
    kind = KINDS.get(item.version.kind) if item else None
    said = kind.said(item.data, answer.value) if item and kind else answer.value
    certainty = "" if answer.certainty is None else _("certainty %(level)d") % {"level": answer.certainty}
    return LogEntry(
        ANSWERED,
        answer.received_at,
        0,
        0,
        _name(answer.position, item),
        said,
        certainty,
        answer.client[:4],
        "",
    )


def _told(event: AttemptEvent, item: AttemptItem | None) -> LogEntry:
    question = "" if event.position is None else _name(event.position, item)
    by = str(event.by) if event.by else ""
    return LogEntry(event.what, event.at, 0, 0, question, [], words_for(event.what, event.detail), "", by)


def _name(position: int, item: AttemptItem | None) -> str:
    return f"{position}. {item.version.question}" if item else str(position)
