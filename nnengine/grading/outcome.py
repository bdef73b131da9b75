"""What came of a student's function, and the cause that was found for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nnengine.exercises.base import Draw
from nnengine.grading.compare import Mismatch
from nnengine.text import Text

#: A planted bug must reproduce the student's numbers this closely.
SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Raised:
    """Stands for a result where a function raised instead; equal where the kind of exception is."""

    kind: str
    message: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call of a student's function: inputs, what was expected, what came, how it differs."""

    draw: Draw
    expected: Any
    got: Any
    mismatches: tuple[Mismatch, ...] = ()
    raised: Raised | None = None

    @property
    def is_right(self) -> bool:
        """True where nothing differs."""
        return not self.mismatches and self.raised is None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The named cause of a wrong result."""

    cause: str
    message: Text
    hint: Text | None = None


def wrong_paths(outcomes: Sequence[Outcome]) -> list[str]:
    """Return what is wrong, once each, in the order in which it was found."""
    return list(dict.fromkeys(mismatch.path for outcome in outcomes for mismatch in outcome.mismatches))
