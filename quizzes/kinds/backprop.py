"""Backpropagation by hand through a 2-2-1 net, cell by cell, errors carried forward.

`data`: ``{"ask": "forward" | "backward" | "all", "tolerance": 0.01, "slip_credit": 0.5}``, and the net that
`quizzes.checking.backprop` draws. All units are sigmoids, the loss is (a2 - y)² / 2. A cell is right when it
follows from what the student wrote in the cells before it: one mistake costs one cell.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from quizzes.kinds import expressions
from quizzes.kinds.base import (
    Data,
    QuestionKind,
    Score,
    Value,
    is_number,
    most_frequent,
    padded,
    slip_problems,
)
from quizzes.kinds.numeric import read_number

Numbers = dict[str, float]


@dataclass(frozen=True)
class Cell:
    """One number: its name and formula, both also as TeX, and the formulas of common slips by name."""

    name: str
    tex: str
    formula_tex: str
    formula: str
    slips: dict[str, str]


@dataclass(frozen=True)
class Judged:
    """A cell with an answer: what it should be given the answers before, and the slip that explains it."""

    cell: Cell
    said: str
    expected: float
    right: bool
    slip: str
    carried: bool


class Backprop(QuestionKind):
    """A list of numbers to work out, in the order in which they follow from each other."""

    template = "quizzes/kinds/_backprop.html"
    review_template = "quizzes/kinds/_backprop_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = slip_problems(data)
        if data.get("ask", "backward") not in ("forward", "backward", "all"):
            found.append(_("Ask for forward, backward or all."))
        tolerance = data.get("tolerance", 0.01)
        if not is_number(tolerance) or not 0 < tolerance < 1:
            found.append(_("The tolerance is a share between 0 and 1, for example 0.01."))
        return found

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        cells = _asked(data)
        texts = padded(value, len(cells))
        return {
            "net": _net(data),
            "given": [
                {"tex": f"${cell.tex}$", "value": f"{data['key'][cell.name]:.4f}"} for cell in _given(data)
            ],
            "cells": [
                {"tex": f"${cell.tex}$", "text": text} for cell, text in zip(cells, texts, strict=True)
            ],
        }

    def score(self, data: Data, value: Value) -> Score:
        """Return the mean credit of the cells: 1 for one that follows, `slip_credit` for a slip, else 0."""
        judged = judge(data, value)
        credit = float(data.get("slip_credit", 0.5))
        earned = sum(1.0 if one.right else credit if one.slip else 0.0 for one in judged)
        slips = [one.slip for one in judged if one.slip]
        told = " ".join(_SLIPS[name]() for name in dict.fromkeys(slips))
        return Score(earned / len(judged) if judged else 0, told, most_frequent(slips))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [f"${cell.tex} = {_written(data['key'][cell.name])}$" for cell in _asked(data)]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        cells = _asked(data)
        pairs = zip(cells, padded(value, len(cells)), strict=True)
        return [f"${cell.tex} =$ `{text}`" for cell, text in pairs if text.strip()]

    def picture(self, data: Data, value: Value) -> Data:
        """Return the cells with their formulas, what follows from the student's own numbers, and slips."""
        rows = [
            {
                "tex": f"${one.cell.tex}$",
                "formula": f"${one.cell.formula_tex}$",
                "said": one.said,
                "expected": _written(one.expected),
                "key": "" if _close(one.expected, key, data) else _written(key),
                "right": one.right,
                "carried": one.carried,
                "slip": _SLIPS[one.slip]() if one.slip else "",
            }
            for one in judge(data, value)
            for key in [data["key"][one.cell.name]]
        ]
        return {"net": _net(data), "rows": rows}


def judge(data: Data, value: Value) -> list[Judged]:
    """Judge every cell given the cells before it, as the student wrote them."""
    known: Numbers = _inputs(data) | {cell.name: data["key"][cell.name] for cell in _given(data)}
    judged = []
    cells = _asked(data)
    for cell, text in zip(cells, padded(value, len(cells)), strict=True):
        number, expected, key = read_number(text), _value(cell.formula, known), data["key"][cell.name]
        close = [number is not None and _close(number, target, data) for target in (expected, key)]
        slip = "" if number is None or any(close) else _slip(cell, number, known, data)
        carried = close[0] and not _close(expected, key, data)
        judged.append(Judged(cell, text.strip(), expected, any(close), slip, carried))
        known[cell.name] = key if number is None else number
    return judged


def _slip(cell: Cell, number: float, known: Numbers, data: Data) -> str:
    return next(
        (name for name, wrong in cell.slips.items() if _close(number, _value(wrong, known), data)), ""
    )


def _value(formula: str, known: Numbers) -> float:
    return expressions.read(formula, _NAMES)(known)


def _close(number: float, target: float, data: Data) -> bool:
    """Within the relative tolerance, or within what rounding to four decimals does."""
    return abs(number - target) <= max(float(data.get("tolerance", 0.01)) * abs(target), 6e-5)


def _inputs(data: Data) -> Numbers:
    (w11, w12), (w21, w22) = data["W1"]
    return {
        "x1": data["x"][0],
        "x2": data["x"][1],
        "y": data["y"],
        "w11": w11,
        "w12": w12,
        "w21": w21,
        "w22": w22,
        "b1_1": data["b1"][0],
        "b1_2": data["b1"][1],
        "v1": data["W2"][0],
        "v2": data["W2"][1],
        "b2": data["b2"],
    }


def _written(number: float) -> str:
    """Write a number as a review shows it; adding 0 turns the -0.0 of a product with 0 into 0."""
    return f"{number + 0.0:.4g}"


def _net(data: Data) -> Data:
    """Return the numbers for the drawing, as text."""
    return {name: f"{number:g}".replace("-", "−") for name, number in _inputs(data).items()}


def _cells() -> list[Cell]:
    """Write down the chain rule for this net: names, formulas, and what common slips make of them."""
    forward, backward = [], []
    for i in (1, 2):
        weighted = f"w{i}1 * x1 + w{i}2 * x2"
        forward += [
            Cell(
                f"z1_{i}",
                f"z^{{[1]}}_{i}",
                rf"w_{{{i}1}} x_1 + w_{{{i}2}} x_2 + b_{i}",
                f"{weighted} + b1_{i}",
                {"bias": weighted, "transposed": f"w1{i} * x1 + w2{i} * x2 + b1_{i}"},
            ),
            Cell(
                f"a1_{i}",
                f"a^{{[1]}}_{i}",
                rf"\sigma(z^{{[1]}}_{i})",
                f"sigmoid(z1_{i})",
                {"linear": f"z1_{i}"},
            ),
        ]
    forward += [
        Cell(
            "z2",
            "z^{[2]}",
            "v_1 a^{[1]}_1 + v_2 a^{[1]}_2 + c",
            "v1 * a1_1 + v2 * a1_2 + b2",
            {"bias": "v1 * a1_1 + v2 * a1_2"},
        ),
        Cell("a2", "a^{[2]}", r"\sigma(z^{[2]})", "sigmoid(z2)", {"linear": "z2"}),
    ]
    error = "a2 * (1 - a2)"
    backward += [
        Cell(
            "dz2",
            "dz^{[2]}",
            "(a^{[2]} - y)\\, a^{[2]} (1 - a^{[2]})",
            f"(a2 - y) * {error}",
            {"derivative": "a2 - y", "sign": f"(y - a2) * {error}", "factor": f"2 * (a2 - y) * {error}"},
        )
    ]
    for i in (1, 2):
        backward.append(
            Cell(
                f"dW2_{i}",
                f"dv_{i}",
                f"dz^{{[2]}} a^{{[1]}}_{i}",
                f"dz2 * a1_{i}",
                {"sign": f"-dz2 * a1_{i}", "input": f"dz2 * z1_{i}"},
            )
        )
    backward.append(Cell("db2", "dc", "dz^{[2]}", "dz2", {"sign": "-dz2"}))
    for i in (1, 2):
        slope = f"a1_{i} * (1 - a1_{i})"
        backward.append(
            Cell(
                f"dz1_{i}",
                f"dz^{{[1]}}_{i}",
                rf"dz^{{[2]}} v_{i}\, a^{{[1]}}_{i} (1 - a^{{[1]}}_{i})",
                f"dz2 * v{i} * {slope}",
                {"derivative": f"dz2 * v{i}", "weight": f"dz2 * {slope}", "sign": f"-dz2 * v{i} * {slope}"},
            )
        )
    for i in (1, 2):
        for j in (1, 2):
            backward.append(
                Cell(
                    f"dW1_{i}{j}",
                    f"dw_{{{i}{j}}}",
                    f"dz^{{[1]}}_{i} x_{j}",
                    f"dz1_{i} * x{j}",
                    {"sign": f"-dz1_{i} * x{j}", "transposed": f"dz1_{j} * x{i}"},
                )
            )
        backward.append(Cell(f"db1_{i}", f"db_{i}", f"dz^{{[1]}}_{i}", f"dz1_{i}", {"sign": f"-dz1_{i}"}))
    return forward + backward


_CELLS = _cells()
_FORWARD = 6
_INPUTS = ("x1", "x2", "y", "w11", "w12", "w21", "w22", "b1_1", "b1_2", "v1", "v2", "b2")
_NAMES = (*_INPUTS, *(cell.name for cell in _CELLS))
_SLIPS = {
    "bias": lambda: _("The bias is missing."),
    "transposed": lambda: _("The weights or gradients are transposed: mind which unit an index belongs to."),
    "linear": lambda: _("The sigmoid is missing."),
    "derivative": lambda: _("The derivative of the sigmoid, a (1 - a), is missing."),
    "sign": lambda: _("The sign is turned: the loss grows with a - y, not with y - a."),
    "factor": lambda: _("There is a factor 2 too many: the loss is halved, so that its derivative has none."),
    "input": lambda: _("The gradient takes the unit's output a, not its input z."),
    "weight": lambda: _("The weight on the way back is missing."),
}


def _asked(data: Data) -> list[Cell]:
    return {"forward": _CELLS[:_FORWARD], "all": _CELLS}.get(str(data.get("ask")), _CELLS[_FORWARD:])


def _given(data: Data) -> list[Cell]:
    """The forward pass is given to those who are asked for the way back only."""
    return _CELLS[:_FORWARD] if data.get("ask", "backward") == "backward" else []
