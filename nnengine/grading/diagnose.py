"""Why is it wrong? Names the mistake from the numbers alone."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nnengine.exercises.base import Bug, Function
from nnengine.grading.ablation import candidates
from nnengine.grading.compare import Mismatch, compare, layouts
from nnengine.grading.outcome import SAME, Diagnosis, Outcome, Raised, wrong_paths
from nnengine.grading.ratios import nearly, ratio, spread
from nnengine.text import Text


def diagnose(function: Function, outcomes: Sequence[Outcome]) -> Diagnosis | None:
    """Name the mistake behind `outcomes`, of which at least one is wrong; None where it has no name.

    In this order: a planted bug that gives the same numbers everywhere; a planted bug that explains the first
    wrong result; a constant ratio; one piece left out or turned; a planted bug that
    explains one wrong result; right to a few digits; right for special inputs only; right values in another
    shape; random numbers on another scale.
    """
    results = _mutant_results(function, outcomes)
    return (
        _whole_match(function, outcomes, results)
        or _partial_match(function, outcomes, results, strict=True)
        or ratio(outcomes)
        or _ablation(function, outcomes)
        or _partial_match(function, outcomes, results, strict=False)
        or nearly(outcomes)
        or _special_only(outcomes)
        or _layout(outcomes)
        or spread(outcomes)
    )


def _mutant_results(function: Function, outcomes: Sequence[Outcome]) -> list[tuple[Bug, list[Any]]]:
    return [(bug, _results(function, mutant, outcomes)) for bug, mutant in function.mutants]


def _spoils_no_more(function: Function, row: list[Any], outcomes: Sequence[Outcome]) -> bool:
    """Say whether the student's results agree with a mutant's wherever the mutant is wrong."""
    for mutant, outcome in zip(row, outcomes, strict=True):
        spoilt = _differences(function, outcome.expected, replace(outcome, got=mutant, raised=None)) or ()
        apart = {mismatch.path for mismatch in _differences(function, mutant, outcome) or ()}
        if any(mismatch.path in apart for mismatch in spoilt):
            return False
    return True


def _results(function: Function, mutant: Callable[..., Any], outcomes: Sequence[Outcome]) -> list[Any]:
    row: list[Any] = []
    for outcome in outcomes:
        try:
            with np.errstate(all="ignore"):
                result = function.run(mutant, outcome.draw)
            row.append(function.view(outcome.draw.args, result) if function.view else result)
        except Exception as error:  # noqa: BLE001 - mistakes raise whatever they raise
            row.append(Raised(type(error).__name__, str(error)))
    return row


def _differences(function: Function, mutant: object, outcome: Outcome) -> tuple[Mismatch, ...] | None:
    """Return how the student's result differs from a mutant's; None where they cannot be compared."""
    if isinstance(mutant, Raised) or outcome.raised is not None:
        same = isinstance(mutant, Raised) and mutant == outcome.raised
        return () if same else None
    with contextlib.suppress(TypeError, ValueError):
        return compare(
            mutant,
            outcome.got,
            returns=function.returns,
            private=function.private,
            optional=function.optional,
            tolerance=SAME,
        )
    return None


def _whole_match(
    function: Function, outcomes: Sequence[Outcome], results: list[tuple[Bug, list[Any]]]
) -> Diagnosis | None:
    for bug, row in results:
        pairs = list(zip(row, outcomes, strict=True))
        if not any(_is_telling(mutant, outcome) for mutant, outcome in pairs):
            continue
        if all(_fails_alike(function, mutant, outcome) for mutant, outcome in pairs):
            return Diagnosis(bug.id, bug.message, bug.hint)
    return None


def _fails_alike(function: Function, mutant: object, outcome: Outcome) -> bool:
    """Say whether a mutant gives the student's numbers and misses the same results in the same way."""
    if _differences(function, mutant, outcome) != ():
        return False
    if outcome.raised is not None:
        return True
    found = _differences(function, outcome.expected, replace(outcome, got=mutant))
    return _failures(found or ()) == _failures(outcome.mismatches)


def _failures(mismatches: Sequence[Mismatch]) -> set[tuple[str, str]]:
    return {(mismatch.path, mismatch.kind) for mismatch in mismatches}


def _is_telling(mutant: object, outcome: Outcome) -> bool:
    """Say whether agreement would mean something: many mistakes raise a ValueError."""
    if isinstance(mutant, Raised) and outcome.raised is not None:
        return mutant.message == outcome.raised.message
    return not outcome.is_right


def _partial_match(
    function: Function, outcomes: Sequence[Outcome], results: list[tuple[Bug, list[Any]]], *, strict: bool
) -> Diagnosis | None:
    """Match one wrong result alone: two mistakes in one function are named one after the other.

    `strict` wants everything that the mistake makes wrong to be wrong in the same way here.
    """
    wrong = [outcome for outcome in outcomes if outcome.mismatches]
    if not wrong or any(outcome.raised for outcome in outcomes):
        return None
    for path in wrong_paths(wrong):
        for bug, row in results:
            if _explains(function, path, row, outcomes) and (
                not strict or _spoils_no_more(function, row, outcomes)
            ):
                return Diagnosis(bug.id, bug.message, bug.hint)
    return None


def _explains(function: Function, path: str, row: list[Any], outcomes: Sequence[Outcome]) -> bool:
    changed = False
    for mutant, outcome in zip(row, outcomes, strict=True):
        differences = _differences(function, mutant, outcome)
        if isinstance(mutant, Raised) or differences is None:
            return False
        if any(mismatch.path == path for mismatch in differences):
            return False
        if not outcome.is_right:
            against = replace(outcome, got=mutant)
            found = _failures(_differences(function, outcome.expected, against) or ())
            here = {failure for failure in _failures(outcome.mismatches) if failure[0] == path}
            if here != {failure for failure in found if failure[0] == path}:
                return False
            changed = changed or bool(here)
    return changed


def _ablation(function: Function, outcomes: Sequence[Outcome]) -> Diagnosis | None:
    """Match the reference with one piece left out or turned; whole results before parts."""
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    if function.view is not None or not function.has_source or any(outcome.raised for outcome in wrong):
        return None
    paths, partly = wrong_paths(wrong), None
    for candidate in candidates(function.reference):
        first = _results(function, candidate.function, wrong[:1])
        if not _explains(function, paths[0], first, wrong[:1]):
            continue
        row = _results(function, candidate.function, outcomes)
        pairs = zip(row, outcomes, strict=True)
        found = Diagnosis(candidate.cause, candidate.message, _AS_IF)
        if all(_fails_alike(function, mutant, outcome) for mutant, outcome in pairs):
            return found
        if partly is None and _explains(function, paths[0], row, outcomes):
            partly = found
    return partly


_AS_IF = Text(
    "Compare that piece with the formula, sign and factors included.",
    "Vergleichen Sie dieses Stück mit der Formel, Vorzeichen und Faktoren eingeschlossen.",
)


def _special_only(outcomes: Sequence[Outcome]) -> Diagnosis | None:
    """Right exactly where the inputs are special: the special case is the diagnosis."""
    right = {outcome.draw.label for outcome in outcomes if outcome.is_right}
    wrong = {outcome.draw.label for outcome in outcomes if not outcome.is_right}
    if not right or right & wrong:
        return None
    if "" in wrong:
        label = sorted(right)[0]
        return Diagnosis(
            f"right-only-if:{label}",
            Text(f"It is right only for {label}.", f"Es stimmt nur für {label}."),
            Text(
                f"Something in your code does not depend on what {label} hides.",
                f"Etwas in Ihrem Code hängt nicht von dem ab, was {label} verbirgt.",
            ),
        )
    label = sorted(wrong)[0]
    return Diagnosis(
        f"wrong-only-if:{label}",
        Text(
            f"It is right in general, but wrong for {label}.", f"Es stimmt allgemein, aber nicht für {label}."
        ),
        Text("Try that case by hand.", "Rechnen Sie diesen Fall von Hand."),
    )


def _layout(outcomes: Sequence[Outcome]) -> Diagnosis | None:
    found = [m for outcome in outcomes for m in outcome.mismatches]
    if not found or any(m.kind not in ("layout", "shape") for m in found):
        return None
    first = found[0]
    if first.expected is None or first.got is None:
        return None
    if first.kind == "layout":
        transposed = first.got.shape == first.expected.shape[::-1] and first.got.ndim > 1
        if transposed and any(True for _ in layouts(first.got, first.expected.shape)):
            return Diagnosis(
                f"transposed:{first.path}",
                Text(
                    f"{first.path} has the right values, transposed.",
                    f"{first.path} stimmt, ist aber transponiert.",
                ),
                Text("Swap the axes.", "Vertauschen Sie die Achsen."),
            )
        got, wanted = first.got.shape, first.expected.shape
        return Diagnosis(
            f"shape-of-one:{first.path}",
            Text(
                f"{first.path} has the right values in the shape {got} instead of {wanted}.",
                f"{first.path} hat die richtigen Werte in der Form {got} statt {wanted}.",
            ),
            Text(
                "Look for a sum without keepdims, or a missing reshape.",
                "Suchen Sie eine Summe ohne keepdims oder ein fehlendes reshape.",
            ),
        )
    return None
