"""Run a student's line of numpy in the sandbox, on inputs that nobody sees, beside the author's line.

Both run in rooms of their own: what is right is never where a student's code is. The results are compared
here, outside.
"""

import itertools
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from nnengine.grading.compare import Mismatch, compare
from nnengine.grading.ratios import constant_ratio
from nnengine.sandbox import Reply, Room, RoomEnded, Sandbox
from quizzes.kinds import Data, Score
from quizzes.kinds.base import rows_of
from quizzes.kinds.numpy_line import LineError, read_line, result_of

CASES = 4
#: Wall time of all cases together, in seconds.
SECONDS = 2.0
TOLERANCE = 1e-7
Array = npt.NDArray[Any]


class BrokenReference(ValueError):  # noqa: N818 - reads as what happened
    """The author's own line does not run; the message says why."""


@dataclass(frozen=True)
class Case:
    """What the line gets: the sizes that names stand for, and the arguments in the author's order."""

    sizes: dict[str, int]
    arguments: tuple[Any, ...]


def check(data: Data, text: str, *, sandbox: Sandbox) -> Score:
    """Return how right a student's line is; nothing a student writes makes this raise.

    Raises
    ------
    BrokenReference
        The author's line does not run: nothing can be said of the student's.
    SandboxCrashed
        The sandbox failed: check again.
    """
    try:
        line = read_line(text, data)
    except LineError as error:
        return Score(0, str(error), "no_line")
    cases, expected = cases_of(data), expected_of(data, sandbox)
    try:
        replies = list(_run(data, line, cases, sandbox))
    except RoomEnded as ended:
        return _ended(ended)
    for case, reply in zip(cases, replies, strict=True):
        if reply.error is not None:
            return _raised(case, reply.error)
    tolerance = float(data.get("tolerance", TOLERANCE))
    found = [
        compare(right, reply.value, returns=(result_of(data),), tolerance=tolerance)
        for right, reply in zip(expected, replies, strict=True)
    ]
    return _judged(data, cases, [next(iter(mismatches), None) for mismatches in found])


def expected_of(data: Data, sandbox: Sandbox) -> tuple[Any, ...]:
    """Return what the author's line gives for each case; it runs once a process.

    Raises
    ------
    BrokenReference
        It raises, takes too long, or gives something that is no array of finite numbers.
    """
    return _expected(json.dumps(data, sort_keys=True), sandbox)


@lru_cache(maxsize=256)
def _expected(text: str, sandbox: Sandbox) -> tuple[Any, ...]:
    data = json.loads(text)
    try:
        replies = list(_run(data, read_line(str(data.get("reference", "")), data), cases_of(data), sandbox))
    except LineError as error:
        raise BrokenReference(str(error)) from error
    except RoomEnded as ended:
        raise BrokenReference(_ended(ended).feedback) from ended
    for reply in replies:
        if reply.error is not None:
            raise BrokenReference(f"{reply.error['type']}: {reply.error['message']}")
        if not _is_finite(reply.value):
            raise BrokenReference(_("It gives something that is no array of finite numbers."))
    return tuple(reply.value for reply in replies)


def _is_finite(value: object) -> bool:
    if isinstance(value, bool | int | float | np.generic | np.ndarray):
        array = np.asarray(value)
        return array.dtype.kind in "biuf" and bool(np.isfinite(array).all())
    return False


def _run(data: Data, line: str, cases: Sequence[Case], sandbox: Sandbox) -> Iterator[Reply]:
    """Call the line for each case, in one room that is closed at the end."""
    deadline = time.monotonic() + SECONDS
    with sandbox.room() as room:
        try:
            failed = _loaded(room, data, line)
            for case in cases:
                if failed is not None:
                    yield failed
                else:
                    left = max(0.01, deadline - time.monotonic())
                    yield room.call("line", case.arguments, seed=0, seconds=left)
        finally:
            sandbox.prepare()


def _loaded(room: Room, data: Data, line: str) -> Reply | None:
    """Take in the function around the line; return what went wrong, as if it had been called."""
    chunks = [{"name": "submission", "source": source_of(data, line), "kind": "definition"}]
    errors = room.load(chunks, "")["errors"]
    return Reply(error=errors[0]) if errors else None


def source_of(data: Data, line: str) -> str:
    """Return the function whose body are the lines before, the line, and the lines after it."""
    names = ", ".join(argument["name"] for argument in rows_of(data, "arguments"))
    body = [*_lines(data, "before"), f"{result_of(data)} = ({line})", *_lines(data, "after")]
    return "\n".join(
        [f"def line({names}):", *(f"    {one}" for one in body), f"    return {result_of(data)}"]
    )


def _lines(data: Data, name: str) -> list[str]:
    return [line for line in str(data.get(name, "")).splitlines() if line.strip()]


# Inputs ---------------------------------------------------------------------------------------------------


def cases_of(data: Data) -> list[Case]:
    """Draw the inputs: the same ones for everybody who is asked the same."""
    seed = sha256(json.dumps(data, sort_keys=True).encode()).digest()
    rng = np.random.default_rng(list(seed))
    arguments = rows_of(data, "arguments")
    names = sorted({size for one in arguments for size in one.get("shape", []) if isinstance(size, str)})
    fixed = {size for one in arguments for size in one.get("shape", []) if isinstance(size, int)}
    return [_case(arguments, names, fixed, rng) for _case_number in range(CASES)]


def _case(arguments: Sequence[Data], names: Sequence[str], fixed: set[int], rng: np.random.Generator) -> Case:
    """Draw one case; no two names stand for the same size, so that a mixed-up axis shows."""
    free = [size for size in range(2, 3 + 2 * (len(names) + 2)) if size not in fixed or len(fixed) > 4]
    drawn = rng.choice(free, size=len(names), replace=False)
    sizes = {name: int(size) for name, size in zip(names, drawn, strict=True)}
    values = []
    for argument in arguments:
        shape = tuple(sizes.get(size, size) for size in argument.get("shape", []))
        values.append(_draw(str(argument.get("values", "normal")), shape, rng))
    return Case(sizes, tuple(values))


def _draw(values: str, shape: tuple[int, ...], rng: np.random.Generator) -> Any:  # noqa: ANN401 - a number or an array
    match values:
        case "positive":
            drawn: Any = rng.uniform(0.1, 2.0, size=shape)
        case "probability":
            drawn = rng.uniform(0.05, 0.95, size=shape)
        case "integers":
            drawn = rng.integers(-5, 6, size=shape)
        case "sizes":
            drawn = rng.integers(1, 4, size=shape)
        case "binary":
            drawn = rng.integers(0, 2, size=shape)
        case "one_hot":
            drawn = np.eye(shape[1])[rng.integers(0, shape[1], size=shape[0])]
        case "one_hot_columns":
            drawn = np.eye(shape[0])[rng.integers(0, shape[0], size=shape[1])].T
        case _:
            drawn = rng.normal(size=shape)
    return drawn if shape else np.asarray(drawn).item()


# What went wrong ------------------------------------------------------------------------------------------


def _judged(data: Data, cases: Sequence[Case], mismatches: Sequence[Mismatch | None]) -> Score:
    """Name what all cases have in common, or else what is wrong with the first wrong one."""
    wrong = [(case, one) for case, one in zip(cases, mismatches, strict=True) if one is not None]
    if not wrong:
        return Score(1)
    credit = float(data.get("slip_credit", 0.5))
    case, first = wrong[0]
    if all(one.kind == "layout" for _case_of_it, one in wrong) and len(wrong) == len(cases):
        words = {"said": _shape(first.got), "key": _shape(first.expected)}
        if first.got is not None and first.expected is not None and first.got.T.shape == first.expected.shape:
            return Score(
                credit,
                _("The numbers are right, but transposed: %(said)s, not %(key)s.") % words,
                "transposed",
            )
        return Score(
            credit, _("The numbers are right, but their shape is %(said)s, not %(key)s.") % words, "shape"
        )
    factor = _factor(wrong) if len(wrong) == len(cases) else None
    if factor is not None:
        return Score(credit, *factor)
    return Score(
        0,
        *_words(case, first),
    )


def _words(case: Case, one: Mismatch) -> tuple[str, str]:
    """Return a sentence about a wrong result, and its short name."""
    match one.kind:
        case "type" | "missing":
            return _("The line gives %(what)s, not an array.") % {"what": one.note or "None"}, "no_array"
        case "not_finite":
            return _("Some numbers of the result are not finite (inf or nan)."), "not_finite"
        case "shape" | "layout":
            words = {"said": _shape(one.got), "key": _shape(one.expected), "sizes": _sizes(case)}
            return _("The shape is wrong: %(said)s, not %(key)s%(sizes)s.") % words, "shape"
    if one.expected is not None and one.got is not None and _is_nearly(one.expected, one.got):
        return _("The numbers are right to a few digits only."), "imprecise"
    return _("The shape is right, but the numbers are not."), "values"


def _is_nearly(expected: Array, got: Array) -> bool:
    scale = float(np.max(np.abs(expected), initial=0.0))
    return bool(np.all(np.abs(got - expected) <= 1e-3 * scale))


def _factor(wrong: Sequence[tuple[Case, Mismatch]]) -> tuple[str, str] | None:
    """Explain results that are the right ones times one factor: -1, 2, or made of the sizes."""
    ratios = [constant_ratio(one.expected, one.got) if one.kind == "values" else None for _case, one in wrong]
    found = [ratio for ratio in ratios if ratio is not None]
    entries = sum(one.expected.size for _case, one in wrong if one.expected is not None)
    if len(found) < len(wrong) or entries < 2:
        return None
    for name, words, values in _known_factors([case for case, _one in wrong]):
        if all(math.isclose(ratio, value, rel_tol=1e-6) for ratio, value in zip(found, values, strict=True)):
            return words, name
    if all(math.isclose(ratio, found[0], rel_tol=1e-6) for ratio in found):
        return _("The result is %(factor).4g times the right one.") % {"factor": found[0]}, "factor"
    return None


def _known_factors(cases: Sequence[Case]) -> Iterator[tuple[str, str, list[float]]]:
    yield "sign", _("Everything but the sign is right."), [-1.0] * len(cases)
    yield "factor_2", _("The result is twice the right one."), [2.0] * len(cases)
    yield "factor_half", _("The result is half of the right one."), [0.5] * len(cases)
    names = list(cases[0].sizes)
    for group in (*itertools.combinations(names, 1), *itertools.combinations(names, 2)):
        sizes, name = [float(math.prod(case.sizes[one] for one in group)) for case in cases], "·".join(group)
        many = _("The result is %(name)s times the right one: it is not divided by %(name)s.") % {
            "name": name
        }
        few = _("The result is the right one divided by %(name)s: that is once too often.") % {"name": name}
        yield f"times_{name}", many, sizes
        yield f"over_{name}", few, [1 / size for size in sizes]
        yield f"minus_times_{name}", _("The sign is wrong, too. ") + many, [-size for size in sizes]
        yield f"minus_over_{name}", _("The sign is wrong, too. ") + few, [-1 / size for size in sizes]


def _raised(case: Case, error: dict[str, Any]) -> Score:
    words = {"error": f"`{error['type']}: {error['message']}`".replace("\n", " "), "sizes": _sizes(case)}
    name = "not_from_scratch" if error["type"] == "NotFromScratch" else "raised"
    return Score(0, _("The line stops with %(error)s%(sizes)s.") % words, name)


def _ended(ended: RoomEnded) -> Score:
    if ended.reason in {"time", "processor-time"}:
        return Score(0, _("The line takes too long."), "too_slow")
    if ended.reason in {"memory", "too-much-output"}:
        return Score(0, _("The line needs too much memory."), "too_large")
    if ended.reason == "forbidden-call":
        return Score(0, _("The line tried something that is not allowed here."), "forbidden")
    return Score(0, _("The line ended the program that runs it."), "ended")


def _shape(array: Array | None) -> str:
    return str(array.shape if array is not None else ())


def _sizes(case: Case) -> str:
    """Return " (with m = 4, n = 7)" for the words above; nothing where no size has a name."""
    told = ", ".join(f"{name} = {size}" for name, size in case.sizes.items())
    return _(" (with %(sizes)s)") % {"sizes": told} if told else ""
