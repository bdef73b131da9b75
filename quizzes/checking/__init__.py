"""The quizzes' door to the engine: variants of questions, keyed by it, and answers checked in its sandbox.

A variant is what a kind's author data lack: the numbers that this student sees, and the key. It is stored
with the attempt, so that showing, scoring and replaying it need no engine. Answers that need the sandbox are
checked by a worker: `quizzes.checking.record` asks, claims, checks and records.
"""

from collections.abc import Callable

import numpy as np

from quizzes.checking import backprop, boundary, convolution, loss_curve, shapes
from quizzes.checking.door import author_problems, check
from quizzes.kinds import Data

__all__ = ["author_problems", "check", "is_drawn", "variant"]

_DRAW: dict[str, Callable[[Data, np.random.Generator], Data]] = {
    "shapes": shapes.draw,
    "backprop": backprop.draw,
    "convolution": convolution.draw,
    "loss_curve": loss_curve.draw,
    "boundary": boundary.draw,
}


def is_drawn(kind: str) -> bool:
    """Tell whether questions of a kind are drawn for each student."""
    return kind in _DRAW


def variant(kind: str, data: Data, seed: int) -> Data:
    """Return the variant of a question that `seed` gives; empty for kinds that are the same for everybody.

    Parameters
    ----------
    kind, data
        A version's, which has no `QuestionKind.problems`.
    seed
        Not negative. The same seed gives the same variant on one machine.
    """
    draw = _DRAW.get(kind)
    return draw(data, np.random.default_rng(seed)) if draw else {}
