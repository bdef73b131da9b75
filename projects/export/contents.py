"""What an archive of a hackathon holds: tables, JSON, calendar, files, and a page that explains them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom import exports, ical
from classroom.models import User
from classroom.uploads import clean_name
from projects import queries, words
from projects.export.table import Cell, Table
from projects.export.tables import TABLES
from projects.models import Answer, DataSet, Hackathon, Notebook, ProjectPicture, Source

Pieces = Iterator[bytes]


@dataclass(frozen=True)
class FileSet:
    """Files that are kept in a table: where they go, and what each is called."""

    folder: str
    about: str | Promise
    model: type[Model]
    within: str
    name: Callable[[Any], str]

    def keys(self, hackathon: Hackathon) -> list[int]:
        """Return the keys of the rows that hold a file."""
        rows = self.model._default_manager.filter(**{self.within: hackathon.pk}).exclude(content=None)
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def files(self, keys: list[int]) -> Iterator[tuple[str, bytes]]:
        """Read one file after another; what has gone meanwhile is left out."""
        for key in keys:
            row: Any = self.model._default_manager.filter(pk=key).first()
            if row is not None and row.content is not None:
                yield f"files/{self.folder}/{key}-{clean_name(self.name(row))}", bytes(row.content)


FILES = (
    FileSet(
        "registrations",
        gettext_lazy("what people uploaded when they registered; names begin with the number of the answer"),
        Answer,
        "registration__hackathon",
        lambda answer: answer.value,
    ),
    FileSet(
        "hand-ins",
        gettext_lazy("what teams handed in; names begin with the number of the hand-in"),
        Source,
        "submission__challenge__hackathon",
        lambda source: source.submission.filename,
    ),
    FileSet(
        "data",
        gettext_lazy("the data that come with challenges; names begin with the number of the challenge"),
        DataSet,
        "challenge__hackathon",
        lambda data: data.name,
    ),
    FileSet(
        "pictures",
        gettext_lazy("pictures of projects; names begin with the number of the picture"),
        ProjectPicture,
        "project__team__hackathon",
        lambda picture: f"{picture.project.title}.{picture.media_type.rpartition('/')[2]}",
    ),
    FileSet(
        "notebooks",
        gettext_lazy("notebooks of projects; names begin with the number of the project"),
        Notebook,
        "project__team__hackathon",
        lambda notebook: notebook.name,
    ),
)


def archive(
    *, hackathon: Hackathon, by: User | None, now: datetime
) -> tuple[int, Iterator[tuple[str, bytes | Pieces]]]:
    """Return how many files there are, and the files one after another."""
    keys = [(kept, kept.keys(hackathon)) for kept in FILES]
    language = (by.language if by else "") or hackathon.course.language

    def files() -> Iterator[tuple[str, bytes | Pieces]]:
        with translation.override(language):
            explained = _readme(hackathon, now)
        yield "README.txt", explained.encode()
        yield "everything.json", as_json(hackathon=hackathon, now=now)
        for each in TABLES:
            yield f"tables/{each.name}.csv", exports.csv_table(*as_csv(each, hackathon))
        yield "schedule.ics", _calendar(hackathon, by)
        for kept, rows in keys:
            yield from kept.files(rows)

    return 3 + len(TABLES) + sum(len(rows) for _kept, rows in keys), files()


def as_csv(table: Table, hackathon: Hackathon) -> tuple[list[str], Iterator[list[exports.Value]]]:
    """Return the head and the rows of a table for spreadsheets: yes and no in words."""
    words_of: dict[Cell, str] = {True: "yes", False: "no"}
    rows = (
        [words_of[cell] if isinstance(cell, bool) else cell for cell in row] for row in table.rows(hackathon)
    )
    return list(table.columns), rows


def as_json(*, hackathon: Hackathon, now: datetime) -> Pieces:
    """Write all tables as one JSON object, a row at a time; texts are as people wrote them."""
    about = {
        "hackathon": hackathon.title,
        "course": str(hackathon.course),
        "time_zone": hackathon.course.time_zone,
        "as_of": now.astimezone(hackathon.course.zone).isoformat(timespec="seconds"),
    }
    write = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` makes an encoder for every row
    yield write(about)[:-1].encode() + b', "tables": {'
    for number, table in enumerate(TABLES):
        yield (",\n" if number else "\n").encode() + write(table.name).encode() + b": ["
        for count, row in enumerate(table.rows(hackathon)):
            cells = dict(zip(table.columns, row, strict=True))
            yield (b",\n" if count else b"\n") + write(cells).encode()
        yield b"]"
    yield b"}}\n"


def _calendar(hackathon: Hackathon, by: User | None) -> bytes:
    return ical.feed(
        name=hackathon.title,
        zone=hackathon.course.time_zone,
        appointments=queries.appointments(
            hackathon=hackathon, which=queries.Calendar.EVENT, user=by or User()
        ),
    )


def _readme(hackathon: Hackathon, now: datetime) -> str:
    lines = [
        f"{hackathon.title} – {hackathon.course}",
        _("As of %(when)s. Times are on the clock of %(zone)s, with their offset.")
        % {"when": words.moment(now, hackathon.course), "zone": hackathon.course.time_zone},
        "",
        "everything.json: " + _("all tables in one file; texts are as people wrote them"),
        "schedule.ics: " + _("the calendar of the released schedule"),
        *(f"tables/{table.name}.csv: {table.about}" for table in TABLES),
        *(f"files/{kept.folder}/: {kept.about}" for kept in FILES),
        "",
        _(
            "Tables are UTF-8 with commas. A text that a spreadsheet would take for a formula begins with an "
            "apostrophe there."
        ),
        _(
            "Not in here: join codes, secret addresses of calendars, the hidden data and private scores of "
            "leaderboards, and what exercises are graded by."
        ),
        _("This holds personal data: keep it safe, and delete it when you no longer need it."),
    ]
    return "\r\n".join(lines) + "\r\n"
