"""Questions from files into the bank: kept between look and import, and imported all together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import Course, User
from quizzes import formats
from quizzes.errors import Refused
from quizzes.formats import Draft, Reading, package
from quizzes.images import store_image
from quizzes.models import Question, Upload
from quizzes.queries.drafts import newest_versions
from quizzes.services.bank import create_question
from quizzes.services.shelving import category_named

MAX_FILES = 50
KEPT = timedelta(days=1)


@dataclass
class Imported:
    """What an import did."""

    created: list[Question] = field(default_factory=list)
    #: Questions that the course had before.
    already: list[Draft] = field(default_factory=list)
    #: Pictures that could not be read, with the question and the reason.
    left_out: list[str] = field(default_factory=list)


def import_questions(
    *, course: Course, readings: Sequence[Reading], by: User | None, now: datetime
) -> Imported:
    """Write all questions of some files into the bank, in one transaction.

    A question that the course has is not doubled: one of the same name that says the same, or of the same
    name, kind and reference.

    Raises
    ------
    Refused
        A question cannot be written; none is.
    """
    done = Imported()
    drafts = [draft for reading in readings for draft in reading.drafts]
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)  # two imports at once would double questions
        known = _Known(course, drafts)
        for draft in drafts:
            placed = _with_pictures(draft, course, now, done)
            if known.has(placed):
                done.already.append(draft)
                continue
            done.created.append(_create(placed, course, by, now))
            known.add(placed)
    return done


def _create(draft: Draft, course: Course, by: User | None, now: datetime) -> Question:
    try:
        return create_question(
            course=course,
            name=draft.title,
            kind=draft.kind,
            body=draft.body,
            data=draft.data,
            explanation=draft.explanation,
            hints=draft.hints,
            points=draft.points,
            penalty=draft.penalty,
            category=category_named(course=course, name=draft.category),
            tags=draft.tags,
            reference=draft.reference,
            author=by,
            now=now,
        )
    except Refused as refusal:
        message = _("“%(title)s”: %(reason)s Nothing was imported.")
        raise Refused(message % {"title": draft.title, "reason": refusal}) from refusal


class _Known:
    """The questions that a course has, as far as drafts could be the same."""

    def __init__(self, course: Course, drafts: Sequence[Draft]) -> None:
        self.contents: set[str] = set()
        self.references: set[tuple[str, str, str]] = set()
        names = {draft.title for draft in drafts}
        versions = newest_versions(Question.objects.filter(course=course, name__in=names))
        for version in versions:
            name, reference = version.question.name, version.question.reference
            self.contents.add(_content(name, version.kind, version.body, version.data))
            self.references.add((name, version.kind, reference))

    def has(self, draft: Draft) -> bool:
        same_reference = bool(draft.reference) and _named(draft) in self.references
        return same_reference or _content(draft.title, draft.kind, draft.body, draft.data) in self.contents

    def add(self, draft: Draft) -> None:
        self.contents.add(_content(draft.title, draft.kind, draft.body, draft.data))
        self.references.add(_named(draft))


def _named(draft: Draft) -> tuple[str, str, str]:
    return draft.title, draft.kind, draft.reference


def _content(name: str, kind: str, body: str, data: Any) -> str:  # noqa: ANN401 - JSON of any shape
    return repr((name, kind, body, _ordered(data)))


def _ordered(value: Any) -> Any:  # noqa: ANN401 - as above
    """Return JSON so that what means the same looks the same: sorted, without what is left out as well."""
    if isinstance(value, dict):
        said = {name: inner for name, inner in value.items() if inner not in (None, False, "", [])}
        if said.get("fraction") == 1:
            del said["fraction"]
        return [[name, _ordered(inner)] for name, inner in sorted(said.items())]
    if isinstance(value, list | tuple):
        return [_ordered(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _with_pictures(draft: Draft, course: Course, now: datetime, done: Imported) -> Draft:
    """Store a draft's pictures, and name them in its texts as the bank does."""
    names: dict[str, str] = {}
    for picture in draft.pictures:
        try:
            stored = store_image(course=course, name=picture.name, content=picture.content, now=now)
        except Refused as refusal:
            done.left_out.append(f"“{draft.title}”, {picture.name}: {refusal}")
        else:
            names[picture.name] = stored.digest
    if not draft.pictures:
        return draft
    return replace(
        draft,
        body=_renamed(draft.body, names),
        explanation=_renamed(draft.explanation, names),
        hints=tuple(_renamed(hint, names) for hint in draft.hints),
        data=_renamed_in(draft.data, names),
    )


def _renamed_in(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict):
        return {name: _renamed_in(inner, names) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed_in(inner, names) for inner in value]
    return _renamed(value, names) if isinstance(value, str) else value


def _renamed(text: str, names: dict[str, str]) -> str:
    """Name pictures by their digest; of one that is missing its description stays."""

    def rename(match: re.Match[str]) -> str:
        digest = names.get(match[2])
        return f"![{match[1]}](image:{digest})" if digest else match[1]

    return re.sub(r"!\[([^\]]*)\]\(image:([\w.-]+)\)", rename, text)


# Between look and import -----------------------------------------------------------------------------------


def keep_upload(*, course: Course, user: User, files: Sequence[tuple[str, bytes]], now: datetime) -> Upload:
    """Keep files until they are imported, a day at most.

    Raises
    ------
    Refused
        There are none, or too many.
    """
    if not files:
        raise Refused(_("Choose at least one file."))
    if len(files) > MAX_FILES:
        raise Refused(_("Upload at most %(most)d files at once.") % {"most": MAX_FILES})
    packed = package.pack({f"{place:03}/{name}": content for place, (name, content) in enumerate(files)})
    Upload.objects.filter(created_at__lt=now - KEPT).delete()
    upload, _created = Upload.objects.update_or_create(
        course=course,
        user=user,
        defaults={"digest": sha256(packed).hexdigest(), "content": packed, "created_at": now},
    )
    return upload


def read_upload(upload: Upload) -> list[tuple[str, Reading]]:
    """Return each kept file's name and what is in it."""
    return [
        (name[4:], formats.read(name[4:], content)) for name, content in package.unpack(bytes(upload.content))
    ]


def import_upload(*, upload: Upload, by: User, now: datetime) -> Imported:
    """Import what was looked at, and forget it."""
    with transaction.atomic():
        readings = [reading for _name, reading in read_upload(upload)]
        done = import_questions(course=upload.course, readings=readings, by=by, now=now)
        upload.delete()
    return done
