"""The kinds of questions: one module each, one object each in `KINDS`."""

from quizzes.kinds.base import Data, QuestionKind, Score, Value
from quizzes.kinds.multiple import Multiple
from quizzes.kinds.numeric import Numeric
from quizzes.kinds.short_text import ShortText
from quizzes.kinds.single import Single, TrueFalse

KINDS: dict[str, QuestionKind] = {
    "single": Single(),
    "multiple": Multiple(),
    "true_false": TrueFalse(),
    "numeric": Numeric(),
    "short_text": ShortText(),
}

__all__ = ["KINDS", "Data", "QuestionKind", "Score", "Value"]
