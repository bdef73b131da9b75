"""Is it from scratch? Finds frameworks that a graded function uses."""

import ast

from nnengine.grading.syntax import nodes

FRAMEWORKS = frozenset(
    {
        "torch", "torchvision", "tensorflow", "keras", "sklearn", "jax", "jaxlib", "flax", "autograd",
        "theano", "mxnet", "cupy", "chainer", "paddle", "tinygrad", "mygrad", "numba", "statsmodels",
        "xgboost", "lightgbm",
    }
)  # fmt: skip
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Frameworks:
    """Which frameworks a submission's functions use; its tree is read once.

    Importing one is fine; so is using one in a function that is not graded. A name put together at run time
    is not seen here: in the room a stand-in refuses to work (`nnengine.sandbox.stand_ins`).

    Parameters
    ----------
    tree
        The submission.
    text
        Its source: where it names no framework, the tree need not be read.
    """

    def __init__(self, tree: ast.Module, text: str) -> None:
        self._bound: dict[str, str] = {}  # the framework behind each name an import binds
        self._mentioned: dict[str, set[str]] = {}  # the names in each top-level definition
        self._direct: dict[str, set[str]] = {}  # the frameworks imported inside it
        for statement in tree.body if any(name in text for name in FRAMEWORKS) else ():
            mentioned, direct = self._read(statement)
            if isinstance(statement, Definition):
                self._mentioned[statement.name], self._direct[statement.name] = mentioned, direct

    def _read(self, statement: ast.stmt) -> tuple[set[str], set[str]]:
        """Return the names in a statement and the frameworks it imports; remember what imports bind."""
        mentioned, direct = set(), set()
        for node in nodes(statement):
            if isinstance(node, ast.Name):
                mentioned.add(node.id)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                bound = _bound(node)
                self._bound |= bound
                direct |= set(bound.values())
            elif isinstance(node, ast.Call):
                direct |= _imported_by_call(node)
        return mentioned, direct

    def used_by(self, function: str) -> list[str]:
        """Return the frameworks that `function` or anything it calls refers to, sorted."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [function]
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self._mentioned:
                continue
            seen.add(name)
            mentioned = self._mentioned[name]
            found |= self._direct[name] | {self._bound[other] for other in mentioned if other in self._bound}
            waiting += mentioned
        return sorted(found)


def _bound(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Return the framework behind each name an import binds."""
    if isinstance(node, ast.ImportFrom):
        top = (node.module or "").partition(".")[0]
        return {alias.asname or alias.name: top for alias in node.names} if top in FRAMEWORKS else {}
    tops = [(alias, alias.name.partition(".")[0]) for alias in node.names]
    return {alias.asname or top: top for alias, top in tops if top in FRAMEWORKS}


def _imported_by_call(node: ast.Call) -> set[str]:
    """Return the framework in ``import_module("...")``, if it is one."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in ("import_module", "__import__") and node.args and isinstance(node.args[0], ast.Constant):
        return {str(node.args[0].value).partition(".")[0]} & FRAMEWORKS
    return set()
