"""Matching: to each text on the left belongs one of those on the right.

`data`: ``{"pairs": [{"left": "$a = z^2$", "right": "square"}, ...], "distractors": ["1"],
"all_or_nothing": false}``. Two left texts may share a right one; distractors belong to none.

An answer has a field for each pair, in their order: the place of the chosen text among all right texts and
distractors, each once and in alphabetical order (`choices`), or "" where none is chosen.
"""

import random

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value


class Matching(QuestionKind):
    """A select for each text on the left."""

    template = "quizzes/kinds/_matching.html"
    review_template = "quizzes/kinds/_matching_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.shape_problems(data, "pairs", dict) + base.shape_problems(data, "distractors", str)
        pairs = base.rows_of(data, "pairs")
        for pair in pairs:
            found += base.text_problems(pair, "left", "right")
        if found:
            return list(dict.fromkeys(found))
        if len(pairs) < 2:
            found.append(_("Give at least two pairs."))
        sides = [pair.get(side, "").strip() for pair in pairs for side in ("left", "right")]
        if not all(sides) or not all(text.strip() for text in data.get("distractors", [])):
            found.append(_("A pair or a distractor has no text: write one or remove it."))
        if len({pair.get("left", "").strip() for pair in pairs}) < len(pairs):
            found.append(_("Two texts on the left are the same."))
        if not found and len(choices(data)) < 2:
            found.append(_("There is only one text to choose: add another pair or a distractor."))
        if not isinstance(data.get("all_or_nothing", False), bool):
            found.append(_("All or nothing is either true or false."))
        return found

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """Return the order of the choices; the texts on the left stay in the author's."""
        count = len(choices(data))
        return base.shuffled(count, rng) if shuffle else list(range(count))

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        pairs, shown = _pairs(data), base.choices_shown(choices(data), order)
        chosen = base.padded(value, len(pairs))
        return {
            "listed": shown if any(one["letter"] for one in shown) else [],
            "rows": [
                {"left": left, "options": [one | {"chosen": one["value"] == text} for one in shown]}
                for (left, _right), text in zip(pairs, chosen, strict=True)
            ],
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return the share of pairs that are right; with `all_or_nothing` all of them or nothing."""
        judged = [said == right for _left, said, right in _answered(data, value)]
        if not judged or data.get("all_or_nothing"):
            return Score(float(bool(judged) and all(judged)))
        return Score(sum(judged) / len(judged))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [f"{left} → {right}" for left, right in _pairs(data)]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [f"{left} → {said}" for left, said, _right in _answered(data, value) if said is not None]

    def picture(self, data: Data, value: Value) -> Data:
        """Return every pair with what was chosen and what is right."""
        return {
            "rows": [
                {"left": left, "said": said or "", "key": right, "right": said == right}
                for left, said, right in _answered(data, value)
            ]
        }


def choices(data: Data) -> list[str]:
    """Return the texts to choose from, as the values of an answer count them."""
    return base.canonical(
        [*(right for _left, right in _pairs(data)), *filter(None, base.texts_in(data, "distractors"))]
    )


def _pairs(data: Data) -> list[tuple[str, str]]:
    return [
        (str(pair.get("left", "")).strip(), str(pair.get("right", "")).strip())
        for pair in base.rows_of(data, "pairs")
    ]


def _answered(data: Data, value: Value) -> list[tuple[str, str | None, str]]:
    """Return for each pair the left text, what was chosen, and what is right."""
    pairs, texts = _pairs(data), choices(data)
    places = [base.place_of(text, len(texts)) for text in base.padded(value, len(pairs))]
    return [
        (left, None if place is None else texts[place], right)
        for (left, right), place in zip(pairs, places, strict=True)
    ]
