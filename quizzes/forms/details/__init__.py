"""The form of each kind's details, by the kind's name."""

from quizzes.forms.details import choices, engine, written
from quizzes.forms.parts import Part

DETAILS: dict[str, type[Part]] = {
    "single": choices.Single,
    "multiple": choices.Multiple,
    "true_false": choices.TrueFalse,
    "numeric": written.Numeric,
    "short_text": written.ShortText,
    "matching": choices.Matching,
    "ordering": choices.Ordering,
    "cloze": written.Cloze,
    "matrix": written.Matrix,
    "numpy_line": engine.NumpyLine,
    "essay": written.Essay,
    "shapes": engine.Shapes,
    "backprop": engine.Backprop,
    "convolution": engine.Convolution,
    "gradient_formula": engine.GradientFormula,
    "loss_curve": engine.LossCurve,
    "boundary": engine.Boundary,
}

__all__ = ["DETAILS"]
