"""Questions as a table, a row each: the one format that carries every kind, and one that people can type.

The first row names the columns, in any order: `title`, `kind`, `question` (Markdown), `answers`, `wrong`,
`explanation`, `hints`, `points`, `penalty`, `category`, `tags`, `reference`, `details`, `pictures`. Only
`kind` and `question` are needed. `answers` are the right ones, one a line, `wrong` are the other choices:

- single, multiple, short_text: texts; ordering: texts in the right order; true_false: `true` or `false`
- numeric: `0.64` or, with a tolerance, `0.64:0.005`
- matching: `left -> right`, and in `wrong` what fits none

`details` is the question's data as JSON, as `quizzes.kinds` describes it, and stands instead of both. `hints`
and `tags` are one a line; `pictures` is JSON: names and contents in base64. Cells that a spreadsheet would
take for formulas have an apostrophe before them.
"""

import base64
import binascii
import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from classroom.exports import FORMULA_STARTS
from quizzes.formats import weights
from quizzes.formats.draft import Draft, Picture, Problem, Reading, Unreadable, title_of
from quizzes.formats.pictures import extension
from quizzes.formats.text import decode
from quizzes.formats.writing import number
from quizzes.kinds import KINDS, Data

COLUMNS = [
    "title",
    "kind",
    "question",
    "answers",
    "wrong",
    "explanation",
    "hints",
    "points",
    "penalty",
    "category",
    "tags",
    "reference",
    "details",
    "pictures",
]
MAX_CELL = 20 * 1024 * 1024
MAX_QUESTIONS = 5000
#: What a spreadsheet would compute, also behind the apostrophe that keeps it from doing so.
_RISKY = re.compile(rf"'*[ \n]*[{re.escape(''.join(FORMULA_STARTS))}]")


def is_table(start: str) -> bool:
    """Tell whether a file that begins so is one of these tables."""
    names = {name.strip().strip('"').lower() for name in re.split(r"[,;\t]", start.partition("\n")[0])}
    return {"kind", "question"} <= names


def read(content: bytes) -> Reading:
    """Read a table."""
    reading = Reading("csv")
    text = decode(content)
    head = text.partition("\n")[0]
    csv.field_size_limit(MAX_CELL)
    rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if not {"kind", "question"} <= set(names):
            raise Unreadable(
                _("The first row must name the columns: %(names)s.") % {"names": ", ".join(COLUMNS)}, 1
            )
        for name in names:
            if name and name not in COLUMNS:
                reading.warn(
                    _("The column “%(name)s” is not known and was left out.") % {"name": name[:50]}, 1
                )
        _read_rows(rows, names, reading)
    except Unreadable as fault:
        reading.give_up(fault.message, fault.line)
    except csv.Error as fault:
        reading.give_up(_("The table is broken: %(fault)s.") % {"fault": fault}, rows.line_num)
    return reading


def _read_rows(rows: Any, names: list[str], reading: Reading) -> None:  # noqa: ANN401 - csv has no public type for it
    line = rows.line_num + 1
    for row in rows:
        cells = {name: _bare(cell) for name, cell in zip(names, row, strict=False)}
        if any(cell.strip() for cell in cells.values()):
            if len(reading.drafts) >= MAX_QUESTIONS:
                raise Unreadable(_("There are too many questions in one file: split it."), line)
            try:
                reading.drafts.append(_draft(cells, line))
            except Unreadable as fault:
                reading.refuse(fault.message, line)
        line = rows.line_num + 1


def _draft(cells: dict[str, str], line: int) -> Draft:
    kind, body = cells.get("kind", "").strip().lower(), cells.get("question", "").strip()
    if kind not in KINDS:
        raise Unreadable(
            _("“%(kind)s” is no kind: write one of %(names)s.")
            % {"kind": kind[:50], "names": ", ".join(KINDS)}
        )
    if not body:
        raise Unreadable(_("There is no question in this row."))
    details = cells.get("details", "").strip()
    data = (
        _json(details, "details")
        if details
        else _data(kind, cells.get("answers", ""), cells.get("wrong", ""))
    )
    return Draft(
        title=title_of(cells.get("title", ""), body),
        kind=kind,
        body=body,
        data=data,
        explanation=cells.get("explanation", "").strip(),
        hints=_texts(cells.get("hints", "")),
        points=_number(cells, "points", 1.0, 9999),
        penalty=_number(cells, "penalty", 0.0, 1),
        category=cells.get("category", "").strip()[:200],
        tags=tuple(_lines(cells.get("tags", ""))),
        reference=cells.get("reference", "").strip()[:100],
        pictures=_pictures(cells.get("pictures", "")),
        line=line,
    )


def _json(text: str, column: str) -> Data:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Unreadable(
            _("The column “%(name)s” is no JSON: %(fault)s.") % {"name": column, "fault": fault}
        ) from fault
    if not isinstance(data, dict):
        raise Unreadable(_("The column “%(name)s” must hold a JSON object.") % {"name": column})
    return data


def _number(cells: dict[str, str], name: str, otherwise: float, most: float) -> float:
    text = cells.get(name, "").strip()
    value = weights.read_number(text) if text else otherwise
    if value is None or not 0 <= value <= most:
        raise Unreadable(_("The column “%(name)s” must hold a number from 0 on.") % {"name": name})
    return value


def _texts(cell: str) -> tuple[str, ...]:
    """Return texts of several lines each, as JSON, or one a line."""
    if cell.lstrip().startswith("["):
        try:
            return tuple(map(str, json.loads(cell)))
        except ValueError:
            pass
    return tuple(_lines(cell))


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.split("\n") if line.strip()]


def _pictures(cell: str) -> tuple[Picture, ...]:
    contents = _json(cell, "pictures") if cell.strip() else {}
    try:
        found = [Picture(name, base64.b64decode(str(content))) for name, content in contents.items()]
    except (binascii.Error, ValueError) as fault:
        raise Unreadable(_("The column “%(name)s” is no base64.") % {"name": "pictures"}) from fault
    return tuple(one for one in found if extension(one.content) and re.fullmatch(r"[\w.-]+", one.name))


def _data(kind: str, answers: str, wrong: str) -> Data:
    """Return the details of simple questions from their cells."""
    if kind not in _SIMPLE:
        raise Unreadable(_("Questions of this kind need the column “details”."))
    return _SIMPLE[kind](_lines(answers), _lines(wrong))


def _choice(answers: list[str], wrong: list[str]) -> Data:
    options = [{"text": text, "right": True} for text in answers]
    return {"options": options + [{"text": text, "right": False} for text in wrong]}


def _true_false(answers: list[str], wrong: list[str]) -> Data:
    said = "".join(answers).lower()
    if said not in {"true", "false"}:
        raise Unreadable(_("Write true or false into the column “answers”."))
    return {"right": said == "true"}


def _numeric(answers: list[str], wrong: list[str]) -> Data:
    made = []
    for line in answers:
        value, _colon, tolerance = line.partition(":")
        numbers = weights.read_number(value), weights.read_number(tolerance or "0")
        if numbers[0] is None or numbers[1] is None:
            raise Unreadable(_("“%(text)s” is no number: write 0.64 or 0.64:0.005.") % {"text": line[:50]})
        made.append({"value": numbers[0]} | ({"absolute": numbers[1]} if numbers[1] else {}))
    return {"answers": made}


def _matching(answers: list[str], wrong: list[str]) -> Data:
    pairs = [line.partition("->") for line in answers]
    if not all(arrow for _left, arrow, _right in pairs):
        raise Unreadable(_("Write pairs as left -> right, one a line."))
    data: Data = {"pairs": [{"left": left.strip(), "right": right.strip()} for left, _arrow, right in pairs]}
    return data | ({"distractors": wrong} if wrong else {})


_SIMPLE: dict[str, Callable[[list[str], list[str]], Data]] = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": lambda answers, wrong: {"accepted": answers},
    "matching": _matching,
    "ordering": lambda answers, wrong: {"items": answers},
    "essay": lambda answers, wrong: {},
}


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Problem]]:
    """Return the table; every kind has a place in it."""
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(COLUMNS)
    for draft in drafts:
        cells = _cells(draft)
        table.writerow([_safe(cells[name]) for name in COLUMNS])
    return b"\xef\xbb\xbf" + made.getvalue().encode(), []


def _cells(draft: Draft) -> dict[str, str]:
    answers, wrong = _simple_cells(draft)
    pictures = {one.name: base64.b64encode(one.content).decode() for one in draft.pictures}
    return {
        "title": draft.title,
        "kind": draft.kind,
        "question": draft.body,
        "answers": answers,
        "wrong": wrong,
        "explanation": draft.explanation,
        "hints": json.dumps(draft.hints, ensure_ascii=False) if draft.hints else "",
        "points": number(draft.points),
        "penalty": number(draft.penalty),
        "category": draft.category,
        "tags": "\n".join(draft.tags),
        "reference": draft.reference,
        "details": "" if answers else json.dumps(draft.data, ensure_ascii=False),
        "pictures": json.dumps(pictures) if pictures else "",
    }


def _simple_cells(draft: Draft) -> tuple[str, str]:
    """Return the cells for right and wrong answers if they say everything, else nothing."""
    try:
        rows = _simple_rows(draft.kind, draft.data)
        cells = ("\n".join(rows[0]), "\n".join(rows[1]))
        is_all = bool(cells[0]) and _data(draft.kind, *cells) == draft.data
    except (Unreadable, KeyError, TypeError, AttributeError):
        return "", ""
    return cells if is_all else ("", "")


def _simple_rows(kind: str, data: Data) -> tuple[list[str], list[str]]:
    rights: list[str] = []
    wrongs: list[str] = []
    match kind:
        case "single" | "multiple":
            rights = [one["text"] for one in data["options"] if one["right"]]
            wrongs = [one["text"] for one in data["options"] if not one["right"]]
        case "true_false":
            rights = [str(data["right"]).lower()]
        case "numeric":
            answers = [(number(one["value"]), one.get("absolute")) for one in data["answers"]]
            rights = [f"{value}:{number(tolerance)}" if tolerance else value for value, tolerance in answers]
        case "short_text":
            rights = data["accepted"]
        case "matching":
            rights = [f"{one['left']} -> {one['right']}" for one in data["pairs"]]
            wrongs = data.get("distractors", [])
        case "ordering":
            rights = data["items"]
    return rights, wrongs


def _safe(cell: str) -> str:
    return f"'{cell}" if _RISKY.match(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell
