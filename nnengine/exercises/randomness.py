"""What can be said of results that are rightly random."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def describe_weights(args: Mapping[str, Any], result: object) -> object:
    """Return what can be said of random parameters: shapes, and of the numbers only their kind."""
    if not isinstance(result, dict):
        return result
    view: dict[str, object] = {}
    for name, value in result.items():
        array = np.asarray(value, dtype=np.float64) if isinstance(value, np.ndarray | float | int) else None
        if array is None:
            continue
        view[name] = np.zeros(array.shape)
        if array.size > 1:
            spread = float(array.std())
            view[f"the spread of {name}"] = round(np.log2(spread / 0.01)) if spread > 0 else -99
            off = abs(float(array.mean())) / (spread / np.sqrt(array.size)) if spread > 0 else 99.0
            view[f"the mean of {name}"] = 0 if off < 6 or not array.any() else 1
    return view
