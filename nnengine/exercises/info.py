"""What the site and the command line show of an exercise."""

from dataclasses import dataclass
from typing import Any

from nnengine.text import Text


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """One function a student is asked for; `weight` is its share of the score (all of them add to 1)."""

    name: str
    signature: str
    weight: float
    max_points: float


@dataclass(frozen=True, slots=True)
class ExerciseInfo:
    """An exercise without its answers.

    Attributes
    ----------
    id
        Stable name, e.g. ``"planar-one-hidden-layer"``.
    title
        For people.
    functions
        What is asked for, in the order of the grade sheet.
    week
        Where it belongs in the courses it follows, e.g. ``"C1W3"``.
    reading
        Where its mathematics is written down.
    """

    id: str
    title: Text
    functions: tuple[FunctionInfo, ...]
    week: str
    reading: str

    @property
    def max_score(self) -> float:
        """The most points there are."""
        return sum(function.max_points for function in self.functions)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able copy."""
        return {
            "id": self.id,
            "title": self.title.to_dict(),
            "week": self.week,
            "reading": self.reading,
            "max_score": self.max_score,
            "functions": [
                {
                    "name": function.name,
                    "signature": function.signature,
                    "weight": function.weight,
                    "max_points": function.max_points,
                }
                for function in self.functions
            ],
        }
