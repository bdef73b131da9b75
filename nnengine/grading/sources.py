"""From a file to syntax trees: a ``.py`` file, a notebook's cells; what cannot be read costs only itself."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nnengine.grading.report import Problem
from nnengine.text import Text

MOST_BYTES = 4 << 20
#: Syntax errors told of one piece.
MOST_PROBLEMS = 5
_MAGIC = re.compile(r"^\s*[%!?]|\?\s*$")
_CELL_MAGICS_WITHOUT_CODE = (
    "%%html",
    "%%javascript",
    "%%js",
    "%%bash",
    "%%sh",
    "%%latex",
    "%%markdown",
    "%%writefile",
)
#: A line that can begin a statement: nothing stands before it, and it neither closes nor continues anything.
_BEGINS = re.compile(r"(?!(?:else|elif|except|finally|case)\b)[^\s)\]}#]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Source that stands together: what it is called, its text, and how messages call it."""

    name: str
    text: str
    place: Text


def trees_of(
    source: bytes, filename: str, problems: list[Problem]
) -> tuple[list[tuple[str, ast.Module]], dict[str, list[str]]]:
    """Return the syntax trees in order, by name, and the lines of each name; add what is wrong to `problems`.

    A syntax error costs the statement it is in: a cell, or in a cell or a file the top-level statement.
    """
    trees: list[tuple[str, ast.Module]] = []
    lines: dict[str, list[str]] = {}
    for piece in _pieces(source, filename, problems):
        tree = _tree(piece.text, piece.place, problems)
        if tree.body:
            trees.append((piece.name, tree))
            lines[piece.name] = piece.text.splitlines()
    return trees, lines


def _tree(text: str, place: Text, problems: list[Problem]) -> ast.Module:
    """Parse a piece, or where that fails each of its top-level statements on its own."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        body: list[ast.stmt] = []
        broken: list[Problem] = []
        for statement in _statements(text):
            try:
                body += ast.parse(statement).body
            except (SyntaxError, ValueError, RecursionError, MemoryError) as inner:
                broken.append(_syntax_error(inner, place))
        # Prose is wrong in every line; so is what holds no function.
        told = any(isinstance(one, ast.FunctionDef | ast.ClassDef) for one in body) and broken
        problems += told[:MOST_PROBLEMS] if told else [_syntax_error(error, place)]
        return ast.Module(body, [])
    except (RecursionError, MemoryError):
        message = Text("The source is nested too deeply.", "Der Quelltext ist zu tief verschachtelt.")
        problems.append(Problem("too-deep", message))
        return ast.Module([], [])


def _statements(text: str) -> Iterator[str]:
    """Cut source before every line that begins a statement; a decorator stays with what it decorates."""
    start, lines, decorated = 0, text.split("\n"), False
    for number, line in enumerate(lines):
        if number > start and _BEGINS.match(line) and not decorated:
            yield "\n" * start + "\n".join(lines[start:number])
            start = number
        decorated = line.startswith("@") if _BEGINS.match(line) else decorated
    yield "\n" * start + "\n".join(lines[start:])


def _syntax_error(error: Exception, place: Text) -> Problem:
    line = getattr(error, "lineno", None) or 1
    reason = getattr(error, "msg", None) or str(error)
    return Problem(
        "syntax-error",
        Text(
            f"{place.en} has a syntax error in line {line}: {reason}.",
            f"{place.de} hat in Zeile {line} einen Syntaxfehler: {reason}.",
        ),
    )


def _pieces(source: bytes, filename: str, problems: list[Problem]) -> Iterator[Piece]:
    """Yield the file, or each of its cells."""
    if len(source) > MOST_BYTES:
        problems.append(
            Problem(
                "too-large",
                Text(
                    "The file is larger than 4 MB: clear the notebook's outputs.",
                    "Die Datei ist größer als 4 MB: löschen Sie die Ausgaben des Notebooks.",
                ),
            )
        )
        return
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(_not_python(filename))
        return
    if not text.strip():
        problems.append(Problem("empty", Text("The submission is empty.", "Die Abgabe ist leer.")))
        return
    if "\x00" in text:
        problems.append(_not_python(filename))
        return
    if filename.lower().endswith(".ipynb") or (text.lstrip().startswith("{") and '"cells"' in text):
        yield from _cells(text, problems)
    else:
        yield Piece("submission", _without_magics(text), Text("The file", "Die Datei"))


def _not_python(filename: str) -> Problem:
    return Problem(
        "not-python",
        Text(
            f"{filename} is neither Python source nor a notebook.",
            f"{filename} ist weder Python-Quelltext noch ein Notebook.",
        ),
    )


def _cells(text: str, problems: list[Problem]) -> Iterator[Piece]:
    broken = Problem(
        "broken-notebook",
        Text(
            "The notebook cannot be read: it is not complete JSON. Save it again.",
            "Das Notebook ist nicht lesbar: es ist kein vollständiges JSON. Speichern Sie es neu.",
        ),
    )
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        problems.append(broken)
        return
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    holder = sheets[0] if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict) else notebook
    cells = holder.get("cells") if isinstance(holder, dict) else None
    if not isinstance(cells, list):
        problems.append(broken)
        return
    code = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if not code:
        message = Text("The notebook has no code cell.", "Das Notebook hat keine Codezelle.")
        problems.append(Problem("empty", message))
    for number, cell in enumerate(code, 1):
        source = _cell_source(cell)
        if source.lstrip().startswith(_CELL_MAGICS_WITHOUT_CODE):
            continue
        place = Text(f"Cell {number}", f"Zelle {number}")
        yield Piece(f"submission cell {number}", _without_magics(source), place)


def _cell_source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        return "".join(piece for piece in source if isinstance(piece, str))
    return source if isinstance(source, str) else ""


def _without_magics(text: str) -> str:
    """Comment notebook magics out; line numbers stay."""
    if "%" not in text and "!" not in text and "?" not in text:
        return text
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        kept = []
        for line in text.split("\n"):
            magic = _MAGIC.search(line) is not None and not line.lstrip().startswith("#")
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(f"{indent}pass  # {line.strip()}" if magic else line)
        return "\n".join(kept)
    return text
