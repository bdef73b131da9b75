"""What comes out if one piece of the reference is left out or turned: names mistakes nobody planted.

A candidate is the reference with one small change to its syntax tree. The sentence quotes the piece, never
the line.
"""

import ast
import copy
import inspect
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nnengine.text import Text

SECONDS = 1.5  # processor time for all candidates of one function: a student waits
_TURNED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
_SWAPPED = {
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "max": ("min", "sum"),
    "min": ("max",),
    "maximum": ("minimum",),
    "floor": ("ceil",),
    "ceil": ("floor",),
}
_ACTIVATIONS = {
    "tanh": "np.tanh({})",
    "sigmoid": "(1 / (1 + np.exp(-({}))))",
    "relu": "np.maximum(0, {})",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A changed reference with the sentence that describes the change."""

    cause: str
    message: Text
    function: Callable[..., Any]


def candidates(reference: Callable[..., Any]) -> Iterator[Candidate]:
    """Yield every small change of `reference` that compiles, until the time is up."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(reference))).body[0]
    if not isinstance(definition, ast.FunctionDef):
        return
    if ast.get_docstring(definition) is not None:
        definition.body = definition.body[1:] or [ast.Pass()]
    deadline = time.thread_time() + SECONDS
    nodes = list(ast.walk(definition))
    for index, node in enumerate(nodes):
        for place, replacement, words in _changes(node):
            if time.thread_time() > deadline:
                return
            function = _build(reference, definition, index, place, replacement)
            if function is not None:
                target = _target(definition, node)
                yield Candidate(f"as-if:{target}:{words[0]}", _sentence(target, words), function)


def _sentence(target: str, words: tuple[str, str]) -> Text:
    return Text(f"{target} comes out as if {words[0]}.", f"{target} ist so, als wäre {words[1]}.")


def _build(
    reference: Callable[..., Any], definition: ast.FunctionDef, index: int, place: str, replacement: ast.AST
) -> Callable[..., Any] | None:
    """Return the function in which node `index` became `replacement` (or its field `place` did)."""
    tree = copy.deepcopy(definition)
    node = list(ast.walk(tree))[index]
    if place:
        setattr(node, place, replacement)
    else:
        tree = _Replace(node, replacement).visit(tree)
    module = ast.fix_missing_locations(ast.Module([tree], []))
    namespace: dict[str, Any] = {}
    try:
        exec(compile(module, "<as if>", "exec"), reference.__globals__, namespace)  # noqa: S102 - our own source
    except (SyntaxError, ValueError, TypeError):
        return None
    found: Callable[..., Any] = namespace[definition.name]
    return found


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:  # noqa: ANN401 - a node
        return self.new if node is self.old else self.generic_visit(node)


Change = tuple[str, ast.AST, tuple[str, str]]


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp):
        yield from _operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        text = _quoted(node.operand)
        yield "", node.operand, (f"the sign of {text} were turned", f"das Vorzeichen von {text} gedreht")
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        text = _quoted(node.value)
        yield "", node.value, (f"{text} were not transposed", f"{text} nicht transponiert")
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.AugAssign):
        yield from _accumulation(node)
    elif isinstance(node, ast.Assign) and len(node.targets) == 1 and not isinstance(node.value, ast.Tuple):
        minus = ast.UnaryOp(ast.USub(), node.value)
        yield "value", minus, ("its sign were turned", "sein Vorzeichen gedreht")
    elif isinstance(node, ast.Constant) and type(node.value) is int and node.value in (1, 2):
        other = ast.Constant(node.value - 1)
        yield "", other, (f"{node.value} were {node.value - 1}", f"{node.value} eine {node.value - 1}")


def _operation(node: ast.BinOp) -> Iterator[Change]:
    left, right = _quoted(node.left), _quoted(node.right)
    if not isinstance(node.op, ast.MatMult):
        yield "", node.left, (f"{right} were left out", f"{right} weggelassen")
    if isinstance(node.op, ast.Add | ast.Mult):
        yield "", node.right, (f"{left} were left out", f"{left} weggelassen")
    if isinstance(node.op, ast.Sub):
        minus = ast.UnaryOp(ast.USub(), node.right)
        yield "", minus, (f"{left} were left out", f"{left} weggelassen")
    turned = _TURNED.get(type(node.op))
    if turned is not None:
        en, de = (
            ("the sign", "das Vorzeichen")
            if turned in (ast.Add, ast.Sub)
            else ("the division", "die Division")
        )
        yield "op", turned(), (f"{en} of {right} were turned", f"{de} von {right} umgedreht")
    if isinstance(node.op, ast.Mult | ast.Div):
        doubled = ast.BinOp(node.right, ast.Mult(), ast.Constant(2))
        yield "right", doubled, (f"{right} counted twice", f"{right} doppelt gezählt")
    if isinstance(node.op, ast.Add | ast.Sub):
        for factor in (2, 0.5):
            scaled = ast.BinOp(node.right, ast.Mult(), ast.Constant(factor))
            yield (
                "right",
                scaled,
                (f"{right} were multiplied by {factor}", f"{right} mit {factor} multipliziert"),
            )


def _call(node: ast.Call) -> Iterator[Change]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in _SWAPPED.get(called, ()):
        if isinstance(node.func, ast.Attribute):
            function = ast.Attribute(node.func.value, other, ast.Load())
            yield "func", function, (f"{called} were {other}", f"{called} ein {other}")
    for index, keyword in enumerate(node.keywords):
        if (
            keyword.arg == "axis"
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value in (0, 1)
        ):
            swapped = copy.deepcopy(node)
            swapped.keywords[index].value = ast.Constant(1 - keyword.value.value)
            yield "", swapped, ("the other axis were meant", "die andere Achse gemeint")
    if called in ("tanh", "sigmoid", "relu", "log", "sqrt", "exp", "floor", "maximum") and node.args:
        inner = node.args[-1]
        yield "", inner, (f"{called} were left out", f"{called} weggelassen")
        for name, form in _ACTIVATIONS.items():
            if name != called and called in ("tanh", "sigmoid", "maximum"):
                other_call = ast.parse(form.format(ast.unparse(inner)), mode="eval").body
                yield "", other_call, (f"{called} were {name}", f"{called} ein {name}")


def _accumulation(node: ast.AugAssign) -> Iterator[Change]:
    target = copy.deepcopy(node.target)
    overwrite = ast.Assign([target], node.value)
    text = _quoted(node.target)
    yield (
        "",
        overwrite,
        (f"{text} were overwritten instead of added up", f"{text} überschrieben statt aufsummiert"),
    )
    turned = _TURNED.get(type(node.op))
    if turned is not None:
        yield "op", turned(), (f"the sign of {text} were turned", f"das Vorzeichen von {text} umgedreht")


def _quoted(node: ast.AST) -> str:
    return f"`{ast.unparse(node)}`"[:80]


def _target(definition: ast.FunctionDef, node: ast.AST) -> str:
    """Return what the statement around `node` computes."""
    for statement in ast.walk(definition):
        if isinstance(statement, ast.Assign | ast.AugAssign) and any(
            inner is node for inner in ast.walk(statement)
        ):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            return ast.unparse(target)[:60]
    return "The result"
