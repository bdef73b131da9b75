"""Is it from scratch? Finds frameworks that a graded function uses."""

import ast

FRAMEWORKS = frozenset(
    {
        "torch", "torchvision", "tensorflow", "keras", "sklearn", "jax", "jaxlib", "flax", "autograd",
        "theano", "mxnet", "cupy", "chainer", "paddle", "tinygrad", "mygrad", "numba", "statsmodels",
        "xgboost", "lightgbm",
    }
)  # fmt: skip


def frameworks_used(tree: ast.Module, function: str) -> list[str]:
    """Return the frameworks that `function` or anything it calls in `tree` refers to, sorted.

    Importing one is fine; so is using one in a function that is not graded.
    """
    names = _imported(tree)
    definitions = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    found, seen, waiting = set(), set(), [function]
    while waiting:
        node = definitions.get(waiting.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        found |= _direct(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                found |= {names[inner.id]} if inner.id in names else set()
                waiting.append(inner.id)
    return sorted(found)


def _imported(tree: ast.AST) -> dict[str, str]:
    """Return the framework behind each name an import binds."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                if top in FRAMEWORKS:
                    names[alias.asname or top] = top
        elif isinstance(node, ast.ImportFrom) and node.module:
            top = node.module.partition(".")[0]
            if top in FRAMEWORKS:
                names.update({alias.asname or alias.name: top for alias in node.names})
    return names


def _direct(node: ast.AST) -> set[str]:
    """Return frameworks imported inside `node`, by statement or by ``import_module("...")``."""
    found = set(_imported(node).values())
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and inner.args and isinstance(inner.args[0], ast.Constant):
            name = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            top = str(inner.args[0].value).partition(".")[0]
            if name in ("import_module", "__import__") and top in FRAMEWORKS:
                found.add(top)
    return found
