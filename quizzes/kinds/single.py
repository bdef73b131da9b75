"""Single choice: one option is right.

`data`: ``{"options": [{"text": "A step", "right": true, "feedback": "", "fraction": 1.0,
"misconception": ""}, ...]}``. Texts are Markdown. ``fraction`` (-1 to 1), where given, is the share of the
points and replaces ``right``; ``misconception`` is a short name of the wrong idea behind an option.

An answer is one field: the option's place in the author's list.
"""

import random

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value


class Single(QuestionKind):
    """Exactly one option may be chosen."""

    template = "quizzes/kinds/_choice.html"
    review_template = "quizzes/kinds/_choice_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.option_problems(data)
        if found:
            return found
        right = len(base.right_places(data))
        if base.has_fractions(data):
            return [] if right else [_("One option must earn all points: give it the share 1.")]
        return [] if right == 1 else [_("Mark exactly one option as right.")]

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return base.option_order(data, rng, shuffle=shuffle)

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {"input": "radio"} | base.option_fields(data, order, value)

    def score(self, data: Data, value: Value) -> Score:
        """Return what the chosen option earns; of several sent, none counts."""
        chosen = base.chosen_places(data, value)
        if len(chosen) != 1 or len(set(value)) != 1:
            return Score(0)
        option = base.options_of(data)[chosen[0]]
        fraction = base.fraction_of(option)
        misconception = "" if fraction == 1 else str(option.get("misconception", ""))
        return Score(fraction, str(option.get("feedback", "")), misconception)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, base.right_places(data))

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, base.chosen_places(data, value))

    def picture(self, data: Data, value: Value) -> Data:
        """See `Pictured`."""
        return {"input": "radio"} | base.options_reviewed(data, value, base.right_places(data))


class TrueFalse(Single):
    """A statement that is true or false: a single choice whose two options write themselves.

    `data`: ``{"right": true, "feedback_true": "", "feedback_false": ""}``, the feedback for those who say
    true and for those who say false. An answer is "0" (true) or "1" (false).
    """

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.text_problems(data, "feedback_true", "feedback_false")
        if not isinstance(data.get("right"), bool):
            found.append(_("Say whether the statement is true."))
        return found

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return [0, 1]

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return super().fields(_options(data), order or [0, 1], value)

    def score(self, data: Data, value: Value) -> Score:
        """See `QuestionKind`."""
        return super().score(_options(data), value)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return super().solution(_options(data))

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return super().said(_options(data), value)

    def picture(self, data: Data, value: Value) -> Data:
        """See `Pictured`."""
        return super().picture(_options(data), value)


def _options(data: Data) -> Data:
    right = bool(data.get("right"))
    said_true, said_false = data.get("feedback_true", ""), data.get("feedback_false", "")
    return {
        "in_order": True,
        "options": [
            {"text": _("True"), "right": right, "feedback": said_true},
            {"text": _("False"), "right": not right, "feedback": said_false},
        ],
    }
