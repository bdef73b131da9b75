"""Choose the weights of one unit by hand; the points are what it gets right on points not shown.

`data`: ``{"gap": 3}``, how far the clouds are apart in standard deviations, and what
`quizzes.checking.boundary` draws: ``shown`` and ``hidden`` points [x1, x2, class] and ``key``, good weights.
"""

from django.utils.translation import gettext as _

from quizzes.kinds.base import Data, QuestionKind, Score, Value, is_number, padded
from quizzes.kinds.numeric import read_number

#: The drawing shows -REACH to REACH on both axes.
REACH, SIZE = 5, 240


class Boundary(QuestionKind):
    """Three fields: w1, w2 and b. Class 1 is where w1 x1 + w2 x2 + b >= 0."""

    template = "quizzes/kinds/_boundary.html"
    review_template = "quizzes/kinds/_boundary_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        gap = data.get("gap", 3)
        if is_number(gap) and 1 <= gap <= 6:
            return []
        return [_("The gap between the clouds is a number from 1 to 6.")]

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        texts = padded(value, 3)
        return {
            "size": SIZE,
            "reach": REACH,
            "points": _points(data["shown"]),
            "weights": [
                {"name": name, "text": text} for name, text in zip(("w₁", "w₂", "b"), texts, strict=True)
            ],
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return how far from guessing (half right) to the best known weights it gets, from 0 to 1."""
        weights = read_weights(value)
        if weights is None:
            written = any(part.strip() for part in value)
            return Score(0, _("Write three numbers; w₁ and w₂ must not both be 0.") if written else "")
        reached, best = accuracy(data["hidden"], weights), accuracy(data["hidden"], data["key"])
        fraction = min(1.0, max(0.0, (reached - 0.5) / (best - 0.5)))
        words = {"reached": 100 * reached, "best": 100 * best}
        told = (
            _("Right for %(reached).0f %% of the hidden points; the best known line: %(best).0f %%.") % words
        )
        if 1 - reached > (1 + best) / 3:
            told += " " + _("The line parts the classes, but says 1 where it should say 0: turn all signs.")
            return Score(fraction, told, "turned")
        return Score(fraction, told)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        w1, w2, b = data["key"]
        return [f"w₁ = {w1:g}, w₂ = {w2:g}, b = {b:g}"]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        texts = padded(value, 3)
        return (
            ["w₁ = `{}`, w₂ = `{}`, b = `{}`".format(*(t.strip() or "–" for t in texts))]
            if any(texts)
            else []
        )

    def picture(self, data: Data, value: Value) -> Data:
        """Return all points with the student's line and the best known one."""
        weights = read_weights(value)
        return {
            "size": SIZE,
            "points": _points(data["hidden"]),
            "line": weights and line(weights),
            "best": line(data["key"]),
        }


def read_weights(value: Value) -> list[float] | None:
    """Return w1, w2 and b; None where one is no number, or no line is meant."""
    numbers = [read_number(text) for text in padded(value, 3)]
    weights = [number for number in numbers if number is not None]
    return weights if len(weights) == 3 and (weights[0] or weights[1]) else None


def accuracy(points: list[list[float]], weights: list[float]) -> float:
    """Return the share of points on their class's side of the line."""
    w1, w2, b = weights
    return sum((w1 * x1 + w2 * x2 + b >= 0) == bool(label) for x1, x2, label in points) / len(points)


def line(weights: list[float]) -> Data:
    """Return the ends of the line in the drawing, beyond its borders."""
    w1, w2, b = weights
    scale = w1 * w1 + w2 * w2
    foot, far = (-b * w1 / scale, -b * w2 / scale), 4 * REACH / scale**0.5
    ends = [(foot[0] + way * far * w2, foot[1] - way * far * w1) for way in (1, -1)]
    (x1, y1), (x2, y2) = (map(_pixel, ends_at, (1, -1)) for ends_at in ends)
    return {"x1": x1, "y1": y1, "x2": x2, "y2": y2}


def _pixel(number: float, way: int) -> str:
    # As text: a number would be written with a decimal comma on a German page, which no drawing understands.
    return f"{SIZE / 2 * (1 + way * number / REACH):.1f}"


def _points(points: list[list[float]]) -> list[Data]:
    return [
        {"x": _pixel(x1, 1), "y": _pixel(x2, -1), "x1": x1, "x2": x2, "label": int(label)}
        for x1, x2, label in points
    ]
