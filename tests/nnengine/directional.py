"""Gradient check by directional differences, and frozen fixtures."""

import re
from pathlib import Path

import numpy as np
import pytest

FIXTURES = Path(__file__).parent / "fixtures"


def frozen(noun):
    """Return a fixture's arrays by the path before the last slash: ``{"max/0": {"x": ..., ...}, ...}``."""
    cases = {}
    with np.load(FIXTURES / f"{noun}.npz") as arrays:
        for path, array in arrays.items():
            case, _, name = path.rpartition("/")
            cases.setdefault(case, {})[name] = array
    return cases


def refused(message):
    """Expect a `ValueError` with exactly this message."""
    return pytest.raises(ValueError, match=f"^{re.escape(message)}$")


def assert_gradients(layer, x, rng, *, step=1e-5, tolerance=1e-6, **keywords):
    """Compare `backward` with central differences of `forward` along one random direction an array.

    The loss is the sum of the outputs, each times a random number. The difference is measured relative to the
    product of the norms of gradient and direction, so it does not depend on the loss's scale.
    """
    cotangent = rng.standard_normal(layer.forward(x, **keywords).shape)
    layer.zero_grad()
    dx = layer.backward(cotangent).copy()
    assert dx.shape == x.shape
    for name, array, gradient in [
        ("x", x, dx),
        *((n, layer.params[n], layer.grads[n]) for n in layer.params),
    ]:
        direction = rng.standard_normal(array.shape)
        direction /= np.linalg.norm(direction)
        original, losses = array.copy(), []
        for sign in (1, -1):
            array[...] = original + sign * step * direction
            losses.append(np.sum(layer.forward(x, **keywords) * cotangent))
        array[...] = original
        difference = (losses[0] - losses[1]) / (2 * step)
        scale = max(np.linalg.norm(gradient), 1e-3)
        assert abs(np.sum(gradient * direction) - difference) <= tolerance * scale, name
