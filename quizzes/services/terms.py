"""Quizzes and the question bank for a course's new term; never what anybody did with them."""

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.copying import Copied, as_new
from classroom.models import Course
from classroom.shifting import Moved, Shift
from quizzes.models import (
    Category,
    Question,
    QuestionImage,
    QuestionVersion,
    Quiz,
    Section,
    Slot,
    Tag,
)
from quizzes.services.guests import give_join_code


def dates_of_quizzes(*, source: Course, shift: Shift) -> list[Moved]:
    """Return where the dates of quizzes would go."""
    moved: list[Moved] = []
    for quiz in Quiz.objects.filter(course=source).select_related("week"):
        times = [(_("shown to students from"), quiz.published_at)]
        if not quiz.lobby:
            times += [(_("opens"), quiz.opens_at), (_("closes"), quiz.closes_at)]
        moved += shift.moved(_("Quiz"), quiz.title, times)
    return moved


def copy_quizzes(*, copied: Copied) -> None:
    """Copy the bank with its current versions, and the quizzes with sections and questions.

    A quiz that everybody starts together waits for the button again. Codes are new, nothing is released.
    """
    with transaction.atomic():
        categories = _copy_bank(copied)
        questions = _copy_questions(copied, categories)
        for quiz in Quiz.objects.filter(course=copied.source):
            _copy_quiz(quiz, copied, categories, questions)


def _copy_bank(copied: Copied) -> dict[int, Category]:
    categories = {}
    for category in Category.objects.filter(course=copied.source):
        old = category.pk
        as_new(category, course=copied.course).save(force_insert=True)
        categories[old] = category
    for image in QuestionImage.objects.filter(course=copied.source):
        as_new(image, course=copied.course).save(force_insert=True)  # one at a time: they are large
    return categories


def _copy_questions(copied: Copied, categories: dict[int, Category]) -> dict[int, Question]:
    """Copy the questions, archived ones too if a quiz asks them; what each says now is its first version."""
    tags = {}
    for tag in Tag.objects.filter(course=copied.source):
        old = tag.pk
        as_new(tag, course=copied.course).save(force_insert=True)
        tags[old] = tag
    newest = {
        version.question_id: version
        for version in QuestionVersion.objects.filter(question__course=copied.source).order_by("number")
    }
    tagged = list(Question.tags.through.objects.filter(question__course=copied.source))
    questions = {}
    for question in Question.objects.filter(course=copied.source):
        old = question.pk
        category = categories[question.category_id] if question.category_id else None
        as_new(question, course=copied.course, category=category).save(force_insert=True)
        questions[old] = question
    QuestionVersion.objects.bulk_create(
        as_new(version, question=questions[old], number=1, created_at=copied.now)
        for old, version in newest.items()
    )
    Question.tags.through.objects.bulk_create(
        Question.tags.through(question=questions[row.question_id], tag=tags[row.tag_id]) for row in tagged
    )
    return questions


def _copy_quiz(
    quiz: Quiz, copied: Copied, categories: dict[int, Category], questions: dict[int, Question]
) -> None:
    key = quiz.deadline_key
    sections, slots = list(Section.objects.filter(quiz=quiz)), list(Slot.objects.filter(quiz=quiz))
    opens, closes = (None, None) if quiz.lobby else copied.shift.span(quiz.opens_at, quiz.closes_at)
    as_new(
        quiz,
        course=copied.course,
        week=copied.week(quiz.week_id),
        published_at=copied.shown(quiz.published_at),
        opens_at=opens,
        closes_at=closes,
        join_code=None,
        access_code="",
        review_released_at=None,
        review_forced=False,
    ).save(force_insert=True)
    copied.items[key] = quiz.deadline_key
    if quiz.anonymous:
        give_join_code(quiz=quiz, by=copied.by, now=copied.now)
    new: dict[int, Section] = {}
    for section in sections:
        old = section.pk
        as_new(section, quiz=quiz).save(force_insert=True)
        new[old] = section
    Slot.objects.bulk_create(
        as_new(
            slot,
            quiz=quiz,
            section=new[slot.section_id] if slot.section_id else None,
            question=questions[slot.question_id] if slot.question_id else None,
            category=categories[slot.category_id] if slot.category_id else None,
        )
        for slot in slots
    )
