"""Which questions a new attempt gets, in which order and variant."""

import random
from collections.abc import Sequence, Set
from itertools import groupby

from django.db.models import Exists, OuterRef, QuerySet

from classroom.prepared import ID, Given, Rows
from quizzes import checking
from quizzes.drawing import draw
from quizzes.kinds import KINDS
from quizzes.models import Attempt, AttemptItem, QuestionVersion, Quiz, Slot
from quizzes.queries.drawers import cards_in, draws_of


def _newest() -> QuerySet[QuestionVersion]:
    newer = QuestionVersion.objects.filter(question=OuterRef("question"), number__gt=OuterRef("number"))
    return QuestionVersion.objects.filter(~Exists(newer))


_SLOTS = Rows(
    lambda: (
        Slot.objects.filter(quiz=Given("quiz", ID)).select_related("section", "category").order_by("position")
    )
)
_FIXED_VERSIONS = Rows(lambda: _newest().filter(question__slots__quiz=Given("quiz", ID)))


def items_for(attempt: Attempt, quiz: Quiz) -> list[AttemptItem]:
    """Return the attempt's questions, each in its newest version; two queries, three where some are drawn.

    The attempt's seed decides all: what is drawn, the order, the variants. Shuffling keeps a section's
    questions together.
    """
    rng = random.Random(attempt.seed)  # noqa: S311 - an order to look at, no secret
    slots = _SLOTS(quiz=quiz.pk)
    asked = _in_order(quiz, slots, _questions_by_slot(quiz, slots, rng), rng)
    versions = _newest_versions(quiz, {question for _, question in asked})
    given = [(slot, versions[question]) for slot, question in asked if question in versions]
    return [
        AttemptItem(
            attempt=attempt,
            position=position,
            slot=slot,
            version=version,
            option_order=KINDS[version.kind].order(version.data, rng, shuffle=quiz.shuffle_options),
            variant=checking.variant(version.kind, version.data, rng.getrandbits(62)),
            max_points=float(slot.points),
        )
        for position, (slot, version) in enumerate(given, start=1)
    ]


def _questions_by_slot(quiz: Quiz, slots: Sequence[Slot], rng: random.Random) -> dict[int, list[int]]:
    fixed = {slot.pk: [slot.question_id] for slot in slots if slot.question_id is not None}
    draws = draws_of(slots)
    if not draws:
        return fixed
    taken = {question for questions in fixed.values() for question in questions}
    return fixed | draw(draws, cards_in(quiz.course_id, {each.category for each in draws}), taken, rng)


def _in_order(
    quiz: Quiz, slots: Sequence[Slot], questions: dict[int, list[int]], rng: random.Random
) -> list[tuple[Slot, int]]:
    """Put the questions in order: first those of no section, then section by section."""

    def place(slot: Slot) -> tuple[int, int]:
        return (slot.section.position, slot.section.pk) if slot.section else (-1, 0)

    ordered = []
    for _, inside in groupby(sorted(slots, key=lambda slot: (place(slot), slot.position)), key=place):
        section = [(slot, question) for slot in inside for question in questions[slot.pk]]
        if quiz.shuffle_questions:
            rng.shuffle(section)
        ordered += section
    return ordered


def _newest_versions(quiz: Quiz, questions: Set[int]) -> dict[int, QuestionVersion]:
    versions = {version.question_id: version for version in _FIXED_VERSIONS(quiz=quiz.pk)}
    drawn = questions - versions.keys()
    if drawn:
        versions |= {version.question_id: version for version in _newest().filter(question__in=drawn)}
    return versions
