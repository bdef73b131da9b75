"""Questions of the bank as drafts, for files."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Max, QuerySet

from quizzes.formats import Draft, Picture
from quizzes.models import Question, QuestionImage, QuestionVersion

_PICTURE = re.compile(r"\]\(image:([0-9a-f]{64})\)")
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


def newest_versions(questions: QuerySet[Question]) -> list[QuestionVersion]:
    """Return what each question says now, with the question."""
    newest = questions.annotate(newest=Max("versions__number")).values_list("pk", "newest")
    numbers = dict(newest)
    versions = QuestionVersion.objects.filter(question__in=list(numbers)).select_related("question__category")
    return [version for version in versions if version.number == numbers[version.question_id]]


def drafts_of(questions: QuerySet[Question]) -> list[Draft]:
    """Return questions as a file gives them, by category and name; the same few queries for any number."""
    versions = newest_versions(questions)
    tags: dict[int, list[str]] = {}
    joined = Question.tags.through.objects.filter(question__in=[one.question_id for one in versions])
    for pk, name in joined.order_by("tag__name").values_list("question", "tag__name"):
        tags.setdefault(pk, []).append(name)
    drafts = [_draft(version, tags.get(version.question_id, [])) for version in versions]
    drafts.sort(key=lambda draft: (draft.category, draft.title))
    return _with_pictures(drafts, versions)


def _draft(version: QuestionVersion, tags: Sequence[str]) -> Draft:
    question = version.question
    return Draft(
        title=question.name,
        kind=version.kind,
        body=version.body,
        data=version.data,
        explanation=version.explanation,
        hints=tuple(version.hints),
        points=float(version.points),
        penalty=version.penalty,
        category=question.category.name if question.category else "",
        tags=tuple(tags),
        reference=question.reference,
    )


def _with_pictures(drafts: Sequence[Draft], versions: Sequence[QuestionVersion]) -> list[Draft]:
    wanted = {digest for draft in drafts for digest in _PICTURE.findall(" ".join(_texts(draft)))}
    courses = {version.question.course_id for version in versions}
    images = QuestionImage.objects.filter(course__in=courses, digest__in=wanted) if wanted else []
    pictures = {
        image.digest: Picture(f"{image.digest[:16]}.{_EXTENSIONS[image.media_type]}", bytes(image.content))
        for image in images
    }
    return [_renamed(draft, pictures) for draft in drafts]


def _texts(draft: Draft) -> Iterable[str]:
    return [draft.body, draft.explanation, *draft.hints, *_strings(draft.data)]


def _strings(value: Any) -> list[str]:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict | list):
        return [
            text
            for inner in (value.values() if isinstance(value, dict) else value)
            for text in _strings(inner)
        ]
    return [value] if isinstance(value, str) else []


def _renamed(draft: Draft, pictures: dict[str, Picture]) -> Draft:
    """Name a draft's pictures as files are named."""
    digests = dict.fromkeys(_PICTURE.findall(" ".join(_texts(draft))))
    used = {digest: pictures[digest] for digest in digests if digest in pictures}
    if not used:
        return draft

    def rename(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
        if isinstance(value, dict):
            return {name: rename(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(rename(inner) for inner in value)
        if not isinstance(value, str):
            return value
        return _PICTURE.sub(
            lambda match: f"](image:{used[match[1]].name})" if match[1] in used else match[0], value
        )

    return replace(
        draft,
        body=rename(draft.body),
        explanation=rename(draft.explanation),
        hints=rename(draft.hints),
        data=rename(draft.data),
        pictures=tuple(used.values()),
    )
