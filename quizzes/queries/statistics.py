"""How a quiz and its questions did: `quizzes.statistics.numbers` over the attempts that count."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median

from classroom.models import Role
from quizzes.models import Answer, Attempt, AttemptItem, QuestionVersion, Quiz, Slot
from quizzes.queries.counted import Given, Which, counted_attempts, given_in
from quizzes.statistics import numbers as statistics
from quizzes.statistics.guessing import guess_score
from quizzes.statistics.numbers import ItemStatistics, QuizStatistics
from quizzes.statistics.pace import seconds_by_position
from quizzes.statistics.verdicts import Verdict, verdict

#: A place of the quiz: a slot, and of so many drawn there the how manyth.
Place = tuple[int | None, int]


@dataclass(frozen=True)
class QuestionRow:
    """How a question did. Questions are told apart by themselves, not by place: a draw puts many into one.

    `place` is the slot's position; questions that a slot draws are counted in it: "6.1", "6.2". A question
    that still waits for grading in some attempts (`waiting`) is left out of everybody's total, so that totals
    can be compared.
    """

    question_id: int
    name: str
    kind: str
    position: int | None
    drawn: bool
    place: str
    versions: int
    most: float
    waiting: int
    numbers: ItemStatistics
    guess: float | None
    intended_weight: float | None
    effective_weight: float | None
    seconds: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Report:
    """How a quiz did."""

    which: Which
    attempts: int
    guests: int
    whole: QuizStatistics
    rows: list[QuestionRow]
    bins: list[tuple[str, int]]

    @property
    def waiting(self) -> list[QuestionRow]:
        """The questions that are left out of the totals, since some answers to them are not graded."""
        return [row for row in self.rows if row.waiting]


@dataclass
class _Marks:
    """What is gathered about one question."""

    marks: list[float] = field(default_factory=list)
    totals: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    versions: set[int] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    waiting: int = 0


def report(*, quiz: Quiz, which: Which) -> Report:
    """Return how the quiz did, in five queries."""
    attempts = counted_attempts(quiz=quiz, which=which)
    given = given_in(attempts, AttemptItem.objects.filter(attempt__quiz=quiz))
    waiting = {one.question_id for items in given.values() for one in items if one.points is None}
    totals = {pk: _total(items, waiting, earned=True) for pk, items in given.items()}
    most = {pk: _total(items, waiting, earned=False) for pk, items in given.items()}
    spent = _seconds(quiz, attempts)
    questions, places = _gathered(given, totals, spent)
    weights = _place_weights(questions, places, waiting)
    scored = [pk for pk in totals if most[pk]]
    whole = statistics.quiz_statistics(
        [totals[pk] for pk in scored],
        [most[pk] for pk in scored],
        [marks.marks for place, marks in places.items() if place in weights],
    )
    versions = QuestionVersion.objects.select_related("question").in_bulk(
        {pk for marks in questions.values() for pk in marks.versions}
    )
    slots = {slot.pk: slot for slot in Slot.objects.filter(quiz=quiz)}
    full = statistics.mean(list(most.values())) if most else 0.0
    rows = [
        _row(marks, [versions[pk] for pk in sorted(marks.versions)], slots, weights, full)
        for marks in questions.values()
    ]
    percents = [100 * totals[pk] / most[pk] for pk in scored]
    guests = sum(getattr(attempt, "role", "") == Role.GUEST for attempt in attempts)
    return Report(which, len(attempts), guests, whole, _in_order(rows), _bins(percents))


def _total(items: list[Given], waiting: set[int], *, earned: bool) -> float:
    counted = [one for one in items if one.question_id not in waiting]
    return sum((one.points or 0.0) if earned else one.max_points for one in counted)


def _seconds(quiz: Quiz, attempts: list[Attempt]) -> dict[int, dict[int, float]]:
    """Return how long each attempt took for each question, by position."""
    saves: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    log = (
        Answer.objects.filter(attempt__quiz=quiz).order_by().values_list("attempt", "position", "received_at")
    )
    for attempt_id, position, received_at in log:
        saves[attempt_id].append((position, received_at))
    return {one.pk: seconds_by_position(one.started_at, saves[one.pk]) for one in attempts}


def _gathered(
    given: dict[int, list[Given]], totals: dict[int, float], spent: dict[int, dict[int, float]]
) -> tuple[dict[int, _Marks], dict[Place, _Marks]]:
    """Gather marks by question, and by place of the quiz."""
    questions: defaultdict[int, _Marks] = defaultdict(_Marks)
    places: defaultdict[Place, _Marks] = defaultdict(_Marks)
    for attempt_id, items in given.items():
        drawn: defaultdict[int | None, int] = defaultdict(int)
        for one in items:
            place = (one.slot_id, drawn[one.slot_id])
            drawn[one.slot_id] += 1
            question = questions[one.question_id]
            question.versions.add(one.version_id)
            question.places.add(place)
            if one.position in spent[attempt_id]:
                question.seconds.append(spent[attempt_id][one.position])
            if one.points is None:
                question.waiting += 1
                continue
            for marks in (question, places[place]):
                marks.marks.append(one.points)
                marks.totals.append(totals[attempt_id])
                marks.most.append(one.max_points)
    return dict(questions), dict(places)


def _place_weights(
    questions: dict[int, _Marks], places: dict[Place, _Marks], waiting: set[int]
) -> dict[Place, float | None]:
    """Return the effective weight of every graded place; none for one where several questions were."""
    open_ = {place for pk in waiting for place in questions[pk].places}
    graded = {place: marks for place, marks in places.items() if place not in open_}
    weights = statistics.effective_weights([(marks.marks, marks.totals) for marks in graded.values()])
    owners = Counter(place for marks in questions.values() for place in marks.places)
    return {
        place: weight if owners[place] == 1 else None for place, weight in zip(graded, weights, strict=True)
    }


def _row(
    marks: _Marks,
    versions: list[QuestionVersion],
    slots: dict[int, Slot],
    weights: dict[Place, float | None],
    full: float,
) -> QuestionRow:
    newest = versions[-1]
    most = statistics.mean(marks.most) if marks.most else 0.0
    numbers = statistics.item_statistics(marks.marks, marks.totals, most)
    if marks.waiting:  # its marks are not in the totals
        numbers = statistics.without_comparison(numbers)
    place = next(iter(marks.places)) if len(marks.places) == 1 else None
    known = [slots[pk] for pk, _ in marks.places if pk in slots]
    slot = min(known, key=lambda one: one.position, default=None)
    guess = guess_score(newest.kind, newest.data)
    return QuestionRow(
        question_id=newest.question_id,
        name=newest.question.name,
        kind=newest.get_kind_display(),
        position=slot.position if slot else None,
        drawn=slot is not None and slot.question_id is None,
        place=str(slot.position) if slot else "",
        versions=len(versions),
        most=most,
        waiting=marks.waiting,
        numbers=numbers,
        guess=None if guess is None else 100 * guess,
        intended_weight=100 * most / full if full and not marks.waiting else None,
        effective_weight=weights.get(place) if place else None,
        seconds=median(marks.seconds) if marks.seconds else None,
        verdict=verdict(numbers, guess),
    )


def _in_order(rows: list[QuestionRow]) -> list[QuestionRow]:
    """Return the rows in the quiz's order, what a slot drew numbered in it."""
    ordered = sorted(rows, key=lambda row: (row.position or 10_000, row.name, row.question_id))
    drawn: Counter[int | None] = Counter()
    numbered = []
    for row in ordered:
        drawn[row.position] += row.drawn
        place = f"{row.position}.{drawn[row.position]}" if row.drawn else row.place
        numbered.append(replace(row, place=place))
    return numbered


def _bins(percents: list[float]) -> list[tuple[str, int]]:
    """Return how many scored how much, in ten bins; the last one holds 90 % and up to all points."""
    counts = [0] * 10
    for percent in percents:
        counts[min(9, max(0, int(round(percent, 6) // 10)))] += 1
    return [(f"{10 * place}–{10 * place + 10}", count) for place, count in enumerate(counts)]


def row_of(found: Report, question_id: int) -> QuestionRow | None:
    """Return a question's row; None where no attempt that counts had it."""
    return next((row for row in found.rows if row.question_id == question_id), None)
