"""A learning curve as the code tells it: thinned out, so that it stays small however long it trains."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: A curve never has more points than this; when it would, every second one goes.
MOST_POINTS = 200


@dataclass(slots=True)
class Curve:
    """Points (step, value) in the order they were told; a value that is not finite is None."""

    points: list[tuple[int, float | None]] = field(default_factory=list)
    stride: int = 1
    seen: int = 0

    def add(self, steps: Any, values: Any) -> None:  # noqa: ANN401 - told by code that nobody believes
        """Take in what was told; what is no series of numbers is not taken."""
        if not _is_series(steps, "iu") or not _is_series(values, "iuf") or len(steps) != len(values):
            return
        for step, value in zip(steps.tolist(), values.tolist(), strict=True):
            if self.seen % self.stride == 0:
                self.points.append((step, float(value) if math.isfinite(value) else None))
                if len(self.points) > MOST_POINTS:
                    self.points = self.points[::2]
                    self.stride *= 2
            self.seen += 1


def _is_series(told: object, kinds: str) -> bool:
    return isinstance(told, np.ndarray) and told.ndim == 1 and told.dtype.kind in kinds
