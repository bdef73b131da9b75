"""The kinds of questions: one module each, one object each in `KINDS`."""

from quizzes.kinds.backprop import Backprop
from quizzes.kinds.base import Data, Pictured, QuestionKind, Score, Value
from quizzes.kinds.boundary import Boundary
from quizzes.kinds.cloze import Cloze
from quizzes.kinds.convolution import Convolution
from quizzes.kinds.essay import Essay
from quizzes.kinds.formula import GradientFormula
from quizzes.kinds.loss_curve import LossCurve
from quizzes.kinds.matching import Matching
from quizzes.kinds.matrix import Matrix
from quizzes.kinds.multiple import Multiple
from quizzes.kinds.numeric import Numeric
from quizzes.kinds.numpy_line import NumpyLine
from quizzes.kinds.ordering import Ordering
from quizzes.kinds.shapes import Shapes
from quizzes.kinds.short_text import ShortText
from quizzes.kinds.single import Single, TrueFalse

KINDS: dict[str, QuestionKind] = {
    "single": Single(),
    "multiple": Multiple(),
    "true_false": TrueFalse(),
    "numeric": Numeric(),
    "short_text": ShortText(),
    "matching": Matching(),
    "ordering": Ordering(),
    "cloze": Cloze(),
    "matrix": Matrix(),
    "numpy_line": NumpyLine(),
    "essay": Essay(),
    "shapes": Shapes(),
    "backprop": Backprop(),
    "convolution": Convolution(),
    "gradient_formula": GradientFormula(),
    "loss_curve": LossCurve(),
    "boundary": Boundary(),
}

__all__ = ["KINDS", "Data", "Pictured", "QuestionKind", "Score", "Value"]
