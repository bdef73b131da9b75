"""What may be worth a question after a quiz, for instructors; see `quizzes.statistics.signals`."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import BooleanField, Case, When
from django.db.models import Value as Constant

from quizzes.kinds import KINDS, Value
from quizzes.models import Answer, Attempt, AttemptEvent, AttemptItem, QuestionVersion, Quiz
from quizzes.queries.counted import Which, attempts_of_others, chosen_of
from quizzes.queries.standing import Logs, logs_in, standing_in
from quizzes.statistics.pace import seconds_by_position
from quizzes.statistics.responses import same_text
from quizzes.statistics.signals import Fast, Pair, fast_answers, shared_wrong_answers

What = AttemptEvent.What


@dataclass(frozen=True)
class SignalRow:
    """An attempt in which something stands out."""

    attempt_id: int
    name: str
    number: int
    left: int
    left_seconds: float
    devices: int
    conflicts: int
    fast: list[Fast]

    @property
    def fast_seconds(self) -> float:
        """How long the fast answers took."""
        return sum(answer.seconds for answer in self.fast)

    @property
    def usual_seconds(self) -> float:
        """How long the same questions usually take: the sum of the class's medians."""
        return sum(answer.median for answer in self.fast)

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.left or self.devices or self.conflicts or self.fast)


@dataclass(frozen=True)
class SharedAnswer:
    """A wrong answer that two people share, as the page shows it."""

    question: str
    text: list[str]
    others: int
    wrong: int


@dataclass(frozen=True)
class PairRow:
    """Two attempts that share wrong answers."""

    first_id: int
    first: str
    second_id: int
    second: str
    shared: list[SharedAnswer]
    both_wrong: int
    one_in: int


@dataclass(frozen=True)
class Signals:
    """All of a quiz's signals, and among how many attempts and pairs they were looked for."""

    attempts: int
    rows: list[SignalRow]
    pairs: list[PairRow]
    compared: int


class _Item(NamedTuple):
    """A question in an attempt; `drawn` for everybody anew, so that answers cannot be compared."""

    attempt_id: int
    position: int
    version_id: int
    question_id: int
    points: float | None
    max_points: float
    drawn: bool


@dataclass
class _Found:
    """What the events of one attempt add up to."""

    left: int = 0
    left_seconds: float = 0.0
    devices: int = 0
    conflicts: int = 0


def signals(*, quiz: Quiz) -> Signals:
    """Return what stands out in a quiz, in five queries.

    Leaving the page, devices and tabs are those of every attempt; answers and their times are compared among
    first attempts that are finished, since a second one knows the questions.
    """
    attempts = list(attempts_of_others(quiz).select_related("user"))
    found = _events(quiz)
    first = {one.pk: one for one in chosen_of([a for a in attempts if a.finished_at], Which.FIRST)}
    items = [item for item in _items(quiz) if item.attempt_id in first]
    logs = logs_in(Answer.objects.filter(attempt__quiz=quiz))
    fast = _fast(logs, first, items)
    rows = [_row(attempt, found[attempt.pk], fast.get(attempt.pk, [])) for attempt in attempts]
    shown = sorted(
        (row for row in rows if row.any),
        key=lambda row: (-len(row.fast), -row.left_seconds, -row.devices, -row.conflicts, row.name),
    )
    pairs = _pairs(logs, first, items)
    return Signals(len(attempts), shown, pairs, len(first) * (len(first) - 1) // 2)


def _row(attempt: Attempt, found: _Found, fast: list[Fast]) -> SignalRow:
    return SignalRow(
        attempt_id=attempt.pk,
        name=str(attempt.user),
        number=attempt.number,
        left=found.left,
        left_seconds=found.left_seconds,
        devices=found.devices,
        conflicts=found.conflicts,
        fast=fast,
    )


def _events(quiz: Quiz) -> defaultdict[int, _Found]:
    found: defaultdict[int, _Found] = defaultdict(_Found)
    told = AttemptEvent.objects.filter(
        attempt__quiz=quiz, what__in=[What.FOCUS, What.DEVICE, What.CONFLICT]
    ).values_list("attempt_id", "what", "detail")
    for attempt_id, what, detail in told:
        one = found[attempt_id]
        if what == What.FOCUS:
            one.left += 1
            one.left_seconds += _number(detail.get("seconds"))
        elif what == What.DEVICE:
            one.devices += 1
        else:
            one.conflicts += 1
    return found


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _items(quiz: Quiz) -> list[_Item]:
    drawn = Case(When(variant={}, then=Constant(False)), default=Constant(True), output_field=BooleanField())
    rows = (
        AttemptItem.objects.filter(attempt__quiz=quiz)
        .annotate(drawn=drawn)
        .values_list(
            *("attempt_id", "position", "version_id", "version__question_id"),
            *("points", "max_points", "drawn"),
        )
    )
    return [_Item(*row) for row in rows]


def _fast(logs: Logs, first: dict[int, Attempt], items: list[_Item]) -> dict[int, list[Fast]]:
    spent = {
        pk: seconds_by_position(one.started_at, [(s.position, s.received_at) for s in logs.get(pk, [])])
        for pk, one in first.items()
    }
    by_question: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for item in items:
        if item.position in spent[item.attempt_id]:
            by_question[item.attempt_id][item.question_id] = spent[item.attempt_id][item.position]
    return fast_answers(by_question)


def _pairs(logs: Logs, first: dict[int, Attempt], items: list[_Item]) -> list[PairRow]:
    """Compare wrong answers; those to a question that everybody gets another one of cannot be compared."""
    standing = standing_in(logs)
    versions = QuestionVersion.objects.select_related("question").in_bulk({item.version_id for item in items})
    wrong: dict[int, dict[int, str]] = {pk: {} for pk in first}
    examples: dict[tuple[int, str], tuple[QuestionVersion, Value]] = {}
    for item in items:
        answer = standing.get((item.attempt_id, item.position))
        if item.drawn or answer is None or item.points is None or item.points >= item.max_points:
            continue
        version = versions[item.version_id]
        key = same_text(version.kind, answer.value)
        if key.strip() and version.kind in KINDS:
            wrong[item.attempt_id][item.version_id] = key
            examples[item.version_id, key] = (version, answer.value)
    return [_pair_row(pair, first, examples) for pair in shared_wrong_answers(wrong)]


def _pair_row(
    pair: Pair, first: dict[int, Attempt], examples: dict[tuple[int, str], tuple[QuestionVersion, Value]]
) -> PairRow:
    shared = []
    for one in sorted(pair.shared, key=lambda one: -one.bits):
        version, value = examples[one.question, one.answer]
        text = KINDS[version.kind].said(version.data, value)
        shared.append(SharedAnswer(version.question.name, text, one.others, one.wrong))
    return PairRow(
        first_id=pair.first,
        first=str(first[pair.first].user),
        second_id=pair.second,
        second=str(first[pair.second].user),
        shared=shared,
        both_wrong=pair.both_wrong,
        one_in=pair.one_in,
    )
