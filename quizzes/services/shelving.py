"""Keeping the question bank in order: many questions at once, and the categories they are in."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from classroom.models import Course
from quizzes.drawing import is_inside
from quizzes.errors import Refused
from quizzes.models import Category, Question, Quiz, Slot
from quizzes.queries.drawers import inside
from quizzes.services.bank import tags_named
from quizzes.services.slots import add_question

MAX_NAME = 200


def archive_questions(*, course: Course, ids: Iterable[int], now: datetime, archived: bool = True) -> int:
    """Take questions out of the bank's list, or put them back; return how many. Quizzes keep them."""
    questions = Question.objects.filter(course=course, pk__in=ids, archived_at__isnull=archived)
    return questions.update(archived_at=now if archived else None)


def categorise(*, course: Course, ids: Iterable[int], category: Category | None) -> int:
    """Put questions into a category of their course, or into none."""
    return Question.objects.filter(course=course, pk__in=ids).update(category=category)


def tag_questions(*, course: Course, ids: Iterable[int], names: Iterable[str]) -> int:
    """Give questions further tags."""
    with transaction.atomic():
        tags = tags_named(course, names)
        if not tags:
            raise Refused(_("Write at least one tag."))
        questions = list(Question.objects.filter(course=course, pk__in=ids).order_by("pk"))
        joined = Question.tags.through
        joined.objects.bulk_create(
            [joined(question=question, tag=tag) for question in questions for tag in tags],
            ignore_conflicts=True,
        )
    return len(questions)


def add_to_quiz(*, quiz: Quiz, ids: Iterable[int]) -> int:
    """Put questions at the end of a quiz, each with its own points; what the quiz has already stays once.

    Raises
    ------
    Refused
        The quiz has been taken, or is full; then none is added.
    """
    with transaction.atomic():
        there = quiz.slots.filter(question__isnull=False).values("question")
        questions = Question.objects.filter(course=quiz.course, pk__in=ids, archived_at=None)
        added = list(questions.exclude(pk__in=there).order_by("name", "pk"))
        for question in added:
            add_question(quiz=quiz, question=question)
    return len(added)


def category_named(*, course: Course, name: str) -> Category | None:
    """Return the course's category of this name, made if it is new; None for no name."""
    name = tidy(name)
    return Category.objects.get_or_create(course=course, name=name)[0] if name else None


def rename_category(*, course: Course, path: str, name: str) -> None:
    """Rename a category; those inside it go along.

    Raises
    ------
    Refused
        The name is empty, or there is a category of that name.
    """
    new = tidy(name)
    if not new:
        raise Refused(_("Give the category a name."))
    try:
        with transaction.atomic():
            for category in _below(course, path):
                category.name = new + category.name[len(path) :]
                if len(category.name) > MAX_NAME:
                    raise Refused(_("This name is too long."))
                category.save(update_fields=["name"])
    except IntegrityError:
        raise Refused(_("There is a category of that name already.")) from None


def delete_category(*, course: Course, path: str) -> None:
    """Delete a category and those inside it. Its questions stay, in no category.

    Raises
    ------
    Refused
        A quiz draws questions from it.
    """
    try:
        with transaction.atomic():
            for category in _below(course, path):
                category.delete()
    except ProtectedError as error:
        quizzes = sorted({str(slot.quiz) for slot in error.protected_objects if isinstance(slot, Slot)})
        raise Refused(
            _("Questions are drawn from this category in %(quizzes)s: change that first.")
            % {"quizzes": ", ".join(quizzes)}
        ) from None


def tidy(name: str) -> str:
    """Return a category's name without empty parts: " Week 7 / /Pooling/" is "Week 7/Pooling"."""
    parts = (" ".join(part.split()) for part in name.split("/"))
    return "/".join(part for part in parts if part)[:MAX_NAME].strip("/ ")


def _below(course: Course, path: str) -> list[Category]:
    """Return the category and those inside it."""
    found = Category.objects.filter(inside(path, "name"), course=course).select_for_update().order_by("name")
    return [one for one in found if is_inside(one.name, path)]
