"""Multiple choice: some of the options are right, and all of them are asked for.

`data`: ``{"options": [{"text": "...", "right": true, "feedback": "", "fraction": 0.5, "misconception": ""},
...], "all_or_nothing": false}``. If any option has a ``fraction`` (-1 to 1), the score is the sum of those
chosen, from 0 to 1, and options that earn something are the right ones.

An answer has a field for each chosen option: its place in the author's list.
"""

import random

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value

#: Three thirds, written with three decimals, are one.
ROUNDING = 2e-3


class Multiple(QuestionKind):
    """Any number of options may be chosen."""

    template = "quizzes/kinds/_choice.html"
    review_template = "quizzes/kinds/_choice_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.option_problems(data)
        if not isinstance(data.get("all_or_nothing", False), bool):
            found.append(_("All or nothing is either true or false."))
        if not found and not _right(data):
            found.append(_("Mark at least one option as right."))
        if not found and base.has_fractions(data):
            most = sum(max(0.0, base.fraction_of(option)) for option in base.options_of(data))
            if most < 1 - ROUNDING:
                found.append(
                    _("The shares of the right options add up to less than 1: nobody can get it right.")
                )
        return found

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return base.option_order(data, rng, shuffle=shuffle)

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {"input": "checkbox"} | base.option_fields(data, order, value)

    def score(self, data: Data, value: Value) -> Score:
        """Return the share of right options chosen less the share of wrong ones chosen, at least 0.

        Choosing everything earns nothing. With `all_or_nothing` only the exact set earns anything. What each
        chosen option has to say is the feedback.
        """
        options, chosen = base.options_of(data), set(base.chosen_places(data, value))
        right = _right(data)
        told = [
            _told(options[place]) for place in sorted(chosen) if options[place].get("feedback", "").strip()
        ]
        wrong = [str(options[place].get("misconception", "")) for place in sorted(chosen - right)]
        return Score(
            _fraction(data, chosen, right),
            "\n\n".join(told),
            next((name for name in wrong if name), ""),
        )

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, sorted(_right(data)))

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return base.texts_of(data, base.chosen_places(data, value))

    def picture(self, data: Data, value: Value) -> Data:
        """See `Pictured`."""
        return {"input": "checkbox"} | base.options_reviewed(data, value, _right(data))


def _told(option: Data) -> str:
    """Return an option's feedback, with the option before it where that is one line."""
    text, feedback = str(option["text"]).strip(), str(option["feedback"]).strip()
    return feedback if "\n" in text or "\n" in feedback else f"{text}: {feedback}"


def _right(data: Data) -> set[int]:
    if not base.has_fractions(data):
        return set(base.right_places(data))
    return {place for place, option in enumerate(base.options_of(data)) if base.fraction_of(option) > 0}


def _fraction(data: Data, chosen: set[int], right: set[int]) -> float:
    options = base.options_of(data)
    if not right or data.get("all_or_nothing"):
        return float(bool(right) and chosen == right)
    if base.has_fractions(data):
        earned = sum(base.fraction_of(options[place]) for place in chosen)
        return 1.0 if earned > 1 - ROUNDING else max(0.0, earned)
    wrong = set(range(len(options))) - right
    lost = len(chosen & wrong) / len(wrong) if wrong else 0
    return max(0.0, len(chosen & right) / len(right) - lost)
