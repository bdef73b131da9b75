"""How to begin: zeros, large and He initialisation."""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.exercises.base import Draw, Exercise, Function, Rng
from nnengine.exercises.mistakes import bug
from nnengine.exercises.randomness import describe_weights
from nnengine.text import Text

Array = npt.NDArray[np.float64]
Parameters = dict[str, Array]


def initialize_parameters_zeros(layers_dims: list[int]) -> Parameters:
    """Set everything to zero, to see what it does."""
    parameters = {}
    for l in range(1, len(layers_dims)):  # noqa: E741 - the course's letter for a layer
        parameters[f"W{l}"] = np.zeros((layers_dims[l], layers_dims[l - 1]))
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters


def initialize_parameters_random(layers_dims: list[int]) -> Parameters:
    """Draw weights ten times as large as a standard normal."""
    parameters = {}
    for l in range(1, len(layers_dims)):  # noqa: E741 - the course's letter for a layer
        parameters[f"W{l}"] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * 10  # noqa: NPY002
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters


def initialize_parameters_he(layers_dims: list[int]) -> Parameters:
    """Scale by sqrt(2 / size of the layer before)."""
    parameters = {}
    for l in range(1, len(layers_dims)):  # noqa: E741 - the course's letter for a layer
        scale = np.sqrt(2 / layers_dims[l - 1])
        parameters[f"W{l}"] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * scale  # noqa: NPY002
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters


def _dims(rng: Rng) -> list[Draw]:
    """Draw sizes whose scales chance cannot confuse.

    The spread of N normal numbers is off by a share of 1 / sqrt(2 N). Between any two scales that `_view` knows,
    half the way is 14 of those or more; with a layer of 20 x 90 it was 2.7, and one right hand-in in 125 failed.
    """
    return [
        Draw({"layers_dims": [150, 110, 160, 120]}),
        Draw({"layers_dims": [int(rng.integers(250, 300)), 200]}),
    ]


def _view(args: Any, result: object) -> object:  # noqa: ANN401 - the draw's arguments
    """Take a spread for the nearest of those that make sense, if it is within 8 % of it."""
    view = describe_weights(args, result)
    if not isinstance(view, dict) or not isinstance(result, dict):
        return view
    dims = args["layers_dims"]
    for layer in range(1, len(dims)):
        array = np.asarray(result.get(f"W{layer}", 0.0))
        if array.dtype.kind != "f" or array.size < 2 or not array.std():
            continue
        n, before = dims[layer], dims[layer - 1]
        known = [10.0, 1.0, 0.01, *(np.sqrt(a / b) for a in (1, 2) for b in (n, before)), 2 / before, 2 / n]
        known += [spread / np.sqrt(12) for spread in known]
        nearest = min(known, key=lambda spread: abs(np.log(spread / array.std())))
        near = abs(nearest / array.std() - 1) < 0.08
        view[f"the spread of W{layer}"] = float(nearest) if near else float(array.std())
    return view


_SHAPE = ("(layers_dims[l], layers_dims[l - 1])", "(layers_dims[l - 1], layers_dims[l])")


def _transposed(name: str) -> dict[str, Any]:
    return {
        "name": f"{name}-transposed",
        "edits": {_SHAPE[0]: _SHAPE[1]},
        "en": "The weights are transposed: rows are the units of layer l, columns those of layer l-1.",
        "de": "Die Gewichte sind transponiert: Zeilen sind die Einheiten der Schicht l, Spalten die von l-1.",
        "hint_en": "Write down the shapes in W A.",
        "hint_de": "Schreiben Sie die Formen in W A auf.",
    }


def _rank_one(name: str) -> dict[str, Any]:
    return {
        "name": f"{name}-biases-rank-one",
        "edits": {"np.zeros((layers_dims[l], 1))": "np.zeros(layers_dims[l])"},
        "en": "The biases have one axis only; they must be columns.",
        "de": "Die Biases haben nur eine Achse; sie müssen Spalten sein.",
        "hint_en": "How does numpy add (n,) to (n, m)?",
        "hint_de": "Wie addiert numpy (n,) zu (n, m)?",
    }


def _too_few(name: str) -> dict[str, Any]:
    return {
        "name": f"{name}-last-layer-missing",
        "edits": {"range(1, len(layers_dims))": "range(1, len(layers_dims) - 1)"},
        "en": "The last layer has no parameters.",
        "de": "Die letzte Schicht hat keine Parameter.",
        "hint_en": "How many layers do n sizes make?",
        "hint_de": "Wie viele Schichten ergeben n Größen?",
    }


EXERCISE = Exercise(
    id="initialisation",
    title=Text("Initialisation", "Initialisierung"),
    week="C2W1",
    reading="He et al., Delving deep into rectifiers (2015)",
    functions=(
        Function(
            initialize_parameters_zeros,
            20,
            _dims,
            returns=("parameters",),
            bugs=(
                bug(**_transposed("zeros")),
                bug(**_rank_one("zeros")),
                bug(
                    "zeros-ones",
                    {"np.zeros((layers_dims[l], layers_dims[l - 1]))": "np.ones((layers_dims[l], layers_dims[l - 1]))"},
                    "The weights are ones.",
                    "Die Gewichte sind Einsen.",
                    "The name says it.",
                    "Der Name sagt es.",
                ),
            ),
        ),
        Function(
            initialize_parameters_random,
            30,
            _dims,
            returns=("parameters",),
            view=_view,
            bugs=(
                bug(**_transposed("random")),
                bug(**_too_few("random")),
                bug(
                    "random-not-large",
                    {"* 10": ""},
                    "The weights are not scaled by 10.",
                    "Die Gewichte sind nicht mit 10 skaliert.",
                    "This one is to be too large on purpose.",
                    "Diese soll mit Absicht zu groß sein.",
                ),
                bug(
                    "random-all-positive",
                    {"np.random.randn(": "np.random.rand("},
                    "The weights are all positive: np.random.rand draws from [0, 1).",
                    "Alle Gewichte sind positiv: np.random.rand zieht aus [0, 1).",
                    "One letter of the function's name decides it.",
                    "Ein Buchstabe im Funktionsnamen entscheidet.",
                ),
            ),
        ),
        Function(
            initialize_parameters_he,
            50,
            _dims,
            returns=("parameters",),
            view=_view,
            bugs=(
                bug(**_transposed("he")),
                bug(**_rank_one("he")),
                bug(
                    "he-factor-two-missing",
                    {"np.sqrt(2 / layers": "np.sqrt(1 / layers"},
                    "The factor 2 is missing: that is Xavier's scale, made for tanh.",
                    "Der Faktor 2 fehlt: das ist die Skala von Xavier, für tanh gemacht.",
                    "A relu lets half of the variance through.",
                    "Ein relu lässt die halbe Varianz durch.",
                ),
                bug(
                    "he-fan-out",
                    {"np.sqrt(2 / layers_dims[l - 1])": "np.sqrt(2 / layers_dims[l])"},
                    "The scale uses the layer's own size instead of the size of the layer before.",
                    "Die Skala benutzt die Größe der Schicht selbst statt die der vorigen.",
                    "How many terms does each sum in W A have?",
                    "Wie viele Summanden hat jede Summe in W A?",
                ),
                bug(
                    "he-without-root",
                    {"np.sqrt(2 / layers_dims[l - 1])": "2 / layers_dims[l - 1]"},
                    "The square root is missing: 2/n is the variance, not the standard deviation.",
                    "Die Wurzel fehlt: 2/n ist die Varianz, nicht die Standardabweichung.",
                    "What does randn have to be multiplied by to get a variance of 2/n?",
                    "Womit muss man randn multiplizieren, um die Varianz 2/n zu erhalten?",
                ),
            ),
        ),
    ),
)  # fmt: skip
