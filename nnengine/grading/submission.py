"""From what was handed in to source that can be run: functions, not cells."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nnengine.grading.report import Problem
from nnengine.grading.syntax import nodes
from nnengine.text import Text

MOST_BYTES = 4 << 20
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
_KEPT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function of the submission.

    Attributes
    ----------
    parameters
        Names of its positional parameters, in order.
    required
        How many of them have no default.
    open_ended
        True with ``*args`` or ``**kwargs``.
    node
        Its syntax tree.
    """

    name: str
    parameters: tuple[str, ...]
    required: int
    open_ended: bool
    node: ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Submission:
    """What was understood of a hand-in.

    Attributes
    ----------
    chunks
        Pieces of source in order, as `nnengine.sandbox` loads them.
    definitions
        Top-level functions by name; of several with one name the last.
    problems
        What was not understood.
    tree
        The syntax tree of all chunks together.
    lines
        Source lines by chunk name, for messages.
    """

    chunks: tuple[dict[str, str], ...]
    definitions: dict[str, Definition]
    problems: tuple[Problem, ...]
    tree: ast.Module
    lines: dict[str, list[str]]

    def line(self, where: str | None, number: int | None) -> str:
        """Return a line of the source, stripped; "" where there is none."""
        lines = self.lines.get(where or "", [])
        return lines[number - 1].strip()[:200] if number and 0 < number <= len(lines) else ""


def parse(source: bytes, filename: str) -> Submission:
    """Read a ``.py`` file, a notebook or pasted text; what is wrong becomes `problems`, never an exception.

    Top-level functions, classes, imports and those assignments that functions refer to are taken; everything
    else (training runs, plots, tests) is left out.
    """
    problems: list[Problem] = []
    trees: list[tuple[str, ast.Module]] = []
    lines: dict[str, list[str]] = {}
    for name, text, what in _pieces(source, filename, problems):
        tree = _parsed(text, what, problems)
        if tree is not None:
            trees.append((name, tree))
            lines[name] = text.splitlines()
    whole = ast.Module([node for _, tree in trees for node in tree.body], [])
    used = _names_in_definitions(whole)
    chunks, definitions = [], {}
    for name, tree in trees:
        for node in tree.body:
            if isinstance(node, _KEPT) or (_is_simple_assignment(node) and _targets(node) & used):
                kind = "definition" if isinstance(node, _KEPT) else "value"
                chunks.append({"name": name, "source": _with_lines(lines[name], node), "kind": kind})
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                definitions[node.name] = _definition(node)
    if (
        not problems
        and not definitions
        and not any(isinstance(n, ast.ClassDef | ast.Assign) for n in whole.body)
    ):
        problems.append(
            Problem(
                "no-functions",
                Text("No function is defined in it.", "Es ist keine Funktion darin definiert."),
            )
        )
    return Submission(tuple(chunks), definitions, tuple(problems), whole, lines)


def _pieces(source: bytes, filename: str, problems: list[Problem]) -> Iterator[tuple[str, str, Text | None]]:
    """Yield (name, source, words for messages) of the file or of each of its cells."""
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
        yield "submission", _without_magics(text), None


def _not_python(filename: str) -> Problem:
    return Problem(
        "not-python",
        Text(
            f"{filename} is neither Python source nor a notebook.",
            f"{filename} ist weder Python-Quelltext noch ein Notebook.",
        ),
    )


def _cells(text: str, problems: list[Problem]) -> Iterator[tuple[str, str, Text | None]]:
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
        yield f"submission cell {number}", _without_magics(source), Text(f"Cell {number}", f"Zelle {number}")


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


def _parsed(text: str, what: Text | None, problems: list[Problem]) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        place = what or Text("The file", "Die Datei")
        problems.append(
            Problem(
                "syntax-error",
                Text(
                    f"{place.en} has a syntax error in line {line}: {reason}.",
                    f"{place.de} hat in Zeile {line} einen Syntaxfehler: {reason}.",
                ),
            )
        )
    except (RecursionError, MemoryError):
        message = Text("The source is nested too deeply.", "Der Quelltext ist zu tief verschachtelt.")
        problems.append(Problem("too-deep", message))
    return None


def _names_in_definitions(tree: ast.Module) -> set[str]:
    """Return the global names that functions and classes need, and what those names' own assignments need."""
    used: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            used |= _free_names(node)
    for node in reversed(tree.body):
        if _is_simple_assignment(node):
            if any(isinstance(inner, ast.Lambda) for inner in nodes(node)):
                used |= _targets(node)
            if _targets(node) & used:
                used |= {inner.id for inner in nodes(node) if isinstance(inner, ast.Name)}
    return used


def _free_names(node: ast.AST) -> set[str]:
    """Return the names that `node` reads and neither takes as parameters nor assigns."""
    read: set[str] = set()
    bound: set[str] = set()
    for inner in nodes(node):
        if isinstance(inner, ast.Name):
            (read if isinstance(inner.ctx, ast.Load) else bound).add(inner.id)
        elif isinstance(inner, ast.arg):
            bound.add(inner.arg)
    return read - bound


def _is_simple_assignment(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign) and bool(_targets(node))


def _targets(node: ast.stmt) -> set[str]:
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    names = set()
    for target in targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        names |= {part.id for part in parts if isinstance(part, ast.Name)}
    return names


def _with_lines(lines: list[str], node: ast.stmt) -> str:
    """Return the statement's source after as many empty lines as stood before it."""
    first = node.lineno
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.decorator_list:
        first = node.decorator_list[0].lineno
    return "\n" * (first - 1) + "\n".join(lines[first - 1 : node.end_lineno])


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Definition:
    arguments = [*node.args.posonlyargs, *node.args.args]
    return Definition(
        name=node.name,
        parameters=tuple(argument.arg for argument in arguments),
        required=len(arguments) - len(node.args.defaults),
        open_ended=node.args.vararg is not None or node.args.kwarg is not None,
        node=node,
    )
