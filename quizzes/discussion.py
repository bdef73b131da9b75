"""A question under discussion in the live room: as the wall shows it, and as a student's page follows."""

from dataclasses import dataclass, replace

from django.core.cache import caches
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quizzes.kinds import KINDS
from quizzes.models import Attempt, AttemptItem, QuestionVersion, Quiz, Room, Slot
from quizzes.phases import Shown
from quizzes.queries.bars import CHOICES, Bars, bars_of, version_shown
from quizzes.review import ReviewedQuestion, reviewed_questions

#: What a discussion shows people of their own answer, before the bars are revealed and after. Points are the
#: review's to show.
HIDDEN = frozenset({Shown.ANSWERS})
REVEALED = frozenset({Shown.ANSWERS, Shown.FEEDBACK, Shown.SOLUTION, Shown.EXPLANATION})

REMEMBERED_SECONDS = 3


@dataclass(frozen=True)
class BarRow:
    """One bar with its label; the rest is known only once it is revealed."""

    label: str
    count: int | None = None
    share: int | None = None
    right: bool = False


@dataclass(frozen=True)
class Discussed:
    """The question under discussion. What is not revealed is not in it."""

    position: int
    name: str
    number: int
    count: int
    before: int | None
    after: int | None
    body: str
    bars: list[BarRow]
    revealed: bool
    solution: list[str]
    explanation: str
    #: Whether the bars are the options, so that the right ones are marked there.
    is_choice: bool
    #: Everybody was asked something else: another question of a drawer, or other numbers.
    drawn: bool


def discussed(room: Room, *, revealed: bool) -> Discussed | None:
    """Return the question that the room discusses, with bars and right answer only if they are `revealed`.

    For a few seconds each process remembers it: a whole class asks for the same.
    """
    key = f"discussed:{room.token}:{room.discussing}:{revealed}:{get_language()}"
    found: Discussed | None = caches["process"].get(key)
    if found is None:
        found = _discussed(room, revealed=revealed)
        caches["process"].set(key, found, REMEMBERED_SECONDS)
    return found


def _discussed(room: Room, *, revealed: bool) -> Discussed | None:
    slots = list(room.quiz.slots.select_related("question", "category").order_by("position"))
    place = next((i for i, slot in enumerate(slots) if slot.position == room.discussing), None)
    if place is None:
        return None
    slot = slots[place]
    version = version_shown(slot)
    drawn = version is None or _has_own_numbers(slot)
    options = _options(version)
    return Discussed(
        position=slot.position,
        name=str(slot.question or slot.category),
        number=place + 1,
        count=len(slots),
        before=slots[place - 1].position if place else None,
        after=slots[place + 1].position if place + 1 < len(slots) else None,
        body=KINDS[version.kind].bare(version.body) if version else "",
        bars=_rows(bars_of(slot, version), options, version) if revealed else _labels(options),
        revealed=revealed,
        solution=KINDS[version.kind].solution(version.data) if revealed and version and not drawn else [],
        explanation=version.explanation if revealed and version else "",
        is_choice=bool(options),
        drawn=drawn,
    )


def own_answers(attempt: Attempt, room: Room, *, revealed: bool) -> list[ReviewedQuestion]:
    """Return what a student was asked and said at the place under discussion."""
    return reviewed_questions(attempt, shown=REVEALED if revealed else HIDDEN, slot=room.discussing or 0)


def own_attempt(quiz: Quiz, user_id: int) -> Attempt | None:
    """Return the person's last finished attempt."""
    mine = Attempt.objects.filter(quiz=quiz, user=user_id, finished_at__isnull=False)
    last = mine.order_by("-number").first()
    if last:
        last.quiz = quiz
    return last


def _has_own_numbers(slot: Slot) -> bool:
    return bool(AttemptItem.objects.filter(slot=slot).values_list("variant", flat=True).first())


def _options(version: QuestionVersion | None) -> list[str]:
    """Return the options in the author's order, empty for other kinds than choices."""
    if version is None or version.kind not in CHOICES:
        return []
    kind = KINDS[version.kind]
    fields = kind.fields(version.data, list(range(len(version.data.get("options", [])) or 2)), None)
    return [str(option["text"]) for option in fields.get("options", [])]


def _labels(options: list[str]) -> list[BarRow]:
    """Return the bars as they look while they are hidden: for options their texts, else how right one was."""
    labels = options or [_("Right"), _("Partly right"), _("Wrong")]
    return [BarRow(label) for label in [*labels, _("No answer")]]


def _rows(bars: Bars, options: list[str], version: QuestionVersion | None) -> list[BarRow]:
    solution = KINDS[version.kind].solution(version.data) if version and options else []
    right = {place for place, text in enumerate(options) if text in solution} if options else {0}
    return [
        replace(row, count=bars.counts[place], share=bars.shares[place], right=place in right)
        for place, row in enumerate(_labels(options))
    ]
