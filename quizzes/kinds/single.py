"""Single choice: one option is right.

`data`: ``{"options": [{"text": "A step", "right": true, "feedback": ""}, ...]}``
"""

import random

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value


class Single(QuestionKind):
    """Exactly one option may be chosen."""

    template = "quizzes/kinds/_choice.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.option_problems(data)
        if len(base.right_places(data)) != 1:
            found.append(_("Mark exactly one option as right."))
        return found

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return base.option_order(data, rng, shuffle=shuffle)

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {"input": "radio"} | base.option_fields(data, order, value)

    def score(self, data: Data, value: Value) -> Score:
        """Return 1 for the right option, else 0; of several sent, none counts."""
        chosen = base.chosen_places(data, value)
        if len(chosen) != 1 or len(set(value)) != 1:
            return Score(0)
        option = base.options_of(data)[chosen[0]]
        return Score(1 if option.get("right") else 0, str(option.get("feedback", "")))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, base.right_places(data))

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, base.chosen_places(data, value))


class TrueFalse(Single):
    """A statement that is true or false: a single choice whose two options write themselves.

    `data`: ``{"right": true}``
    """

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [] if isinstance(data.get("right"), bool) else [_("Say whether the statement is true.")]

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return [0, 1]

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return super().fields(_options(data), order, value)

    def score(self, data: Data, value: Value) -> Score:
        """See `QuestionKind`."""
        return super().score(_options(data), value)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return super().solution(_options(data))

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return super().said(_options(data), value)


def _options(data: Data) -> Data:
    right = bool(data.get("right"))
    return {"options": [{"text": _("True"), "right": right}, {"text": _("False"), "right": not right}]}
