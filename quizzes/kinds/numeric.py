"""A number, right within a tolerance.

`data`: ``{"answers": [{"value": 0.64, "absolute": 0.005, "relative": 0.0}], "unit": "MB"}``. An answer is
right when it is within the larger of the two tolerances; the unit, if any, may be written after the number.
"""

import math
import random
import re

from django.utils.translation import gettext as _

from quizzes.kinds.base import Data, QuestionKind, Score, Value

#: A sign, digits with one decimal point or comma, perhaps an exponent, then perhaps a unit. Linear to match.
NUMBER = re.compile(r"([+\-−]?)(\d{1,40}(?:[.,]\d{0,40})?|[.,]\d{1,40})(?:[eE]([+\-−]?\d{1,3}))?", re.ASCII)
MAX_LENGTH = 80


def read_number(text: str, unit: str = "") -> float | None:
    """Read a number as people write it: "0.5", "0,5", "1/2", "1e-3", "23 860", with or without the unit.

    Returns None for what is no number. A comma is a decimal comma; thousands may be set apart by spaces.
    """
    text = text.strip()[:MAX_LENGTH]
    if unit and text.lower().endswith(unit.lower()):
        text = text[: -len(unit)]
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


def _answers(data: Data) -> list[Data]:
    return [answer for answer in data.get("answers", []) if isinstance(answer, dict)]


class Numeric(QuestionKind):
    """One line in which a number is written."""

    template = "quizzes/kinds/_line.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        answers = _answers(data)
        found = [] if answers else [_("Give the right number.")]
        for answer in answers:
            numbers = [answer.get("value"), answer.get("absolute", 0), answer.get("relative", 0)]
            if any(not isinstance(n, int | float) or not math.isfinite(n) for n in numbers):
                found.append(_("Answer and tolerances must be numbers."))
            elif min(numbers[1:]) < 0:
                found.append(_("A tolerance cannot be negative."))
        return found

    def order(self, data: Data, rng: random.Random, *, shuffle: bool) -> list[int]:
        """See `QuestionKind`."""
        return []

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        return {"text": value[0] if value else "", "unit": data.get("unit", ""), "mode": "decimal"}

    def score(self, data: Data, value: Value) -> Score:
        """Return 1 within a tolerance of an answer, else 0."""
        number = read_number(value[0], str(data.get("unit", ""))) if len(value) == 1 else None
        if number is None:
            written = bool(value and value[0].strip())
            return Score(0, _("This could not be read as a number.") if written else "")
        return Score(float(any(is_within(number, answer) for answer in _answers(data))))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        unit = f" {data['unit']}" if data.get("unit") else ""
        return [f"{answer['value']:.10g}{unit}{_tolerance(answer)}" for answer in _answers(data)]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [f"`{part}`" for part in value if part.strip()]


def is_within(number: float, answer: Data) -> bool:
    """Tell whether `number` is within the answer's tolerance, its borders included."""
    value = float(answer["value"])
    tolerance = max(float(answer.get("absolute", 0)), float(answer.get("relative", 0)) * abs(value))
    # A hair more, so that a border written in decimals (0.645 for 0.64 ± 0.005) is inside.
    return abs(number - value) <= tolerance + 1e-12 * max(abs(value), tolerance)


def _tolerance(answer: Data) -> str:
    if answer.get("absolute"):
        return f" ± {answer['absolute']:.10g}"
    return f" ± {100 * answer['relative']:.10g} %" if answer.get("relative") else ""
