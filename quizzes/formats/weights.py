"""Weights of answers: percentages in files, shares of the points here; and choices made from them."""

import re
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from quizzes.formats.draft import Unreadable
from quizzes.kinds import Data

#: An option as a file gives it: text, share of the points, feedback.
Option = tuple[str, float, str]


def read_number(text: str) -> float | None:
    """Read a number as files write it, also with a decimal comma."""
    text = text.strip().replace("−", "-")
    if (
        re.fullmatch(r"[+-]?(\d{1,40}([.,]\d{0,40})?|[.,]\d{1,40})([eE][+-]?\d{1,3})?", text, re.ASCII)
        is None
    ):
        return None
    number = float(text.replace(",", "."))
    return number if abs(number) < 1e300 else None


def read_decimal(text: str) -> Decimal | None:
    """Read a number to calculate with as it is written."""
    is_number = read_number(text) is not None
    return Decimal(text.strip().replace("−", "-").replace(",", ".")) if is_number else None


def read_percent(text: str) -> float | None:
    """Return a percentage as a share. Rounded ones are made whole again: 33.33333 is a third."""
    number = read_number(text.strip().rstrip("%"))
    return None if number is None else unround(text.strip().rstrip("%"), 100)


def unround(text: str, whole: int = 1) -> float:
    """Return the number that `text` is, or the simple fraction of `whole` that it is rounded from."""
    number = float(text.replace(",", ".").replace("−", "-"))
    decimals = len(re.sub(r"[eE].*", "", text).replace(",", ".").partition(".")[2])
    if decimals:
        simple = Fraction(number / whole).limit_denominator(20)
        if f"{float(simple * whole):.{decimals}f}" == f"{number:.{decimals}f}":
            return float(simple)
    return number / whole


def write_percent(share: float) -> str:
    """Return a share as a percentage that reads back as the same."""
    return f"{100 * share:.7f}".rstrip("0").rstrip(".") if _is_short(share) else f"{100 * share:.7f}"


def _is_short(share: float) -> bool:
    text = f"{100 * share:.7f}".rstrip("0").rstrip(".")
    return abs(unround(text, 100) - share) < 1e-12


def option(text: str, share: float, feedback: str = "") -> Data:
    """Return an option of a choice."""
    made: Data = {"text": text, "right": share > 0}
    return made | ({"feedback": feedback} if feedback else {})


def single(options: list[Option]) -> Data:
    """Return the details of a single choice: the best option is right, others may have a weight.

    Raises
    ------
    Unreadable
        No option is right.
    """
    best = max((share for _text, share, _feedback in options), default=0.0)
    if best <= 0:
        raise Unreadable(_("No answer is marked as right: give one of them 100 %."))
    right = next(place for place, one in enumerate(options) if one[1] == best)
    made = []
    for place, (text, share, feedback) in enumerate(options):
        entry = option(text, 1.0 if place == right else 0.0, feedback)
        if place != right and share:
            entry["fraction"] = share
        made.append(entry)
    return {"options": made}


def multiple(options: list[Option]) -> Data:
    """Return the details of a multiple choice; weights that are the usual ones are left out.

    Raises
    ------
    Unreadable
        No option is right.
    """
    rights = [share for _text, share, _feedback in options if share > 0]
    wrongs = [share for _text, share, _feedback in options if share <= 0]
    if not rights:
        raise Unreadable(_("No answer is marked as right: give those that are right a positive weight."))
    is_usual = all(abs(share - 1 / len(rights)) < 1e-6 for share in rights) and all(
        abs(share + 1 / len(wrongs)) < 1e-6 for share in wrongs
    )
    made = [option(*one) for one in options]
    if not is_usual:
        for entry, (_text, share, _feedback) in zip(made, options, strict=True):
            entry["fraction"] = share
    return {"options": made}


def equal(options: list[Option]) -> Data:
    """Return the details of a multiple choice in which every right option weighs the same.

    Raises
    ------
    Unreadable
        No option is right.
    """
    rights = sum(share > 0 for _text, share, _feedback in options) or 1
    wrongs = len(options) - rights
    return multiple([(text, 1 / rights if share > 0 else -1 / wrongs, said) for text, share, said in options])


def shares(data: Data, *, is_single: bool) -> list[float]:
    """Return the weight of each option as a share of the points, as other systems need it."""
    options = data["options"]
    rights = [one for one in options if one.get("right")]
    wrongs = len(options) - len(rights)
    has_weights = any("fraction" in one for one in options)
    if is_single or has_weights:
        return [float(one.get("fraction", 1.0 if one.get("right") else 0.0)) for one in options]
    return [1 / len(rights) if one.get("right") else -1 / wrongs for one in options]
