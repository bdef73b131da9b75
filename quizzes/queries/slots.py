"""A quiz's questions as its author sees them, and those that could be added."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from quizzes.drawing import is_inside
from quizzes.models import Kind, Question, QuestionVersion, Quiz, Section, Slot
from quizzes.queries.bank import holding, with_newest
from quizzes.queries.drawers import missing_draws

#: How many questions a search shows.
MOST_FOUND = 20


@dataclass(frozen=True)
class SlotRow:
    """A place in the quiz."""

    slot: Slot
    name: str
    kind: str
    missing: int

    @property
    def question_points(self) -> float:
        """What all its questions are worth together."""
        return float(self.slot.points) * self.slot.count


@dataclass(frozen=True)
class SectionRows:
    """A section with its places; `section` is None for those in none."""

    section: Section | None
    rows: list[SlotRow]


@dataclass(frozen=True)
class Composition:
    """All of a quiz's places, in the order in which students get them unless they are shuffled."""

    sections: list[SectionRows]

    @property
    def rows(self) -> list[SlotRow]:
        """All places."""
        return [row for section in self.sections for row in section.rows]

    @property
    def questions(self) -> int:
        """How many questions a student gets."""
        return sum(row.slot.count for row in self.rows)

    @property
    def points(self) -> float:
        """How many points a student can get."""
        return sum(row.question_points for row in self.rows)

    @property
    def missing(self) -> int:
        """How many questions are too few to draw."""
        return sum(row.missing for row in self.rows)


def composition(*, quiz: Quiz) -> Composition:
    """Return the quiz's places by section; three queries for any number."""
    newest = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number")
    slots = list(
        quiz.slots.select_related("question", "category")
        .annotate(kind=Subquery(newest.values("kind")[:1]))
        .order_by("position")
    )
    short, kinds = missing_draws(quiz=quiz, slots=slots), dict(Kind.choices)
    rows: dict[int | None, list[SlotRow]] = {}
    for slot in slots:
        kind = str(kinds.get(slot.kind, ""))
        row = SlotRow(slot, str(slot.question or slot.category), kind, short.get(slot.pk, 0))
        rows.setdefault(slot.section_id, []).append(row)
    sections = list(quiz.sections.order_by("position", "pk"))
    return Composition(
        [SectionRows(None, rows.get(None, [])), *(SectionRows(s, rows.get(s.pk, [])) for s in sections)]
    )


def addable(*, quiz: Quiz, text: str) -> QuerySet[Question]:
    """Return questions of the bank that are not in the quiz and fit the words of `text`, with their kind."""
    there = Question.objects.filter(course=quiz.course_id, archived_at=None).exclude(slots__quiz=quiz)
    found = holding(with_newest(there).exclude(Q(kind=None)), text)
    return found.select_related("category").order_by("name", "pk")[:MOST_FOUND]


def drawable_sizes(*, quiz: Quiz) -> dict[str, int]:
    """Return by name of a category how many questions can be drawn from it for this quiz, in one query."""
    fixed = Slot.objects.filter(quiz=quiz, question__isnull=False).values("question")
    rows = (
        Question.objects.filter(course=quiz.course_id, archived_at=None, category__isnull=False)
        .exclude(pk__in=fixed)
        .values_list("category__name")
        .annotate(size=Count("pk"))
        .order_by("category__name")
    )
    sizes = dict(rows)
    names = {"/".join(name.split("/")[:depth]) for name in sizes for depth in range(1, name.count("/") + 2)}
    return {drawer: sum(size for name, size in sizes.items() if is_inside(name, drawer)) for drawer in names}
