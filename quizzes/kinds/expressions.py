"""Formulas of one line, as people type them: read without running anything, and evaluated.

Numbers, names, ``+ - * / ^ **``, brackets, and a few functions. A product needs its sign.
"""

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_LENGTH = 300
MAX_DEPTH = 40


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z), without overflow."""
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "abs": abs,
    "sign": lambda z: (z > 0) - (z < 0),
    "relu": lambda z: max(z, 0.0),
    "sigmoid": sigmoid,
}
_CONSTANTS = {"pi": math.pi, "e": math.e}
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: math.pow,
}


class FormulaError(ValueError):
    """The text is no formula; the message says what to change."""


@dataclass(frozen=True)
class Formula:
    """A formula that was read; every name in it is known."""

    tree: ast.expr

    def __call__(self, values: Mapping[str, float]) -> float:
        """Return its value; NaN where it has none (a division by zero, the logarithm of -1)."""
        try:
            return float(_value(self.tree, values))
        except (ArithmeticError, ValueError):
            return math.nan


def read(text: str, names: Iterable[str]) -> Formula:
    """Read a formula in which the variables `names` may occur.

    Raises
    ------
    FormulaError
        It cannot be read, or a name in it is unknown.
    """
    text = text.strip().replace("^", "**").replace("−", "-").replace("·", "*").replace("²", "**2")
    if not text or len(text) > MAX_LENGTH:
        raise FormulaError(_("Write one formula of at most %(count)d characters.") % {"count": MAX_LENGTH})
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise FormulaError(
            _("This could not be read as a formula; write products with *, powers with ^.")
        ) from None
    _check(tree, set(names), MAX_DEPTH)
    return Formula(tree)


def _check(node: ast.expr, names: set[str], depth: int) -> None:
    """Let through only what `_value` knows."""
    if depth == 0:
        raise FormulaError(_("This formula has too many brackets inside each other."))
    match node:
        case ast.Constant(value=int() | float() as number) if (
            not isinstance(number, bool) and abs(number) < 1e100
        ):
            return
        case ast.Name(id=name) if name in names or name in _CONSTANTS:
            return
        case ast.Name(id=name):
            known = ", ".join(sorted(names))
            raise FormulaError(
                _("%(name)s is not known here; the variables are %(known)s.") % {"name": name, "known": known}
            )
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check(operand, names, depth - 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _check(left, names, depth - 1)
            _check(right, names, depth - 1)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            _check(argument, names, depth - 1)
        case ast.Call(func=ast.Name(id=name)):
            known = ", ".join(sorted(FUNCTIONS))
            raise FormulaError(
                _("%(name)s( ) is not known here; the functions are %(known)s.")
                % {"name": name, "known": known}
            )
        case _:
            raise FormulaError(_("Only numbers, variables, + - * / ^, brackets and functions can be used."))


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return values[name] if name in values else _CONSTANTS[name]
        case ast.UnaryOp(op=op, operand=operand):
            return -_value(operand, values) if isinstance(op, ast.USub) else _value(operand, values)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, values))
    raise FormulaError(type(node).__name__)  # `_check` lets nothing else through
