"""What went wrong here? Loss curves that were really trained, another pair for every student.

`data`: ``{}``, and what `quizzes.checking.loss_curve` draws: ``{"cause": ..., "training": [...],
"validation": [...]}``, the losses after each epoch.
"""

import math

from django.utils.translation import gettext as _

from quizzes.kinds.base import Data, QuestionKind, Score, Value

CAUSES = ("healthy", "rate_too_high", "rate_too_low", "overfitting", "dead_units")
WIDTH, HEIGHT = 320, 160


class LossCurve(QuestionKind):
    """One of five causes is chosen."""

    template = "quizzes/kinds/_loss_curve.html"
    review_template = "quizzes/kinds/_loss_curve_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return []

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        chosen = set(value or [])
        options = [{"value": c, "text": _TEXTS[c](), "chosen": c in chosen} for c in CAUSES]
        return {"options": options, "curves": self.picture(data, [])}

    def score(self, data: Data, value: Value) -> Score:
        """Return 1 for the cause, else 0; the misconception names what was taken for what."""
        if value == [data["cause"]]:
            return Score(1)
        mistaken = len(value) == 1 and value[0] in CAUSES
        return Score(0, "", f"{value[0]}_for_{data['cause']}" if mistaken else "")

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [_TEXTS[data["cause"]]()]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [_TEXTS[cause]() for cause in value if cause in CAUSES]

    def picture(self, data: Data, value: Value) -> Data:
        """Return both curves on a logarithmic scale, and every tenth epoch for a table."""
        both = [loss for loss in (*data["training"], *data["validation"]) if loss > 0]
        # At least from 0.3 to 1, so that a nearly flat curve looks flat.
        low, high = math.log10(min(0.3, min(both) / 1.2)), math.log10(max(1.0, max(both) * 1.2))
        marks = [mark * 10.0**power for power in range(-4, 4) for mark in (1, 2, 5)]
        marks = [mark for mark in marks if low < math.log10(mark) < high]
        epochs = len(data["training"])
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "training": _line(data["training"], low, high),
            "validation": _line(data["validation"], low, high),
            "marks": [
                {"y": _y(mark, low, high), "text": f"{mark:g}"} for mark in marks[:: max(1, len(marks) // 5)]
            ],
            "rows": [(n, data["training"][n], data["validation"][n]) for n in range(0, epochs, 10)],
            "epochs": epochs,
        }


def _y(loss: float, low: float, high: float) -> str:
    # As text: a number would be written with a decimal comma on a German page, which no drawing understands.
    return f"{HEIGHT * (high - math.log10(max(loss, 10**low))) / (high - low):.1f}"


def _line(losses: list[float], low: float, high: float) -> str:
    step = WIDTH / (len(losses) - 1)
    return " ".join(f"{round(place * step, 1)},{_y(loss, low, high)}" for place, loss in enumerate(losses))


def cause_text(cause: str) -> str:
    """Return a cause in words; "" for what is none."""
    return _TEXTS[cause]() if cause in _TEXTS else ""


_TEXTS = {
    "healthy": lambda: _("Nothing: it learns, and what it learns holds for new examples."),
    "rate_too_high": lambda: _("The learning rate is too high."),
    "rate_too_low": lambda: _("The learning rate is too low."),
    "overfitting": lambda: _("It overfits: it learns the examples by heart."),
    "dead_units": lambda: _("The hidden ReLU units are dead: only the output's bias learns."),
}
