"""What older numpy allowed and courses still teach: it runs, and earns a note instead of a loss."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

_SIZE_ONE = "__number_of__"
_GONE: dict[str, Callable[..., Any]] = {
    "asscalar": lambda array: np.asarray(array).item(),
    "product": np.prod,
    "cumproduct": np.cumprod,
    "sometrue": np.any,
    "alltrue": np.all,
    "in1d": np.isin,
    "row_stack": np.vstack,
    "trapz": np.trapezoid,
}
_GONE_NAMES: dict[str, Any] = {
    "float": float,
    "int": int,
    "bool": bool,
    "object": object,
    "float_": np.float64,
    "Inf": np.inf,
    "NaN": np.nan,
    "infty": np.inf,
}


def install() -> None:
    """Give numpy back the names it dropped, where this version lacks them."""
    for name, value in {**_GONE, **_GONE_NAMES}.items():
        if name not in np.__dict__:
            setattr(np, name, value)


def in_namespace(notes: list[str]) -> dict[str, Any]:
    """Return what `rewrite`'s trees need to find in their globals; remarks are appended to `notes`."""

    def number_of(kind: type, value: object) -> object:
        if isinstance(value, np.ndarray) and value.ndim > 0 and value.size == 1:
            notes.append("float-of-array")
            return kind(value.item())
        return kind(value)

    return {_SIZE_ONE: number_of}


def rewrite(tree: ast.Module) -> ast.Module:
    """Let ``float(x)`` and ``int(x)`` take arrays of size one again; line numbers stay."""
    _Numbers().visit(tree)
    return ast.fix_missing_locations(tree)


class _Numbers(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if (
            isinstance(node.func, ast.Name)
            and node.func.id in ("float", "int")
            and len(node.args) == 1
            and not node.keywords
            and not isinstance(node.args[0], ast.Starred)
        ):
            called = ast.copy_location(ast.Name(_SIZE_ONE, ast.Load()), node.func)
            return ast.copy_location(ast.Call(called, [node.func, *node.args], []), node)
        return node
