"""What the grader says about a submission: frozen, and the same as JSON and as Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from nnengine.text import Text


class Verdict(StrEnum):
    """The outcome for one function."""

    CORRECT = "correct"
    WRONG_VALUES = "wrong_values"
    WRONG_SHAPE = "wrong_shape"
    NOT_FINITE = "not_finite"
    RAISED = "raised"
    TOO_SLOW = "too_slow"
    MISSING = "missing"
    NOT_FROM_SCRATCH = "not_from_scratch"
    TAMPERING = "tampering"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the hand-in as a whole: a cell that does not parse, a file that is not Python.

    Attributes
    ----------
    code
        A stable word for programs, e.g. ``"syntax-error"``, ``"empty"``, ``"not-python"``.
    message
        What to tell the student; may quote their source, so escape it before showing it as HTML.
    """

    code: str
    message: Text

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able copy."""
        return {"code": self.code, "message": self.message.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(code=data["code"], message=Text.from_dict(data["message"]))


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """The outcome for one function of an exercise.

    Attributes
    ----------
    name
        The function's name in the exercise (not an alias the student may have used).
    verdict
        What came of it.
    points, max_points
        Credit given and the most there is.
    cause
        The id of the planted bug or of the rule that explains the outcome, e.g. ``"dW2-not-averaged"``,
        ``"changes-argument"``; None where nothing is wrong or nothing more is known.
    message, hint
        What is wrong, and what to look at; None for a correct function without remarks. A correct function
        may carry a message (a note): values right, but numpy warned.
    expected, got
        Shapes or types as text, e.g. ``"(2, 4)"``, ``"float64 (4, 1)"``.
    first_index
        Where the first wrong value is, e.g. ``"dW1[0, 2]"``.
    difference
        Rows of ``got - expected`` around it, at most 8 x 8, for a heat map.
    seconds
        Time spent in the student's function, all calls together.
    """

    name: str
    verdict: Verdict
    points: float
    max_points: float
    cause: str | None = None
    message: Text | None = None
    hint: Text | None = None
    expected: str | None = None
    got: str | None = None
    first_index: str | None = None
    difference: tuple[tuple[float, ...], ...] | None = None
    seconds: float = 0.0

    @property
    def is_correct(self) -> bool:
        """True for full credit."""
        return self.verdict is Verdict.CORRECT

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able copy."""
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "points": self.points,
            "max_points": self.max_points,
            "cause": self.cause,
            "message": self.message.to_dict() if self.message else None,
            "hint": self.hint.to_dict() if self.hint else None,
            "expected": self.expected,
            "got": self.got,
            "first_index": self.first_index,
            "difference": [list(row) for row in self.difference] if self.difference else None,
            "seconds": self.seconds,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        rows = data["difference"]
        return cls(
            name=data["name"],
            verdict=Verdict(data["verdict"]),
            points=data["points"],
            max_points=data["max_points"],
            cause=data["cause"],
            message=Text.from_dict(data["message"]) if data["message"] else None,
            hint=Text.from_dict(data["hint"]) if data["hint"] else None,
            expected=data["expected"],
            got=data["got"],
            first_index=data["first_index"],
            difference=tuple(tuple(row) for row in rows) if rows else None,
            seconds=data["seconds"],
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The grade sheet of one submission.

    Attributes
    ----------
    exercise
        The exercise's id.
    score, max_score
        Points given and the most there are (sums over `functions`).
    seconds
        Wall time of the whole check.
    problems
        Remarks about the hand-in as a whole, in reading order.
    functions
        One result for every function of the exercise, in the exercise's order.
    tier
        The isolation it ran under: ``"full"``, ``"reduced"`` or ``"none"`` (a student's own machine).
    uses
        Which functions of the exercise each one builds on, for those that do.
    """

    exercise: str
    score: float
    max_score: float
    seconds: float
    problems: tuple[Problem, ...] = ()
    functions: tuple[FunctionResult, ...] = field(default=())
    tier: str = "full"
    uses: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able copy."""
        return {
            "exercise": self.exercise,
            "score": self.score,
            "max_score": self.max_score,
            "seconds": self.seconds,
            "problems": [problem.to_dict() for problem in self.problems],
            "functions": [function.to_dict() for function in self.functions],
            "tier": self.tier,
            "uses": {name: list(used) for name, used in self.uses.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(
            exercise=data["exercise"],
            score=data["score"],
            max_score=data["max_score"],
            seconds=data["seconds"],
            problems=tuple(Problem.from_dict(item) for item in data["problems"]),
            functions=tuple(FunctionResult.from_dict(item) for item in data["functions"]),
            tier=data["tier"],
            uses={name: tuple(used) for name, used in data.get("uses", {}).items()},
        )
