"""An exercise proves itself: the reference passes, every planted bug is caught and named as itself."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnengine.exercises.base import Exercise, Function
from nnengine.grading.custom import ExerciseCrashed, opened
from nnengine.grading.diagnose import diagnose
from nnengine.grading.outcome import Outcome, Raised
from nnengine.grading.verdict import judge
from nnengine.grading.written import ExerciseError, read
from nnengine.sandbox import IsolationUnavailable, Sandbox, SandboxCrashed, default_sandbox

SEEDS = (1, 2, 3)


def verify(exercise: Exercise) -> list[str]:
    """Return what is wrong with an exercise, one sentence each; empty means that it may be published."""
    faults = []
    ids = [bug.id for function in exercise.functions for bug in function.bugs]
    faults += [
        f"{exercise.id}: two bugs are called {name}" for name in sorted({i for i in ids if ids.count(i) > 1})
    ]
    for function in exercise.functions:
        place = f"{exercise.id}.{function.name}"
        if not function.bugs:
            faults.append(f"{place}: no planted bug, so nothing shows that its check can fail")
        for seed in SEEDS:
            faults += [f"{place} (seed {seed}): {fault}" for fault in _function(function, seed)]
    return faults


def verify_custom(source: str, sandbox: Sandbox | None = None) -> list[str]:
    """Return what is wrong with an exercise's file; its code runs in rooms of `sandbox`.

    Raises
    ------
    IsolationUnavailable, SandboxCrashed
        It could not be run.
    """
    try:
        with opened(read(source), sandbox or default_sandbox()) as exercise:
            return verify(exercise)
    except ExerciseError as error:
        return error.problems
    except ExerciseCrashed as crash:
        return [str(crash)]
    except (IsolationUnavailable, SandboxCrashed):
        raise
    except Exception as error:  # noqa: BLE001 - what the instructor's own functions raise
        return [f"The exercise's own code raised {type(error).__name__}: {error}."]


def _function(function: Function, seed: int) -> list[str]:
    faults = []
    draws = function.draws(np.random.default_rng([seed, 77]))
    if all(draw.label for draw in draws):
        faults.append("no generic draw")
    if not all(outcome.is_right for outcome in run(function, function.reference, seed)):
        faults.append("the reference does not pass")
    try:
        mutants = function.mutants
    except (ValueError, SyntaxError) as error:
        return [*faults, str(error)]
    for bug, mutant in mutants:
        outcomes = run(function, mutant, seed)
        if all(outcome.is_right for outcome in outcomes):
            faults.append(f"{bug.id} is not caught")
            continue
        found = diagnose(function, outcomes)
        if found is None or found.cause != bug.id:
            faults.append(f"{bug.id} is called {found.cause if found else 'nothing'}")
    return faults


def run(function: Function, candidate: Callable[..., Any], seed: int) -> list[Outcome]:
    """Call `candidate`, trusted code, on the draws of `seed`."""
    outcomes = []
    for draw in function.draws(np.random.default_rng([seed, 77])):
        expected = function.run(function.reference, draw)
        try:
            with np.errstate(all="ignore"):
                got = function.run(candidate, draw)
        except Exception as error:  # noqa: BLE001 - a planted bug raises whatever it raises
            outcomes.append(Outcome(draw, expected, None, raised=Raised(type(error).__name__, str(error))))
            continue
        outcomes.append(judge(function, draw, expected, got))
    return outcomes
