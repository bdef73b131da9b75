"""How a class answered one question of a quiz, as bars."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Count, Exists, OuterRef

from quizzes.kinds import Value
from quizzes.kinds.base import options_of
from quizzes.models import Answer, AttemptItem, Kind, QuestionVersion, Slot
from quizzes.replay import standing_answers

#: Kinds whose bars are their options; of all others it is counted how many were right.
CHOICES = frozenset({Kind.SINGLE, Kind.MULTIPLE, Kind.TRUE_FALSE})


@dataclass(frozen=True)
class Bars:
    """How many chose each option, in the author's order, or were right, partly right and wrong.

    The last count is of those who did not answer. Nothing here tells which option is right.
    """

    kind: str  # options, marks
    counts: list[int]
    #: Of how many; with several choices the counts may add up to more.
    total: int

    @property
    def shares(self) -> list[int]:
        """The counts in percent of all."""
        return [round(100 * count / self.total) if self.total else 0 for count in self.counts]


@dataclass(slots=True)
class _Saved:
    """A row of the log, without a model's weight: there are thousands, and every process reads them."""

    position: int
    client: str
    seq: int
    value: Value
    certainty: int | None
    received_at: datetime


_SAVED = [each.name for each in fields(_Saved)]


def version_shown(slot: Slot) -> QuestionVersion | None:
    """Return the version that most people were given; None where everybody may have got another question."""
    if slot.question_id is None:
        return None
    given = AttemptItem.objects.filter(slot=slot).values("version").annotate(n=Count("pk")).order_by("-n")
    most = given.values_list("version", flat=True).first()
    versions = QuestionVersion.objects.filter(question=slot.question_id).order_by("-number")
    return versions.filter(pk=most).first() if most else versions.first()


def bars_of(slot: Slot, version: QuestionVersion | None) -> Bars:
    """Return the bars of a question over the attempts that are handed in."""
    if version is not None and version.kind in CHOICES:
        return _options(slot, version)
    items = AttemptItem.objects.filter(slot=slot, attempt__finished_at__isnull=False)
    answered = Exists(Answer.objects.filter(attempt=OuterRef("attempt"), position=OuterRef("position")))
    counts = Counter(
        _mark(points, most) if has_answer else 3
        for points, most, has_answer in items.annotate(said=answered).values_list(
            "points", "max_points", "said"
        )
    )
    return Bars("marks", [counts[place] for place in range(4)], counts.total())


def _mark(points: float | None, most: float) -> int:
    """Return the place of right, partly right and wrong; what waits for its grader is none of them yet."""
    if points is None:
        return 4
    return 0 if points >= most else 1 if points > 0 else 2


def _options(slot: Slot, version: QuestionVersion) -> Bars:
    options = 2 if version.kind == Kind.TRUE_FALSE else len(options_of(version.data))
    counts, total = [0] * (options + 1), 0
    for value in _standing_values(slot, version):
        total += 1
        places = {str(place): place for place in range(options)}
        for place in {places[part] for part in value if part in places} or {options}:
            counts[place] += 1
    return Bars("options", counts, total)


def _standing_values(slot: Slot, version: QuestionVersion) -> Iterator[Value]:
    """Yield what everybody's answer was in the end, empty where there was none."""
    items = AttemptItem.objects.filter(slot=slot, version=version, attempt__finished_at__isnull=False)
    asked = items.filter(attempt=OuterRef("attempt"), position=OuterRef("position"))
    saves: dict[int, list[_Saved]] = defaultdict(list)
    log = Answer.objects.filter(Exists(asked)).order_by("pk")
    for attempt, *save in log.values_list("attempt", *_SAVED):
        saves[attempt].append(_Saved(*save))
    for attempt, position in items.values_list("attempt", "position"):
        standing = standing_answers(saves[attempt]).get(position)
        yield standing.value if standing else []
