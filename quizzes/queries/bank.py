"""The question bank as staff see it: a page of questions, and what they can be narrowed down by."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from classroom.models import Course
from quizzes.models import AttemptItem, Category, Kind, Question, QuestionVersion, Quiz
from quizzes.queries.drawers import inside

#: The category filter's value for "in no category"; no category can be called so.
NO_CATEGORY = "/"
#: A search looks for so many words.
MOST_WORDS = 8


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for in the bank; empty: everything."""

    text: str = ""
    category: str = ""
    tag: str = ""
    kind: str = ""
    archived: bool = False


@dataclass(frozen=True)
class BankRow:
    """A question in the list. `facility` is the mean share of its points that answers have earned so far."""

    pk: int
    name: str
    kind: str
    category: str
    tags: list[str]
    is_archived: bool
    quizzes: list[Quiz]
    facility: float | None
    answers: int


@dataclass(frozen=True)
class Drawer:
    """A category with the number of questions in it and below it. `path` is what the filter takes."""

    path: str
    label: str
    depth: int
    questions: int


def questions_in_bank(*, course: Course, wanted: Wanted) -> QuerySet[Question]:
    """Return the questions that are looked for, by name, with `kind` and `body` of the newest version."""
    found = with_newest(Question.objects.filter(course=course, archived_at__isnull=not wanted.archived))
    if wanted.category == NO_CATEGORY:
        found = found.filter(category=None)
    elif wanted.category:
        found = found.filter(inside(wanted.category, "category__name"))
    if wanted.tag:
        found = found.filter(tags__name=wanted.tag)
    if wanted.kind:
        found = found.filter(Q(kind=wanted.kind))
    return holding(found, wanted.text).select_related("category").order_by("name", "pk")


def with_newest(questions: QuerySet[Question]) -> QuerySet[Question]:
    """Return the questions with `kind` and `body` of their newest version, None where nothing is written."""
    newest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number")
    return questions.annotate(
        kind=Subquery(newest.values("kind")[:1]), body=Subquery(newest.values("body")[:1])
    )


def holding(questions: QuerySet[Question], text: str) -> QuerySet[Question]:
    """Return those of `with_newest` that hold each word of `text` in name, body, category or a tag."""
    for word in text.split()[:MOST_WORDS]:
        tagged = Question.tags.through.objects.filter(question=OuterRef("pk"), tag__name__icontains=word)
        questions = questions.filter(
            Q(name__icontains=word)
            | Q(body__icontains=word)
            | Q(category__name__icontains=word)
            | Exists(tagged)
        )
    return questions


def bank_rows(questions: Sequence[Question]) -> list[BankRow]:
    """Return the rows of one page; as many queries for one question as for fifty."""
    ids = [question.pk for question in questions]
    quizzes = _quizzes_with(ids)
    facilities = _facilities(ids)
    tags = _tags_of(ids)
    return [
        BankRow(
            pk=question.pk,
            name=question.name,
            kind=str(dict(Kind.choices).get(question.kind, "")),  # type: ignore[attr-defined]  # annotated
            category=question.category.name if question.category else "",
            tags=tags.get(question.pk, []),
            is_archived=question.archived_at is not None,
            quizzes=quizzes.get(question.pk, []),
            facility=facilities.get(question.pk, (None, 0))[0],
            answers=facilities.get(question.pk, (None, 0))[1],
        )
        for question in questions
    ]


def drawers(*, course: Course) -> list[Drawer]:
    """Return the course's categories as a tree, written down in order: parents that only names imply, too."""
    counted = Category.objects.filter(course=course).annotate(
        size=Count("questions", filter=Q(questions__archived_at=None))
    )
    sizes: dict[tuple[str, ...], int] = {}
    for category in counted:
        parts = tuple(category.name.split("/"))
        for depth in range(1, len(parts) + 1):
            sizes[parts[:depth]] = sizes.get(parts[:depth], 0) + category.size
    return [
        Drawer("/".join(parts), parts[-1], len(parts) - 1, sizes[parts])
        for parts in sorted(sizes, key=lambda parts: [_natural(part) for part in parts])
    ]


def _natural(text: str) -> list[str | int]:
    """Return a key that sorts "Week 10" after "Week 9"."""
    pieces = re.split(r"([0-9]{1,9})", text.casefold())
    return [int(piece) if place % 2 else piece for place, piece in enumerate(pieces)]


def quizzes_with(question: Question) -> list[Quiz]:
    """Return the quizzes that have this question in a place of its own or may draw it."""
    in_place = Q(slots__question=question)
    if question.category_id:
        in_place |= Q(slots__category=question.category_id)
    return list(Quiz.objects.filter(in_place, course=question.course_id).distinct().order_by("pk"))


def facility_of(question: Question) -> tuple[float | None, int]:
    """Return the mean share of the points that answers have earned, and how many there are."""
    return _facilities([question.pk]).get(question.pk, (None, 0))


def _quizzes_with(ids: Iterable[int]) -> dict[int, list[Quiz]]:
    found: dict[int, list[Quiz]] = {}
    placed = Quiz.objects.filter(slots__question__in=ids).annotate(asked=F("slots__question"))
    for quiz in placed.order_by("pk"):
        found.setdefault(quiz.asked, []).append(quiz)
    return found


def _facilities(ids: Iterable[int]) -> dict[int, tuple[float | None, int]]:
    scored = AttemptItem.objects.filter(
        version__question__in=ids, points__isnull=False, max_points__gt=0, attempt__finished_at__isnull=False
    )
    rows = scored.order_by().values("version__question")
    return {
        row["version__question"]: (row["mean"], row["answers"])
        for row in rows.annotate(mean=Avg(F("points") / F("max_points")), answers=Count("pk"))
    }


def _tags_of(ids: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    joined = Question.tags.through.objects.filter(question__in=ids)
    for question, name in joined.order_by("tag__name").values_list("question", "tag__name"):
        found.setdefault(question, []).append(name)
    return found
