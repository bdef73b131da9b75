"""What results alone do not show: how a function goes about its work.

Whether the same inputs give the same result again, whether it reads what is not its argument, which of its
loops runs longest.
"""

import ast
from collections.abc import Sequence

import numpy as np

from nnengine.exercises.base import Function
from nnengine.grading.compare import compare
from nnengine.grading.outcome import Diagnosis
from nnengine.grading.submission import Definition
from nnengine.grading.syntax import nodes
from nnengine.sandbox import Reply
from nnengine.text import Text

_LOOPS = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp)


def unstable(function: Function, replies: Sequence[Reply]) -> Diagnosis | None:
    """Name what makes three calls with the same inputs differ: the third with another seed.

    None where they do not, or where one of them raised.
    """
    if any(reply.error is not None for reply in replies):
        return None
    first, again, elsewhere = (reply.value for reply in replies)
    if _differ(function, first, again):
        return Diagnosis(
            "keeps-state",
            Text(
                "The same inputs give another result next time: it keeps something between calls.",
                "Dieselben Eingaben geben beim nächsten Mal etwas anderes: Sie merkt sich etwas.",
            ),
            Text(
                "Look for a global variable, or a default argument such as [] or {} that is changed.",
                "Suchen Sie eine globale Variable oder ein Vorgabeargument wie [], das sie verändert.",
            ),
        )
    if _differ(function, first, elsewhere):
        return Diagnosis(
            "unseeded-randomness",
            Text(
                "The same inputs give another result each time: it draws random numbers.",
                "Dieselben Eingaben geben jedes Mal ein anderes Ergebnis: Sie zieht Zufallszahlen.",
            ),
            Text(
                "What is asked for has no chance in it.", "In dem, was verlangt ist, kommt kein Zufall vor."
            ),
        )
    return None


def _differ(function: Function, one: object, other: object) -> bool:
    names = function.returns
    try:
        found = compare(one, other, returns=names, private=names, optional=function.optional, tolerance=1e-12)
    except (TypeError, ValueError):  # results of a form that cannot be compared
        return False
    # NaN differs from NaN: what was not finite the first time says nothing about a second.
    return any(mismatch.expected is None or np.isfinite(mismatch.expected).all() for mismatch in found)


def reads_outside(definition: Definition | None, values: frozenset[str]) -> Diagnosis | None:
    """Name a top-level value of the submission (one of `values`) that a wrong function reads."""
    if definition is None:
        return None
    bound = set(definition.parameters)
    read: list[str] = []
    for node in nodes(definition.node):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                read.append(node.id)
            else:
                bound.add(node.id)
    name = next((name for name in sorted(set(read) - bound) if name in values), None)
    if name is None:
        return None
    return Diagnosis(
        f"reads-outside:{name}",
        Text(
            f"It reads {name} from outside of the function; its value there is another one.",
            f"Sie liest {name} von außerhalb der Funktion; dort hat es einen anderen Wert.",
        ),
        Text("Take everything from the arguments.", "Nehmen Sie alles aus den Argumenten."),
    )


def costliest_loop(definition: Definition | None) -> int | None:
    """Return the line of the loop that is inside the most others; None where there is no loop."""
    deepest, line = 0, None
    waiting: list[tuple[ast.AST, int]] = [(definition.node, 0)] if definition else []
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, _LOOPS):
            depth += 1
            # An endless loop is a `while` before it is anything else.
            if depth > deepest or (depth == deepest and isinstance(node, ast.While)):
                deepest, line = depth, node.lineno
        waiting += [(child, depth) for child in ast.iter_child_nodes(node)]
    return line
