"""One line of numpy, run in the sandbox with hidden shapes and values.

`data`::

    {
        "before": "m = X.shape[0]",            # lines of Python that run before; np is numpy
        "result": "Z",                         # the line is `Z = ...`; the student writes what stands at ...
        "after": "",                           # lines that run after it; `result` is what counts then
        "arguments": [                         # what the lines can use, drawn anew for every case
            {"name": "X", "shape": ["m", "n"], "values": "normal"},
            {"name": "rate", "shape": [], "values": "positive"}
        ],
        "reference": "X @ W + b",              # the right line; any line that gives the same is right
        "tolerance": 1e-7,                     # relative to the largest number of the result
        "slip_credit": 0.5,                    # for right numbers transposed, or off by one constant factor
        "checks": 3                            # how often a student may have it checked during a quiz
    }

Sizes in a ``shape`` are whole numbers or names; a name gets another size in each case, and no two names the
same one. ``values`` are "normal", "positive" (0.1 to 2), "probability" (0.05 to 0.95), "integers" (-5 to 5),
"sizes" (1 to 3), "binary" (0 or 1), "one_hot" (a one in each row) or "one_hot_columns".

An answer is one field, one expression. What it earns is found by a worker, see `quizzes.checking`.
"""

import ast
import keyword
import re

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value

VALUES = (
    "normal",
    "positive",
    "probability",
    "integers",
    "sizes",
    "binary",
    "one_hot",
    "one_hot_columns",
)
MAX_LENGTH, MAX_LINES, MOST_ARGUMENTS, MOST_CHECKS = 500, 4_000, 8, 50


class LineError(ValueError):
    """The text is no line; the message says what to change."""


class NumpyLine(QuestionKind):
    """One line of code, between those that are given."""

    template = "quizzes/kinds/_numpy_line.html"
    review_template = "quizzes/kinds/_numpy_line_review.html"
    graded_by = "worker"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`; whether the reference runs, `quizzes.checking.author_problems` finds out."""
        found = base.slip_problems(data) + base.text_problems(data, "before", "after", "reference", "result")
        if not found:
            found += _code_problems(data)
        found += base.shape_problems(data, "arguments", dict)
        arguments = base.rows_of(data, "arguments")
        if not 1 <= len(arguments) <= MOST_ARGUMENTS:
            found.append(_("Give one to %(most)d arguments.") % {"most": MOST_ARGUMENTS})
        for argument in arguments:
            found += _argument_problems(argument)
        names = [str(argument.get("name")) for argument in arguments]
        if len(set(names)) < len(names):
            found.append(_("Two arguments have the same name."))
        tolerance = data.get("tolerance", 1e-7)
        if not base.is_number(tolerance) or not 0 < tolerance <= 0.1:
            found.append(_("The tolerance is a number above 0 and at most 0.1."))
        checks = data.get("checks", 0)
        if not isinstance(checks, int) or isinstance(checks, bool) or not 0 <= checks <= MOST_CHECKS:
            found.append(
                _("Students may check a whole number of times, at most %(most)d.") % {"most": MOST_CHECKS}
            )
        return list(dict.fromkeys(found))

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {
            "text": value[0] if value else "",
            "before": str(data.get("before", "")).strip("\n"),
            "after": str(data.get("after", "")).strip("\n"),
            "result": result_of(data),
            "arguments": [
                {"name": argument["name"], "shape": _shape_text(argument)}
                for argument in base.rows_of(data, "arguments")
            ],
            "checks": int(data.get("checks", 0)),
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return 0, and what is wrong with a text that is no line: the rest is for a worker to say."""
        try:
            read_line(value[0] if value else "", data)
        except LineError as error:
            return Score(0, str(error))
        return Score(0)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [base.quoted(f"{result_of(data)} = {data.get('reference', '')}")]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [base.quoted(part) for part in value if part.strip()]

    def picture(self, data: Data, value: Value) -> Data:
        """Return the code with the right line in it."""
        shown = self.fields(data, [], value)
        lines = [
            shown["before"],
            f"{shown['result']} = {str(data.get('reference', '')).strip()}",
            shown["after"],
        ]
        return shown | {"code": "\n".join(line for line in lines if line)}


def result_of(data: Data) -> str:
    """Return the name that the line gives its result."""
    return str(data.get("result", "")).strip() or "result"


def read_line(text: str, data: Data) -> str:
    """Return a student's line as one expression, without `Z =` before it; it is parsed, never run, here.

    Raises
    ------
    LineError
        It is no single expression.
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        raise LineError(_("Write one line of at most %(count)d characters.") % {"count": MAX_LENGTH})
    text = re.sub(rf"^{re.escape(result_of(data))}\s*=(?!=)\s*", "", text)
    try:
        tree = ast.parse(text, mode="eval")
        return ast.unparse(tree)
    except SyntaxError as error:
        told = error.msg if error.msg != "invalid syntax" else _("invalid syntax")
        raise LineError(_("This is not one line of Python: %(problem)s.") % {"problem": told}) from None
    except (ValueError, MemoryError, RecursionError):
        raise LineError(_("This is not one line of Python.")) from None


def _code_problems(data: Data) -> list[str]:
    found = []
    result = result_of(data)
    if not result.isidentifier() or keyword.iskeyword(result):
        found.append(_("%(name)s is no name in Python.") % {"name": result})
    try:
        read_line(data.get("reference", ""), data)
    except LineError as error:
        found.append(_("The right line: %(problem)s") % {"problem": error})
    for name in ("before", "after"):
        code = data.get(name, "")
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            found.append(_("The lines around it are no Python: %(problem)s.") % {"problem": error})
        if len(code) > MAX_LINES:
            found.append(_("The lines around it are too long."))
    return found


def _argument_problems(argument: Data) -> list[str]:
    found = []
    name, shape = argument.get("name"), argument.get("shape", [])
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name == "np":
        found.append(_("Each argument needs a name in Python."))
    if not isinstance(shape, list) or len(shape) > 4 or not all(map(_is_size, shape)):
        found.append(
            _('A shape is a list of sizes, each a number from 1 to 50 or a name, for example ["m", 3].')
        )
    if argument.get("values", "normal") not in VALUES:
        found.append(_("The values are one of these: %(names)s.") % {"names": ", ".join(VALUES)})
    elif str(argument.get("values")).startswith("one_hot") and isinstance(shape, list) and len(shape) != 2:
        found.append(_("One-hot values need rows and columns."))
    return found


def _is_size(size: object) -> bool:
    if isinstance(size, str):
        return size.isidentifier() and len(size) <= 10
    return isinstance(size, int) and not isinstance(size, bool) and 1 <= size <= 50


def _shape_text(argument: Data) -> str:
    sizes = argument.get("shape", [])
    if not sizes:
        return _("a number")
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"
