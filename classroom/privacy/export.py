"""Everything that the site holds of a person, as an archive: a JSON file a table, and the files handed in."""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Q

from classroom.models import Course, Group, Outbox, User
from classroom.privacy.holdings import HOLDINGS, Holding, Scope
from quizzes import queries as quiz_queries

READ_ME = """What this site holds of {person}, as of {now} (UTC).

Each .json file is a table: a list of rows. The files that were handed in are in the folder "files".
Points and results that are not shown to you yet are left out; so are secrets, such as codes and seeds, and
what is about others. "audit_entry" is what staff did about you, and what you did as staff.
"""


def write_archive(*, user: User, now: datetime, to: IO[bytes]) -> None:
    """Write the archive to an open file."""
    scores = list(_scores(user, now))
    visible = frozenset(row["quiz_id"] for row in scores if row["score"] is not None)
    scope = Scope(user, now, visible)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", READ_ME.format(person=user, now=now.strftime("%Y-%m-%d %H:%M")))
        for holding in HOLDINGS:
            archive.writestr(f"{_name(holding)}.json", _json(_rows(holding, scope)))
            for name, content in _files(holding, user):
                archive.writestr(name, content)
        groups = Group.objects.filter(members=user).values("name", "course__title")
        archive.writestr("classroom/groups.json", _json(list(groups)))
        letters = Outbox.objects.filter(recipient=user.email)
        letters_shown = letters.values("subject", "body", "created_at", "sent_at", "course__title")
        archive.writestr("classroom/letters.json", _json(list(letters_shown)))
        archive.writestr("quizzes/scores.json", _json(scores))


def _rows(holding: Holding, scope: Scope) -> list[dict[str, Any]]:
    names = [
        field.attname
        for field in holding.model._meta.concrete_fields
        if not isinstance(field, BinaryField) and field.name not in holding.hide
    ]
    rows = holding.rows(scope.user).filter(holding.only(scope) or Q()).order_by("pk")
    return list(rows.values(*names, *holding.show))


def _files(holding: Holding, user: User) -> Iterator[tuple[str, bytes]]:
    """Yield a table's files, one at a time; their names hold nothing that leads out of the archive."""
    if holding.file is None:
        return
    content, name = holding.file
    rows = holding.rows(user).order_by("pk")
    for pk in rows.values_list("pk", flat=True):
        found, called = rows.filter(pk=pk).values_list(content, name).get()
        if found is not None:
            plain = re.sub(r"[^\w.-]+", "_", str(called)).lstrip(".")[:100]
            yield f"files/{_name(holding)}/{pk}-{plain or 'file'}", bytes(found)


def _scores(user: User, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the scores of quizzes as the person's own pages show them."""
    for course in Course.objects.filter(enrolments__user=user).distinct():
        for card in quiz_queries.cards_for(user=user, course=course, now=now):
            if card.max_score is not None:
                yield {
                    "course": course.title,
                    "quiz_id": card.quiz_id,
                    "quiz": card.title,
                    "score": card.score,
                    "max_score": card.max_score,
                }


def _name(holding: Holding) -> str:
    app, model = holding.label.split(".")
    return f"{app}/{re.sub(r'(?<!^)(?=[A-Z])', '_', model).lower()}"


def _json(rows: Sequence[object]) -> str:
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
