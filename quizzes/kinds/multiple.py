"""Multiple choice: some of the options are right, and all of them are asked for.

`data`: ``{"options": [{"text": "...", "right": true}, ...], "all_or_nothing": false}``
"""

import random

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value


class Multiple(QuestionKind):
    """Any number of options may be chosen."""

    template = "quizzes/kinds/_choice.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.option_problems(data)
        if not base.right_places(data):
            found.append(_("Mark at least one option as right."))
        return found

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return base.option_order(data, rng, shuffle=shuffle)

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {"input": "checkbox"} | base.option_fields(data, order, value)

    def score(self, data: Data, value: Value) -> Score:
        """Return the share of right options chosen less the share of wrong ones chosen, at least 0.

        Choosing everything earns nothing. With `all_or_nothing` only the exact set earns anything.
        """
        options, chosen = base.options_of(data), set(base.chosen_places(data, value))
        right = set(base.right_places(data))
        wrong = set(range(len(options))) - right
        if not right or data.get("all_or_nothing"):
            return Score(float(bool(right) and chosen == right))
        lost = len(chosen & wrong) / len(wrong) if wrong else 0
        return Score(max(0.0, len(chosen & right) / len(right) - lost))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, base.right_places(data))

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, base.chosen_places(data, value))
