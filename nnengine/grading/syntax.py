"""Walking syntax trees."""

import ast
from collections.abc import Iterator


def nodes(root: ast.AST) -> Iterator[ast.AST]:
    """Yield `root` and every node below it but the ``Load()`` and ``Store()`` marks, in no particular order.

    `ast.walk` takes half as long again, a good part of what grading costs outside the room.
    """
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                waiting += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                waiting.append(value)
