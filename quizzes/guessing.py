"""What a question gives somebody who answers by chance, as Moodle's "random guess score" has it. Pure.

Moodle's question types define it one by one (`get_random_guess_score` in each `questiontype.php`): the mean
of the options' fractions for a single choice, one in the number of choices for a match, what "*" earns for a
short text, nothing said where several options may be chosen. Kinds that Moodle does not have follow the same
idea.
"""

import math
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]


def guess_score(kind: str, data: Data) -> float | None:
    """Return the share of the points that a random answer earns on average; None where nobody can say."""
    return _GUESSES.get(kind, _unknown)(data)


def _unknown(_data: Data) -> float | None:
    return None


def _hopeless(_data: Data) -> float | None:
    return 0.0


def _single(data: Data) -> float | None:
    options = [option for option in data.get("options", []) if isinstance(option, dict)]
    if not options:
        return 0.0
    return math.fsum(_fraction(option, bool(option.get("right"))) for option in options) / len(options)


def _text(data: Data) -> float | None:
    entries = [entry for entry in data.get("accepted", []) if isinstance(entry, dict)]
    return next((_fraction(e, right=True) for e in entries if str(e.get("text", "")).strip() == "*"), 0.0)


def _matching(data: Data) -> float | None:
    pairs = [pair for pair in data.get("pairs", []) if isinstance(pair, dict)]
    choices = {str(pair.get("right", "")) for pair in pairs} | {str(d) for d in data.get("distractors", [])}
    if not choices:
        return 0.0
    return float((1 / len(choices)) ** (len(pairs) if data.get("all_or_nothing") else 1))


def _ordering(data: Data) -> float | None:
    count = len(data.get("items", []))
    scoring = data.get("scoring", "pairs")
    if count < 2:
        return 1.0
    return {"exact": 1 / math.factorial(count), "positions": 1 / count}.get(scoring, 0.5)


def _cloze(data: Data) -> float | None:
    gaps = [gap for gap in data.get("gaps", []) if isinstance(gap, dict)]
    weights = [float(gap.get("points", 1)) for gap in gaps]
    scores = [guess_score(str(gap.get("kind", "")), gap.get("data", {})) for gap in gaps]
    known = [score for score in scores if score is not None]
    if len(known) < len(gaps) or not sum(weights):
        return None
    return math.fsum(w * s for w, s in zip(weights, known, strict=True)) / sum(weights)


def _fraction(entry: Data, right: bool) -> float:
    fraction = entry.get("fraction")
    return float(right) if fraction is None else float(fraction)


_GUESSES: dict[str, Callable[[Data], float | None]] = {
    "single": _single,
    "multiple": _unknown,
    "true_false": lambda _data: 0.5,
    "numeric": _hopeless,
    "short_text": _text,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "matrix": _hopeless,
    "numpy_line": _hopeless,
    "shapes": _hopeless,
    "backprop": _hopeless,
    "convolution": _hopeless,
    "gradient_formula": _hopeless,
    "loss_curve": lambda _data: 1 / 5,  # one of five causes
}
