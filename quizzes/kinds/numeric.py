"""A number, right within a tolerance.

`data`: ``{"answers": [{"value": 0.64, "absolute": 0.005, "relative": 0.0, "fraction": 1.0, "feedback": "",
"misconception": ""}, ...], "unit": "MB", "units": [{"name": "kB", "factor": 1000}], "unit_required":
false}``. An answer holds within the larger of its two tolerances and earns its ``fraction`` (-1 to 1; 1
where none is given): one that earns nothing gives its feedback to a known mistake. The unit may be written
after the number; other units are taken, too, ``factor`` of each to one of ``unit``.

A student's answer is one field: the number, perhaps with its unit.
"""

import math
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from quizzes.kinds.base import (
    HUGE,
    Data,
    QuestionKind,
    Score,
    Value,
    is_number,
    is_share,
    quoted,
    rows_of,
    shape_problems,
    text_problems,
)

#: A sign, digits with one decimal point or comma, perhaps an exponent, then perhaps a unit. Linear to match.
NUMBER = re.compile(r"([+\-−]?)(\d{1,40}(?:[.,]\d{0,40})?|[.,]\d{1,40})(?:[eE]([+\-−]?\d{1,3}))?", re.ASCII)
MAX_LENGTH = 80


def read_number(text: str, unit: str = "") -> float | None:
    """Read a number as people write it: "0.5", "0,5", "1/2", "1e-3", "23 860", with or without the unit.

    Returns None for what is no number. A comma is a decimal comma; thousands may be set apart by spaces.
    """
    text = split_unit(text[: MAX_LENGTH + 80], [unit])[0][:MAX_LENGTH]
    text = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(\D|$))", "", text).strip()
    parts = [_read_one(part.strip()) for part in text.split("/")]
    if any(part is None for part in parts) or not 1 <= len(parts) <= 2:
        return None
    numbers = [part for part in parts if part is not None]
    if len(numbers) == 2:
        return numbers[0] / numbers[1] if numbers[1] else None
    return numbers[0]


def _read_one(text: str) -> float | None:
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, digits, exponent = match.groups()
    number = float(f"{digits.replace(',', '.')}e{(exponent or '0').replace('−', '-')}")
    return None if math.isinf(number) else -number if sign in {"-", "−"} else number


def split_unit(text: str, units: Sequence[str]) -> tuple[str, str]:
    """Return the number's text and which of `units` stands after it; "" where none does.

    Where two units differ in case only ("mb" and "MB"), the one written exactly so is meant.
    """
    text = text.strip()
    longest_first = sorted((unit for unit in units if unit), key=len, reverse=True)
    for unit in longest_first:
        if text.endswith(unit):
            return text[: -len(unit)].strip(), unit
    for unit in longest_first:
        if text.lower().endswith(unit.lower()):
            return text[: -len(unit)].strip(), unit
    return text, ""


class Numeric(QuestionKind):
    """One line in which a number is written."""

    template = "quizzes/kinds/_line.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = shape_problems(data, "answers", dict) + _unit_problems(data)
        answers = rows_of(data, "answers")
        for answer in answers:
            tolerances = [answer.get("absolute", 0), answer.get("relative", 0)]
            if not all(map(is_number, [answer.get("value"), *tolerances])):
                found.append(_("Answer and tolerances must be numbers."))
            elif min(tolerances) < 0:
                found.append(_("A tolerance cannot be negative."))
            if not is_share(answer.get("fraction", 1), -1):
                found.append(_("The share of an answer is a number from -1 to 1."))
            found += text_problems(answer, "feedback", "misconception")
        if not found and not any(_fraction(answer) == 1 for answer in answers):
            found.append(_("Give the right number."))
        return list(dict.fromkeys(found))

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        others = [str(unit["name"]) for unit in rows_of(data, "units")]
        return {
            "text": value[0] if value else "",
            "unit": data.get("unit", ""),
            "units": [data["unit"], *others] if data.get("unit") and others else others,
            "unit_required": bool(data.get("unit_required")),
            "mode": "text" if others or data.get("unit_required") else "decimal",
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return what the best answer earns within whose tolerance the number is, else 0."""
        if len(value) != 1 or not value[0].strip():
            return Score(0)
        factors = _factors(data)
        text, unit = split_unit(value[0][: 2 * MAX_LENGTH], list(factors))
        number = read_number(text)
        if number is None:
            return Score(0, _unreadable(value[0], factors))
        if data.get("unit_required") and not unit:
            return Score(0, _("Write the unit after the number."), "no_unit")
        best = _best(data, number / factors.get(unit, 1.0))
        if best is not None:
            return Score(_fraction(best), str(best.get("feedback", "")), str(best.get("misconception", "")))
        if any(
            _fraction(_best(data, number / factor) or {"fraction": 0}) == 1 for factor in factors.values()
        ):
            return Score(0, _("The number is right, but not in this unit."), "unit")
        return Score(0)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        unit = f" {data['unit']}" if data.get("unit") else ""
        right = [answer for answer in rows_of(data, "answers") if _fraction(answer) == 1]
        return [f"{answer['value']:.10g}{unit}{_tolerance(answer)}" for answer in right]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [quoted(part) for part in value if part.strip()]


def is_within(number: float, answer: Data) -> bool:
    """Tell whether `number` is within the answer's tolerance, its borders included."""
    value = float(answer["value"])
    tolerance = max(float(answer.get("absolute", 0)), float(answer.get("relative", 0)) * abs(value))
    # A hair more, so that a border written in decimals (0.645 for 0.64 ± 0.005) is inside.
    return abs(number - value) <= tolerance + 1e-12 * max(abs(value), tolerance)


def _best(data: Data, number: float) -> Data | None:
    found = [answer for answer in rows_of(data, "answers") if is_within(number, answer)]
    return max(found, key=_fraction, default=None)


def _fraction(answer: Data) -> float:
    return float(answer.get("fraction", 1))


def _factors(data: Data) -> dict[str, float]:
    """Return how much of each unit is one of the base unit."""
    others = {str(unit["name"]): float(unit["factor"]) for unit in rows_of(data, "units")}
    return {str(data.get("unit", "")): 1.0} | others


def _unit_problems(data: Data) -> list[str]:
    found = text_problems(data, "unit") + shape_problems(data, "units", dict)
    for unit in rows_of(data, "units"):
        if not str(unit.get("name", "")).strip() or not isinstance(unit.get("name"), str):
            found.append(_("Each unit needs its name."))
        if not is_number(unit.get("factor")) or unit["factor"] <= 1 / HUGE:
            found.append(_("How much of a unit is one of the first unit is a number above 0."))
    if not isinstance(data.get("unit_required", False), bool):
        found.append(_("Whether the unit must be written is either true or false."))
    elif data.get("unit_required") and not data.get("unit"):
        found.append(_("Give the unit that must be written."))
    return found


def _unreadable(text: str, factors: dict[str, float]) -> str:
    start = re.match(r"\s*[+\-−]?[\d.,]+", text[:MAX_LENGTH], re.ASCII)
    if start and any(factors) and re.fullmatch(r"\s*[^\W\d]+\s*", text[start.end() :][:MAX_LENGTH]):
        return _("This unit is not known here; the units are %(units)s.") % {
            "units": ", ".join(unit for unit in factors if unit)
        }
    return _("This could not be read as a number.")


def _tolerance(answer: Data) -> str:
    if answer.get("absolute"):
        return f" ± {answer['absolute']:.10g}"
    return f" ± {100 * answer['relative']:.10g} %" if answer.get("relative") else ""
