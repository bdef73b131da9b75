"""Ordering: bring texts into the right order.

`data`: ``{"items": ["zero the gradients", "forward", "backward", "step"], "scoring": "pairs"}``, the items in
the right order. ``scoring`` is "exact" (all or nothing), "positions" (the share of items at their place) or
"pairs" (of all pairs, the share in the right order, less the share in the wrong one).

An answer has a field for each place, from first to last: the place of the chosen item among all items in
alphabetical order (`listed`, so that it tells nothing), or "" where none is chosen.
"""

import random
from itertools import combinations

from django.utils.translation import gettext as _

from quizzes.kinds import base
from quizzes.kinds.base import Data, QuestionKind, Score, Value

SCORINGS = ("pairs", "positions", "exact")
MOST = 20


class Ordering(QuestionKind):
    """A select for each place; with script, a list whose items can be moved."""

    template = "quizzes/kinds/_ordering.html"
    review_template = "quizzes/kinds/_ordering_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = base.shape_problems(data, "items", str)
        items = base.texts_in(data, "items")
        if not found and not 2 <= len(items) <= MOST:
            found.append(_("Give two to %(most)d items.") % {"most": MOST})
        if not all(items):
            found.append(_("An item has no text: write one or remove the item."))
        if len(set(items)) < len(items):
            found.append(_("Two items say the same."))
        if data.get("scoring", "pairs") not in SCORINGS:
            found.append(_("The scoring is one of these: %(names)s.") % {"names": ", ".join(SCORINGS)})
        return found

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """Return in which order the items are shown: always shuffled, and never the right one."""
        return base.shuffled(len(listed(data)), rng, forbidden=_key(data))

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        items = base.choices_shown(listed(data), order)
        places = [
            {"options": [item | {"chosen": item["value"] == text} for item in items]}
            for text in base.padded(value, len(items))
        ]
        return {"items": items, "places": places}

    def score(self, data: Data, value: Value) -> Score:
        """Return how right the order is; items that are missing or twice there are at no place."""
        said, key = _said(data, value), _key(data)
        if not any(place is not None for place in said):
            return Score(0)
        if said == key:
            return Score(1)
        match data.get("scoring", "pairs"):
            case "exact":
                return Score(0)
            case "positions":
                return Score(sum(one == right for one, right in zip(said, key, strict=True)) / len(key))
        turned = _("The order is right, but from last to first.") if said == key[::-1] else ""
        return Score(_pairs_in_order(said, key), turned, "turned" if turned else "")

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [f"{number}. {text}" for number, text in enumerate(base.texts_in(data, "items"), start=1)]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        texts = listed(data)
        places = _said(data, value)
        return [f"{n}. {texts[place]}" for n, place in enumerate(places, start=1) if place is not None]

    def picture(self, data: Data, value: Value) -> Data:
        """Return what was put at each place, and what belongs there."""
        texts = listed(data)
        return {
            "rows": [
                {"said": "" if place is None else texts[place], "key": texts[right], "right": place == right}
                for place, right in zip(_said(data, value), _key(data), strict=True)
            ]
        }


def listed(data: Data) -> list[str]:
    """Return the items as the values of an answer count them."""
    return base.canonical(base.texts_in(data, "items"))


def _key(data: Data) -> list[int]:
    texts = listed(data)
    return [texts.index(text) for text in base.texts_in(data, "items")]


def _said(data: Data, value: Value) -> list[int | None]:
    """Return which item stands at each place; one that is named twice counts where it comes first."""
    count = len(base.texts_in(data, "items"))
    said: list[int | None] = []
    for text in base.padded(value, count):
        place = base.place_of(text, len(listed(data)))
        said.append(None if place in said else place)
    return said


def _pairs_in_order(said: list[int | None], key: list[int]) -> float:
    at = {item: place for place, item in enumerate(said) if item is not None}
    pairs = list(combinations(key, 2))
    known = [at[first] < at[second] for first, second in pairs if first in at and second in at]
    return max(0.0, (2 * sum(known) - len(known)) / len(pairs))
