"""Output shapes and parameter counts of a small network that is another one for every student.

`data`: ``{"network": "convolutional" | "dense" | "recurrent", "slip_credit": 0.5}``, and the variant that
`quizzes.checking.shapes` draws: ``{"input": [...], "layers": [...]}``. An answer has one field a cell: the
shape of every layer's output and, where it has any, its number of parameters.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.kinds.base import Data, QuestionKind, Score, Value, most_frequent, padded, slip_problems

NETWORKS = ("convolutional", "dense", "recurrent")
#: Longer answers are no shape.
MAX_LENGTH = 40


@dataclass(frozen=True)
class Cell:
    """One thing asked: of which layer, what, what is right, and what common slips give."""

    layer: str
    what: str
    key: list[int]
    slips: dict[str, list[int]]


class Shapes(QuestionKind):
    """A table of layers with one or two fields each."""

    template = "quizzes/kinds/_shapes.html"
    review_template = "quizzes/kinds/_shapes_review.html"

    def problems(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        found = slip_problems(data)
        if data.get("network", "convolutional") not in NETWORKS:
            found.append(_("Choose one of these networks: %(names)s.") % {"names": ", ".join(NETWORKS)})
        return found

    def fields(self, data: Data, order: list[int], value: Value | None) -> Data:
        """See `QuestionKind`."""
        texts = iter(padded(value, len(_cells(data))))
        rows = [
            {
                "layer": _LAYERS[layer["layer"]](layer),
                "shape": next(texts),
                "count": {"text": next(texts)} if "count" in layer else None,
            }
            for layer in data["layers"]
        ]
        return {"input": _shape_text(data.get("input", [])), "rows": rows}

    def score(self, data: Data, value: Value) -> Score:
        """Return the mean credit of the cells: 1 for a right one, `slip_credit` for a common slip, else 0."""
        judged = [judge(cell, text) for cell, text in _answered(data, value)]
        if not judged:
            return Score(0)
        credit = float(data.get("slip_credit", 0.5))
        earned = sum(1.0 if slip is None else credit if slip else 0.0 for slip in judged)
        slips = [slip for slip in judged if slip]
        told = " ".join(_SLIPS[name]() for name in sorted(set(slips)))
        return Score(earned / len(judged), told, most_frequent(slips))

    def solution(self, data: Data) -> list[str]:
        """See `QuestionKind`."""
        return [f"{cell.layer}: {_key_text(cell)}" for cell in _cells(data)]

    def said(self, data: Data, value: Value) -> list[str]:
        """See `QuestionKind`."""
        return [f"{cell.layer}: `{text}`" for cell, text in _answered(data, value) if text.strip()]

    def picture(self, data: Data, value: Value) -> Data:
        """Return the table once more, each answer beside what is right."""
        rows = []
        for cell, text in _answered(data, value):
            slip = judge(cell, text)
            rows.append(
                {
                    "layer": cell.layer,
                    "what": _("Output shape") if cell.what == "shape" else _("Parameters"),
                    "said": text,
                    "key": _key_text(cell),
                    "right": slip is None,
                    "slip": _SLIPS[slip]() if slip else "",
                }
            )
        return {"rows": rows}


def judge(cell: Cell, text: str) -> str | None:
    """Return None where `text` is right, the name of a slip that gives it, or "" where it is just wrong."""
    numbers = read_shape(text) if cell.what == "shape" else read_count(text)
    if numbers is None:
        return ""
    if numbers == cell.key:
        return None
    return next((name for name, number in cell.slips.items() if number == numbers), "")


def read_shape(text: str) -> list[int] | None:
    """Read a shape as people write it: "(28, 28, 8)", "28x28x8", "28 × 28 × 8"; None for anything else."""
    numbers = re.fullmatch(
        r"[(\[]?\s*(\d{1,9}(?:\s*[x×*,]\s*\d{1,9})*)\s*,?\s*[)\]]?",
        text.strip()[:MAX_LENGTH],
        re.ASCII | re.I,
    )
    return [int(number) for number in re.findall(r"\d+", numbers[1])] if numbers else None


def read_count(text: str) -> list[int] | None:
    """Read a whole number, thousands perhaps set apart: "1352", "1 352", "1,352", "1.352"."""
    text = text.strip()[:MAX_LENGTH]
    if re.fullmatch(r"\d{1,12}|\d{1,3}(?:[ ,.'\u00a0\u202f]\d{3})+", text, re.ASCII):
        return [int(re.sub(r"\D", "", text))]
    return None


def _cells(data: Data) -> list[Cell]:
    cells = []
    for layer in data.get("layers", []):
        for what in ("shape", "count"):
            if what in layer:
                asked = layer[what]
                slips = {name: _listed(number) for name, number in asked["slips"].items()}
                cells.append(Cell(_LAYERS[layer["layer"]](layer), what, _listed(asked["key"]), slips))
    return cells


def _answered(data: Data, value: Value) -> list[tuple[Cell, str]]:
    cells = _cells(data)
    return list(zip(cells, padded(value, len(cells)), strict=True))


def _listed(number: Any) -> list[int]:  # noqa: ANN401 - a number or a shape, from JSON
    return [int(n) for n in number] if isinstance(number, list) else [int(number)]


def _key_text(cell: Cell) -> str:
    return _shape_text(cell.key) if cell.what == "shape" else f"{cell.key[0]:,}".replace(",", "\u202f")


def _shape_text(shape: list[int]) -> str:
    return " × ".join(str(n) for n in shape)


def _convolution(layer: Data) -> str:
    return (
        ngettext(
            "Convolution: %(filters)d filter %(size)d × %(size)d, stride %(stride)d, padding %(padding)d",
            "Convolution: %(filters)d filters %(size)d × %(size)d, stride %(stride)d, padding %(padding)d",
            layer["filters"],
        )
        % layer
    )


def _dense(layer: Data) -> str:
    return ngettext("Dense: %(units)d unit", "Dense: %(units)d units", layer["units"]) % layer


def _recurrent(layer: Data) -> str:
    return (
        ngettext(
            "RNN: %(units)d unit, one bias a unit", "RNN: %(units)d units, one bias a unit", layer["units"]
        )
        % layer
    )


def _lstm(layer: Data) -> str:
    return (
        ngettext(
            "LSTM: %(units)d unit, one bias a gate and unit",
            "LSTM: %(units)d units, one bias a gate and unit",
            layer["units"],
        )
        % layer
    )


_LAYERS: dict[str, Callable[[Data], str]] = {
    "convolution": _convolution,
    "pooling": lambda layer: _("Max pooling %(size)d × %(size)d, stride %(size)d") % layer,
    "flatten": lambda _layer: _("Flatten"),
    "last_step": lambda _layer: _("Only the last step"),
    "dense": _dense,
    "rnn": _recurrent,
    "lstm": _lstm,
}
_SLIPS = {
    "padding": lambda: _("You forgot the padding: it adds to both sides of the image."),
    "stride": lambda: _("You forgot the stride: the window jumps, so there are fewer places for it."),
    "biases": lambda: _("You forgot the biases: one for each filter or unit, in an LSTM one for each gate."),
    "channels": lambda: _("You forgot the input's channels: each filter has a kernel for every one of them."),
    "filters": lambda: _("You counted one filter only."),
    "recurrent": lambda: _("You forgot the weights from the hidden state to itself."),
    "gates": lambda: _("You counted one gate: an LSTM has four sets of weights."),
}
