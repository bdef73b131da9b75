"""Writing questions: what one says is a version, and a version never changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from classroom.models import Course, User
from quizzes.errors import Outdated, Refused
from quizzes.kinds import KINDS, Data
from quizzes.models import Category, Question, QuestionVersion, Tag


def create_question(  # noqa: PLR0913 - a question has so many parts, and each is named by its caller
    *,
    course: Course,
    name: str,
    kind: str,
    body: str,
    data: Data,
    now: datetime,
    explanation: str = "",
    hints: Sequence[str] = (),
    points: Decimal | float = 1,
    penalty: float = 0,
    category: Category | None = None,
    tags: Iterable[str] = (),
    reference: str = "",
    author: User | None = None,
) -> Question:
    """Write a new question with its first version.

    Raises
    ------
    Refused
        The kind is unknown or its details are wrong; the message says what to mend.
    """
    _check(kind, body, data)
    with transaction.atomic():
        question = Question.objects.create(
            course=course, category=category, name=name[:200], reference=reference[:100]
        )
        question.tags.set(tags_named(course, tags))
        QuestionVersion.objects.create(
            question=question,
            kind=kind,
            body=body,
            data=data,
            explanation=explanation,
            hints=list(hints),
            points=_decimal(points),
            penalty=penalty,
            author=author,
            created_at=now,
        )
    return question


def revise_question(  # noqa: PLR0913 - as above
    *,
    question: Question,
    kind: str,
    body: str,
    data: Data,
    explanation: str,
    now: datetime,
    hints: Sequence[str] | None = None,
    points: Decimal | float | None = None,
    penalty: float | None = None,
    author: User | None = None,
    based_on: int | None = None,
) -> QuestionVersion:
    """Write a new version, or return the newest one if nothing is different.

    Attempts keep the version they were given, new ones get this one. Hints, points and penalty that are not
    given stay as they are.

    Parameters
    ----------
    based_on
        The number of the version that the author has changed; None: whichever is the newest.

    Raises
    ------
    Outdated
        Somebody has written a newer version than `based_on`.
    Refused
        As `create_question`.
    """
    _check(kind, body, data)
    with transaction.atomic():
        Question.objects.select_for_update().get(pk=question.pk)
        last = question.versions.order_by("-number").first()
        if last is not None and based_on not in {None, last.number}:
            raise Outdated(
                _("Somebody has changed this question since you opened it. Compare both, then save again.")
            )
        written = QuestionVersion(
            question=question,
            number=last.number + 1 if last else 1,
            kind=kind,
            body=body,
            data=data,
            explanation=explanation,
            hints=list(hints) if hints is not None else last.hints if last else [],
            points=_decimal(points) if points is not None else last.points if last else Decimal(1),
            penalty=penalty if penalty is not None else last.penalty if last else 0,
            author=author,
            created_at=now,
        )
        if last is not None and _says(last) == _says(written):
            return last
        written.save(force_insert=True)
    return written


def rewrite_question(
    *,
    question: Question,
    name: str,
    category: Category | None,
    tags: Iterable[str],
    content: dict[str, Any],
    author: User,
    based_on: int | None,
    now: datetime,
) -> QuestionVersion:
    """Save what an author changed in the editor: `content` is what `revise_question` takes.

    Raises
    ------
    Outdated, Refused
        As `revise_question`; then nothing is changed.
    """
    with transaction.atomic():
        version = revise_question(question=question, author=author, based_on=based_on, now=now, **content)
        describe_question(question=question, name=name, category=category, tags=tags)
    return version


def describe_question(
    *, question: Question, name: str, category: Category | None, tags: Iterable[str]
) -> None:
    """Give a question its name and place in the bank, of which its versions know nothing."""
    with transaction.atomic():
        question.name, question.category = name[:200], category
        question.save(update_fields=["name", "category"])
        question.tags.set(tags_named(question.course, tags))


def copy_question(*, question: Question, by: User, now: datetime) -> Question:
    """Write a new question that says what the newest version of this one says."""
    newest = question.versions.order_by("-number").first()
    if newest is None:
        raise Refused(_("There is nothing to copy: this question has no text yet."))
    with transaction.atomic():
        return create_question(
            course=question.course,
            name=_("%(name)s (copy)") % {"name": question.name[:180]},
            kind=newest.kind,
            body=newest.body,
            data=newest.data,
            explanation=newest.explanation,
            hints=newest.hints,
            points=newest.points,
            penalty=newest.penalty,
            category=question.category,
            tags=[tag.name for tag in question.tags.all()],
            author=by,
            now=now,
        )


def delete_question(*, question: Question) -> None:
    """Delete a question that nobody was ever given.

    Raises
    ------
    Refused
        A quiz has it, or an attempt.
    """
    try:
        question.delete()
    except (ProtectedError, IntegrityError):  # the second: given to somebody in this moment
        raise Refused(
            _("This question is part of a quiz or of somebody's attempt: archive it instead.")
        ) from None


def tags_named(course: Course, names: Iterable[str]) -> list[Tag]:
    """Return the course's tags with these names, new ones made."""
    cleaned = dict.fromkeys(" ".join(name.split())[:60] for name in names if name.strip())
    return [Tag.objects.get_or_create(course=course, name=name)[0] for name in cleaned]


def _check(kind: str, body: str, data: Data) -> None:
    if kind not in KINDS:
        raise Refused(_("There is no kind of question called %(kind)s.") % {"kind": kind})
    problems = KINDS[kind].problems(data) or KINDS[kind].body_problems(data, body)
    if not body.strip():
        problems.insert(0, _("Write the question itself."))
    if problems:
        raise Refused(" ".join(problems))


def _decimal(points: Decimal | float) -> Decimal:
    return round(Decimal(points), 2)


def _says(version: QuestionVersion) -> list[Any]:
    return [
        version.kind,
        version.body,
        version.data,
        version.explanation,
        version.hints,
        version.points,
        version.penalty,
    ]
