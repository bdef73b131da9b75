"""From what a function returned to its line of the report."""

import logging

from nnengine.exercises.base import Draw, Function
from nnengine.grading import words
from nnengine.grading.compare import compare
from nnengine.grading.diagnose import diagnose
from nnengine.grading.outcome import Diagnosis, Outcome
from nnengine.grading.report import FunctionResult, Verdict
from nnengine.sandbox import RoomEnded

logger = logging.getLogger(__name__)


def missing(function: Function) -> FunctionResult:
    """Say that the function asked for is not there."""
    return FunctionResult(
        function.name, Verdict.MISSING, 0.0, function.points, "missing", *words.missing(function.signature)
    )


def judge(
    function: Function, draw: Draw, expected: object, got: object, *, own_start: bool = False
) -> Outcome:
    """Compare a result with what was expected.

    `own_start` says that it drew its own random start, which some functions may.
    """
    if function.view is not None:
        expected = function.view(draw.args, expected)
        got = function.view(draw.args, got)
    mismatches = compare(
        expected,
        got,
        returns=function.returns,
        private=function.private,
        optional=function.optional,
        tolerance=function.tolerance,
    )
    if function.any_layout:
        mismatches = tuple(mismatch for mismatch in mismatches if mismatch.kind != "layout")
    if mismatches and own_start and function.accept is not None and function.accept(draw, got):
        mismatches = ()
    return Outcome(draw, expected, got, mismatches)


def judged(
    function: Function,
    outcomes: list[Outcome],
    notes: set[str],
    seconds: float,
    *,
    known: Diagnosis | None,
    perhaps: Diagnosis | None,
) -> FunctionResult:
    """Give the verdict and its cause: `known` before any other, `perhaps` where no other is found."""
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    if not wrong:
        return _right(function, notes, seconds)
    try:
        diagnosis = known or diagnose(function, outcomes) or perhaps
    except Exception:
        # The verdict stands without a name; a submission that always failed here would never be graded.
        logger.exception("no diagnosis for %s", function.name)
        diagnosis = None
    first = next((outcome for outcome in wrong if outcome.raised), wrong[0])
    if first.raised is not None:
        if first.raised.kind == "NotFromScratch":
            message = words.not_from_scratch([first.got["message"].partition(".")[0]])
            return no_points(function, Verdict.NOT_FROM_SCRATCH, Diagnosis("framework", *message), seconds)
        if diagnosis is perhaps and first.raised.kind == "NameError":  # says it all itself
            diagnosis = None
        cause = diagnosis or words.raised(first.got)
        detail = words.raised(first.got)
        return no_points(function, Verdict.RAISED, words.joined(cause, detail), seconds)
    mismatch = first.mismatches[0]
    verdict = _verdict(wrong)
    found = no_points(function, verdict, diagnosis or words.mismatch(mismatch, function), seconds)
    return words.with_evidence(found, mismatch, half=_only_layout(wrong))


def _right(function: Function, notes: set[str], seconds: float) -> FunctionResult:
    note = words.note(sorted(notes), function)
    return FunctionResult(
        function.name,
        Verdict.CORRECT,
        function.points,
        function.points,
        note.cause if note else None,
        note.message if note else None,
        note.hint if note else None,
        seconds=seconds,
    )


def _only_layout(wrong: list[Outcome]) -> bool:
    return all(mismatch.kind == "layout" for outcome in wrong for mismatch in outcome.mismatches)


def _verdict(wrong: list[Outcome]) -> Verdict:
    kinds = {mismatch.kind for outcome in wrong for mismatch in outcome.mismatches}
    if "not_finite" in kinds:
        return Verdict.NOT_FINITE
    if "values" in kinds:
        return Verdict.WRONG_VALUES
    return Verdict.WRONG_SHAPE


def no_points(
    function: Function, verdict: Verdict, diagnosis: Diagnosis, seconds: float = 0.0
) -> FunctionResult:
    """Give a verdict that earns nothing, and its cause."""
    return FunctionResult(
        function.name,
        verdict,
        0.0,
        function.points,
        diagnosis.cause,
        diagnosis.message,
        diagnosis.hint,
        seconds=seconds,
    )


def ended_result(
    function: Function, ended: RoomEnded, seconds: float | None, line: int | None = None
) -> FunctionResult:
    """Say how the function ended its room; `line` is that of its innermost loop."""
    verdict, diagnosis = words.ended(ended.reason)
    if verdict is Verdict.TOO_SLOW and line is not None:
        diagnosis = words.joined(diagnosis, words.costliest_loop(line))
    return no_points(function, verdict, diagnosis, seconds or 0.0)
