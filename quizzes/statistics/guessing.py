"""What a question gives somebody who answers by chance, as Moodle's "random guess score" has it. Pure.

Moodle's question types define it one by one (`get_random_guess_score` in each `questiontype.php`): the mean
of the options' fractions for a single choice, one in the number of choices for a match, what "*" earns for a
short text, nothing said where several options may be chosen. Kinds that Moodle does not have follow the same
idea.
"""

import math
from collections.abc import Callable

from quizzes.kinds.base import Data, fraction_of, options_of, rows_of, texts_in
from quizzes.kinds.loss_curve import CAUSES
from quizzes.kinds.matching import choices


def guess_score(kind: str, data: Data) -> float | None:
    """Return the share of the points that a random answer earns on average; None where nobody can say."""
    return _GUESSES.get(kind, _unknown)(data)


def _unknown(_data: Data) -> float | None:
    return None


def _hopeless(_data: Data) -> float | None:
    return 0.0


def _single(data: Data) -> float | None:
    options = options_of(data)
    return math.fsum(fraction_of(option) for option in options) / len(options) if options else 0.0


def _text(data: Data) -> float | None:
    caught = (entry for entry in rows_of(data, "accepted") if str(entry.get("text", "")).strip() == "*")
    return next((float(entry.get("fraction", 1)) for entry in caught), 0.0)


def _matching(data: Data) -> float | None:
    texts = choices(data)
    if not texts:
        return 0.0
    return float((1 / len(texts)) ** (len(rows_of(data, "pairs")) if data.get("all_or_nothing") else 1))


def _ordering(data: Data) -> float | None:
    count = len(texts_in(data, "items"))
    if count < 2:
        return 1.0
    match data.get("scoring", "pairs"):
        case "exact":
            return 1 / math.factorial(count)
        case "positions":
            return 1 / count
    return _pairs_by_chance(count)


def _pairs_by_chance(count: int) -> float:
    """Return the mean, over all orders, of what the pairs in order earn.

    `orders[k]` is the number of orders with k pairs out of order (Mahonian numbers), item by item.
    """
    orders = [1]
    for size in range(2, count + 1):
        longer = [0] * (len(orders) + size - 1)
        for turned, number in enumerate(orders):
            for more in range(size):
                longer[turned + more] += number
        orders = longer
    pairs = len(orders) - 1
    return sum(number * max(0, pairs - 2 * k) for k, number in enumerate(orders)) / (pairs * sum(orders))


def _cloze(data: Data) -> float | None:
    gaps = rows_of(data, "gaps")
    weights = [float(gap.get("points", 1)) for gap in gaps]
    scores = [guess_score(str(gap.get("kind", "")), gap.get("data", {})) for gap in gaps]
    known = [score for score in scores if score is not None]
    if len(known) < len(gaps) or not sum(weights):
        return None
    return math.fsum(w * s for w, s in zip(weights, known, strict=True)) / sum(weights)


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
    "loss_curve": lambda _data: 1 / len(CAUSES),
}
