"""What every kind of question can do."""

import random
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeGuard, runtime_checkable

from django.utils.translation import gettext as _

Data = dict[str, Any]
#: What the form's fields of one question hold: the values of all of them, as the browser sends them.
Value = list[str]

#: No number of a question is larger; arithmetic with smaller ones does not overflow.
HUGE = 1e100


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
    #: Whether `template` draws the question's text itself, because its fields stand in it.
    draws_body: bool = False

    def problems(self, data: Data) -> list[str]:
        """Return what is wrong with an author's `data`, in sentences that name the remedy.

        Whatever JSON `data` holds, this does not raise.
        """

    def body_problems(self, data: Data, body: str) -> list[str]:
        """Return what is wrong with `data` and the question's text together."""
        return []

    def bare(self, body: str) -> str:
        """Return the question's text as it reads where it has no fields, as on the wall."""
        return body

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """Return in which order the options are shown; empty where there are none."""
        return []

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
        """Return what `review_template` needs, right answers included.

        `data["shown_order"]` may say in which order the options were shown.
        """


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value of an author's `data` is a number: finite, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < HUGE


def is_share(value: object, low: float = 0.0) -> TypeGuard[float]:
    """Tell whether it is a number from `low` to 1."""
    return is_number(value) and low <= value <= 1


def rows_of(data: Data, name: str) -> list[Data]:
    """Return the objects in the list `name`; what is no object is left out."""
    rows = data.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def texts_in(data: Data, name: str) -> list[str]:
    """Return the texts in the list `name`, without spaces at their ends."""
    texts = data.get(name)
    return [text.strip() for text in texts if isinstance(text, str)] if isinstance(texts, list) else []


def shape_problems(data: Data, name: str, kind: type) -> list[str]:
    """Return a problem where `name` is no list of `kind`; what is not there is an empty list."""
    values = data.get(name, [])
    if isinstance(values, list) and all(isinstance(value, kind) for value in values):
        return []
    what = _("texts") if kind is str else _("objects")
    return [_("%(name)s must be a list of %(what)s.") % {"name": name, "what": what}]


def text_problems(row: Data, *names: str) -> list[str]:
    """Return a problem for each of `names` that is there and no text."""
    wrong = [name for name in names if not isinstance(row.get(name, ""), str)]
    return [_("%(name)s must be a text.") % {"name": name} for name in wrong]


def slip_problems(data: Data) -> list[str]:
    """Return what is wrong with `slip_credit`, the share of a cell's points that a well-known slip earns."""
    if is_share(data.get("slip_credit", 0.5)):
        return []
    return [_("The credit for a slip is a number from 0 to 1.")]


def most_frequent(names: list[str]) -> str:
    """Return the name that comes most often, of several the first; "" where there is none."""
    return max(names, key=names.count, default="")


def padded(value: Value | None, count: int) -> list[str]:
    """Return the texts of `count` fields, empty where nothing was sent for one."""
    return [*(value or []), *[""] * count][:count]


def options_of(data: Data) -> list[Data]:
    """Return the options of a choice as answers count them, each with `text`, `right` and perhaps more.

    In alphabetical order: authors like to write the right one first, and pages tell in their source what an
    answer is, so it must not be the place in their list. With `in_order` they stay as they are.
    """
    options = rows_of(data, "options")
    return options if data.get("in_order") else sorted(options, key=lambda one: _by_letter(one.get("text")))


def _by_letter(text: object) -> tuple[str, str]:
    return str(text).casefold(), str(text)


def option_problems(data: Data) -> list[str]:
    """Return what is wrong with the options of any choice."""
    found = shape_problems(data, "options", dict)
    options = options_of(data)
    if len(options) < 2:
        found.append(_("Give at least two options."))
    for option in options:
        found += text_problems(option, "text", "feedback", "misconception")
        if option.get("fraction") is not None and not is_share(option["fraction"], -1):
            found.append(_("The share of an option is a number from -1 to 1."))
        if not isinstance(option.get("right", False), bool):
            found.append(_("Whether an option is right is either true or false."))
    texts = [str(option.get("text", "")).strip() for option in options]
    if not all(texts):
        found.append(_("An option has no text: write one or remove the option."))
    if len(set(texts)) < len(texts):
        found.append(_("Two options say the same."))
    return list(dict.fromkeys(found))


def option_order(data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
    """Return the places of all options, shuffled if wanted, else as the author put them."""
    counted = {id(option): place for place, option in enumerate(options_of(data))}
    order = [counted[id(option)] for option in rows_of(data, "options")]
    if shuffle:
        rng.shuffle(order)
    return order


def option_fields(data: Data, order: list[int], value: Value | None) -> Data:
    """Return the options in the order shown, with those that are chosen; never which are right."""
    options, chosen = options_of(data), set(value or [])
    return {
        "options": [
            {
                "value": str(place),
                "label": _("Option %(number)s:") % {"number": number},
                "text": options[place].get("text", ""),
                "chosen": str(place) in chosen,
            }
            for number, place in enumerate((p for p in order if 0 <= p < len(options)), start=1)
        ]
    }


def options_reviewed(data: Data, value: Value, right: Collection[int]) -> Data:
    """Return the options, chosen or not, right or not, in the order of `data["shown_order"]` if given."""
    options, chosen = options_of(data), set(chosen_places(data, value))
    shown = [place for place in data.get("shown_order", []) if 0 <= place < len(options)]
    return {
        "options": [
            {"text": options[place].get("text", ""), "chosen": place in chosen, "right": place in right}
            for place in shown or range(len(options))
        ]
    }


def place_of(text: str, count: int) -> int | None:
    """Return which of `count` places a field names; None for anything else."""
    place = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else count
    return place if place < count else None


def chosen_places(data: Data, value: Value) -> list[int]:
    """Return the places of the chosen options; what names no option of this question is not there."""
    places = {place_of(part, len(options_of(data))) for part in value}
    return sorted(place for place in places if place is not None)


def texts_of(data: Data, places: list[int]) -> list[str]:
    """Return the texts of the options at `places`."""
    options = options_of(data)
    return [str(options[place].get("text", "")) for place in places]


def fraction_of(option: Data) -> float:
    """Return the share of the points that an option earns; where none is given, 1 if it is right, else 0."""
    fraction = option.get("fraction")
    return float(bool(option.get("right"))) if fraction is None else float(fraction)


def has_fractions(data: Data) -> bool:
    """Tell whether the author weighs the options."""
    return any(option.get("fraction") is not None for option in options_of(data))


def right_places(data: Data) -> list[int]:
    """Return the places of the options that earn everything."""
    return [place for place, option in enumerate(options_of(data)) if fraction_of(option) == 1]


def quoted(text: str) -> str:
    """Return what a student typed as Markdown that shows it as it is."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if "`" in text else ""
    return f"{fence}{pad}{text.strip()}{pad}{fence}"


def canonical(texts: list[str]) -> list[str]:
    """Return each text once, in alphabetical order: the place of one in it tells nothing about the key."""
    return sorted(set(texts), key=_by_letter)


def choices_shown(texts: list[str], order: list[int]) -> list[Data]:
    """Return texts to choose from in the order shown, each with its place and what a select calls it.

    A select shows no formula and no code: where a text has one, all are listed by letter.
    """
    shown = [place for place in order if 0 <= place < len(texts)] or list(range(len(texts)))
    by_letter = any(mark in text for text in texts for mark in ("$", "`", "!["))
    return [
        {
            "value": str(place),
            "text": texts[place],
            "letter": _letter(number) if by_letter else "",
            "label": _letter(number) if by_letter else texts[place],
        }
        for number, place in enumerate(shown)
    ]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def shuffled(count: int, rng: random.Random, forbidden: list[int] | None = None) -> list[int]:
    """Return the numbers below `count` in random order, which is `forbidden` only where there is no other."""
    order = list(range(count))
    rng.shuffle(order)
    while count > 1 and order == forbidden:
        rng.shuffle(order)
    return order
