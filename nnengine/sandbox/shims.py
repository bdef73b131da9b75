"""What older numpy allowed and courses still teach: it runs, and earns a note instead of a loss."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

_SIZE_ONE, _FITTING, _FAILED = "__number_of__", "__fitting__", "__assertion_failed__"
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

    def fitting(target: object, value: object) -> object:
        if (
            isinstance(target, np.ndarray)
            and isinstance(value, np.ndarray)
            and value.size == 1
            and value.ndim
        ):
            notes.append("element-from-array")
            return value.reshape(())[()]
        return value

    def assertion_failed() -> None:
        notes.append("assertion-failed")

    return {_SIZE_ONE: number_of, _FITTING: fitting, _FAILED: assertion_failed}


def rewrite(tree: ast.Module) -> ast.Module:
    """Let ``float(x)`` and ``array[i] = x`` take arrays of size one again; assertions only tell.

    The courses' templates assert shapes of their own tests' data, which is no part of what a function must
    do. Line numbers stay.
    """
    _Older().visit(tree)  # gives every node it makes a place, so that `ast.fix_missing_locations` has no work
    return tree


class _Older(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        self.generic_visit(node)
        named = ast.copy_location(ast.Name(_FAILED, ast.Load()), node)
        told = ast.copy_location(ast.Expr(ast.copy_location(ast.Call(named, [], []), node)), node)
        holds = ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.If(node.test, [holds], [told]), node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        if (
            len(node.targets) == 1
            and isinstance(target, ast.Subscript)
            and isinstance(target.value, ast.Name)
        ):
            called = ast.copy_location(ast.Name(_FITTING, ast.Load()), node.value)
            array = ast.copy_location(ast.Name(target.value.id, ast.Load()), node.value)
            node.value = ast.copy_location(ast.Call(called, [array, node.value], []), node.value)
        return node

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
