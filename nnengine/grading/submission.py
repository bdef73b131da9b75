"""From what was handed in to source that can be run: functions, not cells."""

import ast
from dataclasses import dataclass

from nnengine.grading.report import Problem
from nnengine.grading.sources import trees_of
from nnengine.grading.syntax import nodes
from nnengine.text import Text

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

    @property
    def values(self) -> frozenset[str]:
        """The names that its top-level assignments give, constants in capitals left out."""
        names = {name for node in self.tree.body for name in _targets(node)}
        return frozenset(name for name in names if not (len(name) > 1 and name.isupper()))

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
    trees, lines = trees_of(source, filename, problems)
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
