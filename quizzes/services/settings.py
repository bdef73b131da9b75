"""A quiz as its author makes it: new, changed, copied, shown to students, taken away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from classroom.models import Course, User
from quizzes.errors import Refused
from quizzes.models import Attempt, Quiz, Section, Slot
from quizzes.services.audit import note
from quizzes.services.deadlines import Moved, following
from quizzes.services.guests import give_join_code
from quizzes.services.running import check_questions

#: What decides scores; once somebody has been scored by it, it stays.
SCORING = ("marking", "practice", "hint_cost_percent")
#: What may only grow while somebody writes; None has no end.
GROWING = ("time_limit_seconds", "closes_at", "grace_seconds")
#: What everybody's clock follows from.
FIXED_WHILE_WRITING = ("opens_at", "lobby")


def create_quiz(*, course: Course, values: Mapping[str, Any], by: User, now: datetime) -> Quiz:
    """Write a new quiz without questions, which only staff see; `values` are its fields."""
    with transaction.atomic():
        quiz = Quiz.objects.create(course=course, **dict(values) | {"published_at": None})
        note(quiz, by, "quiz.created", now)
        if quiz.anonymous:
            give_join_code(quiz=quiz, by=by, now=now)
    return quiz


def change_settings(*, quiz: Quiz, values: Mapping[str, Any], by: User, now: datetime) -> Moved:
    """Change the quiz's fields as far as is fair to those who write or have written.

    A longer limit, a later close and a longer grace are for everybody at once, those who write included; what
    is shown, who may enter and in which order is for everybody from now on.

    Raises
    ------
    Refused
        Somebody who writes would lose time, somebody was scored otherwise, or the quiz would be shown to
        students with too few questions. Its message names the remedy.
    """
    with following([quiz], by=by, now=now, why="settings") as moved:
        fresh = Quiz.objects.get(pk=quiz.pk)
        changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
        _check_scoring(fresh, changed)
        if moved.running:
            _check_clock(fresh, changed)
        if changed.get("published_at") is not None:
            check_questions(fresh)
        if changed:
            Quiz.objects.filter(pk=quiz.pk).update(**changed)
            note(quiz, by, "quiz.changed", now, fields=sorted(changed))
        if changed.get("anonymous") and fresh.join_code is None:
            give_join_code(quiz=quiz, by=by, now=now)
    quiz.refresh_from_db()
    return moved


def _check_scoring(quiz: Quiz, changed: Mapping[str, Any]) -> None:
    if any(name in changed for name in SCORING) and Attempt.objects.filter(quiz=quiz).exists():
        raise Refused(
            _(
                "Students have been scored already, so marking, practice and the cost of hints stay as they "
                "are. Copy the quiz and change the copy."
            )
        )


def _check_clock(quiz: Quiz, changed: Mapping[str, Any]) -> None:
    if any(name in changed for name in FIXED_WHILE_WRITING):
        raise Refused(
            _("Students are writing: the opening and the common start stay as they are until they are done.")
        )
    for name in GROWING:
        if name in changed and _shrinks(getattr(quiz, name), changed[name]):
            raise Refused(
                _(
                    "Students are writing, and nobody may lose time: time limit, closing date and grace can "
                    "only grow until they are done. To end the quiz now, close it."
                )
            )


def _shrinks(before: Any, after: Any) -> bool:  # noqa: ANN401 - moments or numbers
    return after is not None and (before is None or after < before)


def publish_quiz(*, quiz: Quiz, by: User, now: datetime) -> bool:
    """Show the quiz to students; return False when it was shown already.

    Raises
    ------
    Refused
        It has no questions, or too few to draw from.
    """
    check_questions(quiz)
    with transaction.atomic():
        hidden = Quiz.objects.filter(pk=quiz.pk).exclude(published_at__lte=now)
        published = hidden.update(published_at=now)
        if published:
            note(quiz, by, "quiz.published", now)
    quiz.refresh_from_db()
    return bool(published)


def unpublish_quiz(*, quiz: Quiz, by: User, now: datetime) -> None:
    """Hide the quiz from students; what they handed in stays with the staff.

    Raises
    ------
    Refused
        Somebody is writing it.
    """
    with transaction.atomic():
        Quiz.objects.select_for_update(of=("self",), no_key=True).get(pk=quiz.pk)
        if Attempt.objects.accepting(now).filter(quiz=quiz).exists():
            raise Refused(_("Students are writing this quiz: close it first."))
        Quiz.objects.filter(pk=quiz.pk).update(published_at=None)
        note(quiz, by, "quiz.unpublished", now)
    quiz.refresh_from_db()


def delete_quiz(*, quiz: Quiz, by: User, now: datetime) -> None:
    """Delete a quiz that nobody has taken; its questions stay in the bank.

    Raises
    ------
    Refused
        Somebody has taken it.
    """
    with transaction.atomic():
        Quiz.objects.select_for_update(of=("self",), no_key=True).get(pk=quiz.pk)
        if Attempt.objects.filter(quiz=quiz).exists():
            raise Refused(_("Students have taken this quiz, so it stays. You can hide it from them instead."))
        note(quiz, by, "quiz.deleted", now, title=quiz.title)
        Quiz.objects.filter(pk=quiz.pk).delete()


def copy_quiz(*, quiz: Quiz, by: User, now: datetime) -> Quiz:
    """Return a copy with the same settings, sections and questions, but no dates, codes or release."""
    with transaction.atomic():
        copy = Quiz.objects.get(pk=quiz.pk)
        _as_new(copy)
        copy.title = _("%(title)s (copy)") % {"title": quiz.title[:180]}
        copy.published_at = copy.opens_at = copy.closes_at = copy.review_released_at = None
        copy.review_forced, copy.join_code, copy.access_code, copy.anonymous = False, None, "", False
        copy.save(force_insert=True)
        sections: dict[int | None, Section | None] = {None: None}
        for section in Section.objects.filter(quiz=quiz):
            old = section.pk
            _as_new(section)
            section.quiz = copy
            section.save(force_insert=True)
            sections[old] = section
        slots = list(quiz.slots.all())
        for slot in slots:
            slot.section = sections[slot.section_id]
            slot.quiz = copy
            _as_new(slot)
        Slot.objects.bulk_create(slots)
        note(copy, by, "quiz.copied", now, source=quiz.pk)
    copy.course = quiz.course
    return copy


def _as_new(row: Model) -> None:
    """Make a row that was read one that is still to be written."""
    row.pk = None
    row._state.adding = True
