"""Writing questions."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import Course
from quizzes.errors import Refused
from quizzes.kinds import KINDS, Data
from quizzes.models import Category, Question, QuestionVersion


def create_question(
    *,
    course: Course,
    name: str,
    kind: str,
    body: str,
    data: Data,
    now: datetime,
    explanation: str = "",
    category: Category | None = None,
) -> Question:
    """Write a new question with its first version.

    Raises
    ------
    Refused
        The kind is unknown or its details are wrong; the message says what to mend.
    """
    _check(kind, body, data)
    with transaction.atomic():
        question = Question.objects.create(course=course, category=category, name=name[:200])
        QuestionVersion.objects.create(
            question=question, kind=kind, body=body, data=data, explanation=explanation, created_at=now
        )
    return question


def revise_question(
    *, question: Question, kind: str, body: str, data: Data, explanation: str, now: datetime
) -> QuestionVersion:
    """Write a new version; attempts keep the version they were given, new ones get this one.

    Raises
    ------
    Refused
        As `create_question`.
    """
    _check(kind, body, data)
    with transaction.atomic():
        Question.objects.select_for_update().get(pk=question.pk)
        last = question.versions.order_by("-number").values_list("number", flat=True).first() or 0
        return QuestionVersion.objects.create(
            question=question,
            number=last + 1,
            kind=kind,
            body=body,
            data=data,
            explanation=explanation,
            created_at=now,
        )


def _check(kind: str, body: str, data: Data) -> None:
    if kind not in KINDS:
        raise Refused(_("There is no kind of question called %(kind)s.") % {"kind": kind})
    problems = KINDS[kind].problems(data) or KINDS[kind].body_problems(data, body)
    if not body.strip():
        problems.insert(0, _("Write the question itself."))
    if problems:
        raise Refused(" ".join(problems))
