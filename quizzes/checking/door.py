"""Which check a kind's answers get."""

from typing import cast

from django.conf import settings

from nnengine.sandbox import Tier, default_sandbox
from quizzes.checking import numpy_line
from quizzes.kinds import KINDS, Data, Score, Value


def check(kind: str, data: Data, value: Value) -> Score:
    """Return how right an answer is that a worker must check; nothing a student writes makes this raise.

    Parameters
    ----------
    data
        The item's, with what was drawn.

    Raises
    ------
    IsolationUnavailable
        This machine cannot isolate student code; the message names what is missing and the remedy.
    SandboxCrashed
        The sandbox failed, not the student: check again.
    BrokenReference
        The question's own key does not run.
    """
    if KINDS[kind].graded_by != "worker":
        return KINDS[kind].score(data, value)
    sandbox = default_sandbox(cast("Tier", settings.SANDBOX_TIER))
    return numpy_line.check(data, value[0] if value else "", sandbox=sandbox)


def author_problems(kind: str, data: Data) -> list[str]:
    """Return what only running it shows to be wrong with an author's `data`, which has no other problems.

    Raises
    ------
    IsolationUnavailable, SandboxCrashed
        As `check`.
    """
    if KINDS[kind].graded_by != "worker":
        return []
    try:
        numpy_line.expected_of(data, default_sandbox(cast("Tier", settings.SANDBOX_TIER)))
    except numpy_line.BrokenReference as error:
        return [str(error)]
    return []
