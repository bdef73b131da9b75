"""What can be drawn for a quiz."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q

from quizzes.drawing import Card, Draw, missing
from quizzes.models import Question, QuestionVersion, Quiz, Slot


def draws_of(slots: Iterable[Slot]) -> list[Draw]:
    """Return the slots that draw; each has its category at hand."""
    return [Draw(slot.pk, slot.category.name, slot.count) for slot in slots if slot.category is not None]


def inside(path: str, field: str) -> Q:
    """Return the condition that the category whose name is `field` is `path` or inside of it.

    SQLite's prefixes know no case: who must not take "week 7/x" for "Week 7" looks again (`is_inside`).
    """
    return Q(**{field: path}) | Q(**{f"{field}__startswith": f"{path}/"})


def cards_in(course_id: int, drawers: Iterable[str]) -> list[Card]:
    """Return the questions in these drawers of a course's bank that can be drawn: written, not archived."""
    wanted = Q(pk=None)
    for name in set(drawers):
        wanted |= inside(name, "category__name")
    written = QuestionVersion.objects.filter(question=OuterRef("pk"))
    rows = Question.objects.filter(wanted, Exists(written), course=course_id, archived_at=None)
    return [Card(*row) for row in rows.order_by("pk").values_list("pk", "category__name")]


def missing_draws(*, quiz: Quiz, slots: Sequence[Slot]) -> dict[int, int]:
    """Return, by slot, how many questions are too few for its draw; one query where anything is drawn."""
    draws = draws_of(slots)
    if not draws:
        return {}
    taken = {slot.question_id for slot in slots if slot.question_id is not None}
    return missing(draws, cards_in(quiz.course_id, {each.category for each in draws}), taken)
