"""A matrix or vector, typed as numpy or as plain rows; every entry counts.

`data`: ``{"value": [[1, 2], [3, 4]], "absolute": 0.0, "relative": 0.0, "shape_given": true, "slip_credit":
0.5}``. ``value`` is a list of rows. An entry is right within the larger tolerance. With ``shape_given`` the
page says how many rows and columns there are. The right matrix transposed earns ``slip_credit``.

An answer is one field: ``[[1, 2], [3, 4]]``, or rows on lines of their own (or after semicolons) with spaces
or commas between entries. Entries have decimal points, since a comma parts them; fractions like 1/2 are read.
"""

import re

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value
from quizzes.kinds.numeric import is_within, read_number

Rows = list[list[float]]
MOST = 12
MAX_LENGTH = 5_000


class Matrix(QuestionKind):
    """A small text area."""

    template = "quizzes/kinds/_matrix.html"
    review_template = "quizzes/kinds/_matrix_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.slip_problems(data)
        rows = data.get("value")
        if not (isinstance(rows, list) and rows and all(isinstance(row, list) and row for row in rows)):
            return [*found, _("Give the right matrix as a list of rows, for example [[1, 2], [3, 4]].")]
        if len({len(row) for row in rows}) > 1:
            found.append(_("All rows must have the same number of entries."))
        if max(len(rows), *map(len, rows)) > MOST:
            found.append(_("A matrix has at most %(most)d rows and columns.") % {"most": MOST})
        if not all(base.is_number(entry) for row in rows for entry in row):
            found.append(_("The entries of the matrix must be numbers."))
        tolerances = [data.get("absolute", 0), data.get("relative", 0)]
        if not all(map(base.is_number, tolerances)) or min(tolerances) < 0:
            found.append(_("A tolerance is a number, and not below 0."))
        if not isinstance(data.get("shape_given", True), bool):
            found.append(_("Whether the shape is given is either true or false."))
        return found

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        rows = data["value"]
        shape = {"rows": len(rows), "columns": len(rows[0])} if data.get("shape_given", True) else None
        return {"text": value[0] if value else "", "shape": shape}

    def score(self, data: Data, value: Value) -> Score:
        """Return the share of right entries; a matrix of another shape earns nothing, transposed some."""
        text = value[0] if len(value) == 1 else ""
        if not text.strip():
            return Score(0)
        said, key = read_matrix(text), data["value"]
        if said is None:
            return Score(
                0, _("This could not be read as a matrix; write rows of numbers like [[1, 2], [3, 4]].")
            )
        earned = _share_right(said, key, data)
        credit = float(data.get("slip_credit", 0.5))
        if earned < 1 and _share_right(_transposed(said), key, data) == 1:
            return Score(
                max(earned, credit),
                _("The numbers are right, but rows and columns are swapped."),
                "transposed",
            )
        if _shape(said) != _shape(key):
            words = {"said": _shape_text(said), "key": _shape_text(key)}
            return Score(0, _("The shape is wrong: this is %(said)s, not %(key)s.") % words, "shape")
        return Score(earned)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [f"`{_written(data['value'])}`"]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [base.quoted(" ".join(part.split("\n"))) for part in value if part.strip()]

    def picture(self, data: Data, value: Value) -> Data:
        """Return the right matrix, each entry with what was written where the shape allows."""
        said, key = read_matrix(value[0]) if value else None, data["value"]
        if said is None or _shape(said) != _shape(key):
            return {"cells": None}
        return {
            "cells": [
                [
                    {"said": f"{one:.10g}", "key": f"{right:.10g}", "right": is_right(one, right, data)}
                    for one, right in zip(*rows, strict=True)
                ]
                for rows in zip(said, key, strict=True)
            ]
        }


def read_matrix(text: str) -> Rows | None:
    """Read a matrix as people write it; None where it is none, or its rows differ in length."""
    text = text.strip()[:MAX_LENGTH]
    text = re.sub(r"^(?:np\.|numpy\.)?(?:array|matrix)\s*\((.*)\)$", r"\1", text, flags=re.S).strip()
    if text.startswith("["):
        if not text.endswith("]"):
            return None
        inner = text[1:-1].strip()
        parts = (
            re.split(r"\]\s*[,;]?\s*\[", inner[1:-1]) if inner[:1] == "[" and inner[-1:] == "]" else [inner]
        )
        parts = [part for whole in parts for part in whole.split(";")] if inner[:1] != "[" else parts
    else:
        parts = re.split(r"[;\n]", text)
    rows = [_read_row(part) for part in parts if part.strip()]
    if not rows or any(row is None for row in rows):
        return None
    found = [row for row in rows if row]
    return found if len(found) == len(rows) and len({len(row) for row in found}) == 1 else None


def _read_row(text: str) -> list[float] | None:
    entries = [part for part in re.split(r"\s*,\s*|\s+", text.strip().rstrip(",")) if part]
    numbers = [read_number(entry) for entry in entries]
    return None if None in numbers else [number for number in numbers if number is not None]


def is_right(number: float, key: float, data: Data) -> bool:
    """Tell whether an entry is right within the tolerances."""
    return is_within(number, {"value": key} | {n: data[n] for n in ("absolute", "relative") if n in data})


def _share_right(said: Rows, key: Rows, data: Data) -> float:
    if _shape(said) != _shape(key):
        return 0.0
    pairs = [pair for rows in zip(said, key, strict=True) for pair in zip(*rows, strict=True)]
    return sum(is_right(one, right, data) for one, right in pairs) / len(pairs)


def _shape(rows: Rows) -> tuple[int, int]:
    return len(rows), len(rows[0])


def _shape_text(rows: Rows) -> str:
    return " × ".join(map(str, _shape(rows)))


def _transposed(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _written(rows: Rows) -> str:
    return "[" + ", ".join("[" + ", ".join(f"{entry:.10g}" for entry in row) + "]" for row in rows) + "]"
