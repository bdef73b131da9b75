"""A convolution by hand: whole numbers in a grid, cell by cell.

`data`: ``{"size": 4, "kernel": 2, "stride": 1, "padding": 0, "slip_credit": 0.5}``, and what
`quizzes.checking.convolution` draws: ``image``, ``weights``, ``key`` and ``slips``. As in networks, the
kernel is not turned. Where an answer is what the window gives at another place, the review shows that place.
"""

import re

from django.utils.translation import gettext as _

from quizzes.kinds.base import Data, QuestionKind, Score, Value, padded, slip_problems

Grid = list[list[int]]
_LIMITS = {"size": (3, 6), "kernel": (2, 3), "stride": (1, 2), "padding": (0, 1)}
_DEFAULTS = {"size": 4, "kernel": 2, "stride": 1, "padding": 0}


class Convolution(QuestionKind):
    """A grid of fields."""

    template = "quizzes/kinds/_convolution.html"
    review_template = "quizzes/kinds/_convolution_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = slip_problems(data)
        for name, (low, high) in _LIMITS.items():
            number = data.get(name, _DEFAULTS[name])
            if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
                found.append(
                    _("%(name)s is a whole number from %(low)d to %(high)d.")
                    % {"name": name, "low": low, "high": high}
                )
        return found

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        width = len(data["key"][0])
        texts = padded(value, width * len(data["key"]))
        rows = [texts[start : start + width] for start in range(0, len(texts), width)]
        return {
            "image": data["image"],
            "weights": data["weights"],
            "stride": data["stride"],
            "padding": data["padding"],
            "rows": rows,
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return the share of right cells; all as a turned kernel gives them earns `slip_credit`."""
        key = _flat(data["key"])
        said = [_number(text) for text in padded(value, len(key))]
        earned = sum(number == right for number, right in zip(said, key, strict=True)) / len(key)
        if said == _flat(data["slips"]["turned"]):
            turned = _("You turned the kernel: mathematicians do, networks do not.")
            return Score(max(earned, float(data.get("slip_credit", 0.5))), turned, "turned_kernel")
        return Score(earned)

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [f"`{'  '.join(map(str, row))}`" for row in data["key"]]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        rows = self.fields(data, [], value)["rows"]
        return [f"`{'  '.join(text.strip() or '·' for text in row)}`" for row in rows] if any(value) else []

    def picture(self, data: Data, value: Value) -> Data:
        """Return the grid of answers, and for the first wrong one its window and the place it looks like."""
        rows = self.fields(data, [], value)["rows"]
        cells = [
            [
                {"said": text, "key": right, "right": _number(text) == right}
                for text, right in zip(*row, strict=True)
            ]
            for row in zip(rows, data["key"], strict=True)
        ]
        wrong = [
            (r, c)
            for r, row in enumerate(cells)
            for c, cell in enumerate(row)
            if not cell["right"] and cell["said"].strip()
        ]
        return {"cells": cells, "wrong": _window(data, wrong[0], cells) if wrong else None}


def _window(data: Data, at: tuple[int, int], cells: list[list[Data]]) -> Data:
    """Return the padded image with the window of the cell `at`, and the one its answer comes from."""
    row, column = at
    padding, stride, side = data["padding"], data["stride"], len(data["weights"])
    width = len(data["image"]) + 2 * padding
    framed = [[0] * width for _row in range(width)]
    for r, numbers in enumerate(data["image"]):
        framed[r + padding][padding : padding + len(numbers)] = numbers
    right = (row * stride, column * stride)
    said = _number(cells[row][column]["said"])
    places = [(r, c) for r in range(width - side + 1) for c in range(width - side + 1)]
    # The nearest place: a window is more often one step off than far away.
    places.sort(key=lambda place: abs(place[0] - right[0]) + abs(place[1] - right[1]))
    taken = next((place for place in places if _sum(framed, data["weights"], place) == said), None)
    grid = [
        [
            {
                "number": number,
                "right": _inside((r, c), right, side),
                "taken": taken is not None and _inside((r, c), taken, side),
            }
            for c, number in enumerate(numbers)
        ]
        for r, numbers in enumerate(framed)
    ]
    products = [
        f"{_signed(number)} · {_signed(weight)}"
        for numbers, weights in zip(framed[right[0] :], data["weights"], strict=False)
        for number, weight in zip(numbers[right[1] :], weights, strict=False)
    ]
    return {
        "row": row + 1,
        "column": column + 1,
        "said": cells[row][column]["said"],
        "key": cells[row][column]["key"],
        "sum": " + ".join(products),
        "grid": grid,
        "taken": taken and {"row": taken[0] + 1, "column": taken[1] + 1},
    }


def _sum(image: Grid, weights: Grid, at: tuple[int, int]) -> int:
    return sum(
        image[at[0] + r][at[1] + c] * weight for r, row in enumerate(weights) for c, weight in enumerate(row)
    )


def _inside(place: tuple[int, int], corner: tuple[int, int], side: int) -> bool:
    return all(start <= at < start + side for at, start in zip(place, corner, strict=True))


def _signed(number: int) -> str:
    return f"({number})".replace("-", "−") if number < 0 else str(number)


def _number(text: str) -> int | None:
    text = text.strip().replace("−", "-")
    return int(text) if re.fullmatch(r"[+-]?\d{1,6}", text, re.ASCII) else None


def _flat(grid: Grid) -> list[int]:
    return [number for row in grid for number in row]
