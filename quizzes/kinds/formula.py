"""A gradient as a formula, compared with finite differences of the function it is the gradient of.

`data`: ``{"function": "(w * x - y)^2", "by": "w", "variables": {"w": [-2, 2], "x": [-2, 2], "y": [-2, 2]}}``.
Any form of the right formula is right: both are evaluated at the same points. The points are fixed.
"""

import math
import random
from statistics import median

from django.utils.translation import gettext as _

from quizzes.kinds import expressions
from quizzes.kinds.base import Data, QuestionKind, Score, Value

POINTS = 24
#: Of central differences: cube root of the machine's precision, relative to the variable's range.
STEP = 6e-6
TOLERANCE = 1e-5


class GradientFormula(QuestionKind):
    """One line in which a formula is written."""

    template = "quizzes/kinds/_formula.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        variables = data.get("variables")
        if not isinstance(variables, dict) or not all(map(_is_range, variables.values())) or not variables:
            return [_('Give every variable its range, for example {"w": [-2, 2]}.')]
        if data.get("by") not in list(variables):
            return [_("Say by which of the variables the derivative is taken.")]
        try:
            expressions.read(str(data.get("function", "")), variables)
        except expressions.FormulaError as error:
            return [_("The function: %(problem)s") % {"problem": error}]
        if len(_points(data)) < POINTS // 2:
            return [_("The function has no value at many points of these ranges: make them smaller.")]
        return []

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {
            "text": value[0] if value else "",
            "names": ", ".join(data["variables"]),
            "functions": ", ".join(sorted(expressions.FUNCTIONS)),
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return 1 where the formula agrees with finite differences at all points, else 0 and what is off."""
        text = value[0] if len(value) == 1 else ""
        if not text.strip():
            return Score(0)
        try:
            formula = expressions.read(text, data["variables"])
        except expressions.FormulaError as error:
            return Score(0, str(error))
        pairs = [(formula(point), slope) for point, slope in _points(data)]
        if all(_is_close(number, slope) for number, slope in pairs):
            return Score(1)
        return Score(0, *_difference(pairs))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [f"`{data['solution']}`"] if data.get("solution") else []

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [f"`{part}`" for part in value if part.strip()]


def _is_range(bounds: object) -> bool:
    return (
        isinstance(bounds, list)
        and len(bounds) == 2
        and all(isinstance(bound, int | float) and math.isfinite(bound) for bound in bounds)
        and bounds[0] < bounds[1]
    )


def _points(data: Data) -> list[tuple[dict[str, float], float]]:
    """Return points and the function's slope there, by central differences; where it has one."""
    function, by, rng = (
        expressions.read(str(data["function"]), data["variables"]),
        data["by"],
        random.Random(1),  # noqa: S311 - points to compare at, no secret
    )
    low, high = data["variables"][by]
    step = STEP * (high - low)
    found = []
    for _place in range(POINTS):
        point = {name: rng.uniform(*bounds) for name, bounds in data["variables"].items()}
        after, before = (function(point | {by: point[by] + way * step}) for way in (1, -1))
        slope = (after - before) / (2 * step)
        if math.isfinite(slope):
            found.append((point, slope))
    return found


def _is_close(number: float, slope: float) -> bool:
    return abs(number - slope) <= TOLERANCE * max(1.0, abs(slope))


def _difference(pairs: list[tuple[float, float]]) -> tuple[str, str]:
    """Say what is off, in words and by name: the sign, a factor, or by example."""
    if any(not math.isfinite(number) for number, _slope in pairs):
        return _("This formula has no value at some points where the gradient has one."), "not_finite"
    ratios = [number / slope for number, slope in pairs if abs(slope) > TOLERANCE]
    factor = median(ratios) if ratios else math.nan
    if ratios and all(_is_close(ratio, factor) for ratio in ratios):
        if _is_close(factor, -1):
            return _("Everything but the sign is right."), "sign"
        return _("This is the right gradient times %(factor).4g.") % {"factor": factor}, "factor"
    number, slope = next(pair for pair in pairs if not _is_close(*pair))
    words = {"number": number, "slope": slope}
    return _("At one of the points this gives %(number).4g; the slope there is %(slope).4g.") % words, ""
