"""What every kind of question can do."""

import random
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from django.utils.translation import gettext as _

Data = dict[str, Any]
#: What the form's fields of one question hold: the values of all of them, as the browser sends them.
Value = list[str]


@dataclass(frozen=True)
class Score:
    """How right an answer is.

    `fraction` is the share of the points, from -1 (where an option's own weight is negative) to 1.
    `misconception` names the wrong idea behind it, if the author or the kind knows one; statistics count it.
    """

    fraction: float
    feedback: str = ""
    misconception: str = ""


class QuestionKind(Protocol):
    """One kind of question. All functions are pure; `data` is the version's."""

    #: The template that draws the answer's fields, and says in the review what was right.
    template: str
    #: Who finds out how right an answer is: this module ("rule"), the sandbox ("worker"), or a "person".
    graded_by: Literal["rule", "worker", "person"] = "rule"

    def problems(self, data: Data) -> list[str]:
        """Return what is wrong with an author's `data`, in sentences that name the remedy."""

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """Return in which order the options are shown; empty where there are none."""

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """Return what the template needs to draw the question with the answer `value` filled in.

        Nothing that tells the right answer may be in it.
        """

    def score(self, data: Data, value: Value) -> Score:
        """Score an answer; whatever was sent, this does not raise."""

    def solution(self, data: Data) -> list[str]:
        """Return the right answer or answers as text (Markdown), for the review."""

    def said(self, data: Data, value: Value) -> list[str]:
        """Return a student's answer as text (Markdown), for the review."""


@runtime_checkable
class Pictured(Protocol):
    """A kind whose review shows more than texts: the grid, the table, the net, with what went wrong in it."""

    review_template: str

    def picture(self, data: Data, value: Value) -> Data:
        """Return what `review_template` needs, right answers included."""


def slip_problems(data: Data) -> list[str]:
    """Return what is wrong with `slip_credit`, the share of a cell's points that a well-known slip earns."""
    credit = data.get("slip_credit", 0.5)
    if isinstance(credit, int | float) and 0 <= credit <= 1:
        return []
    return [_("The credit for a slip is a number from 0 to 1.")]


def padded(value: Value | None, count: int) -> list[str]:
    """Return the texts of `count` fields, empty where nothing was sent for one."""
    return [*(value or []), *[""] * count][:count]


def options_of(data: Data) -> list[Data]:
    """Return the options of a choice, each with `text`, `right` and perhaps `feedback`."""
    return [option for option in data.get("options", []) if isinstance(option, dict)]


def option_problems(data: Data) -> list[str]:
    """Return what is wrong with the options of any choice."""
    options = options_of(data)
    found = []
    if len(options) < 2:
        found.append(_("Give at least two options."))
    if any(not str(option.get("text", "")).strip() for option in options):
        found.append(_("An option has no text: write one or remove the option."))
    texts = [str(option.get("text", "")).strip() for option in options]
    if len(set(texts)) < len(texts):
        found.append(_("Two options say the same."))
    return found


def option_order(data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
    """Return the places of all options, shuffled if wanted."""
    order = list(range(len(options_of(data))))
    if shuffle:
        rng.shuffle(order)
    return order


def option_fields(data: Data, order: list[int], value: Value | None) -> Data:
    """Return the options in the order shown, with those that are chosen; never which are right."""
    options, chosen = options_of(data), set(value or [])
    return {
        "options": [
            {"value": str(place), "text": options[place].get("text", ""), "chosen": str(place) in chosen}
            for place in order
            if 0 <= place < len(options)
        ]
    }


def chosen_places(data: Data, value: Value) -> list[int]:
    """Return the places of the chosen options; what names no option of this question is not there."""
    places = {int(part) for part in value if part.isascii() and part.isdigit() and len(part) < 4}
    return sorted(place for place in places if place < len(options_of(data)))


def texts_of(data: Data, places: list[int]) -> list[str]:
    """Return the texts of the options at `places`."""
    options = options_of(data)
    return [str(options[place].get("text", "")) for place in places]


def right_places(data: Data) -> list[int]:
    """Return the places of the right options."""
    return [place for place, option in enumerate(options_of(data)) if option.get("right")]
