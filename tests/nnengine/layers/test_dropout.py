import numpy as np
import pytest

from nnengine.layers.dropout import Dropout
from tests.nnengine.directional import refused


def test_dropout_drops_the_rate_and_keeps_the_mean(rng):
    layer = Dropout(0.3, rng=rng)
    y = layer.forward(np.ones((400, 500), np.float32), training=True)
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.7)}
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.005)
    assert y.mean() == pytest.approx(1, abs=0.01)


def test_dropout_gradient_has_the_same_mask_and_scale(rng):
    layer = Dropout(0.5, rng=rng)
    y = layer.forward(np.ones((10, 10)), training=True).copy()
    assert np.array_equal(layer.backward(np.ones((10, 10))), y)


def test_dropout_masks_differ_from_example_to_example_and_call_to_call(rng):
    layer = Dropout(0.5, rng=rng)
    x = np.ones((2, 100))
    y = layer.forward(x, training=True).copy()
    assert not np.array_equal(y[0], y[1])
    assert not np.array_equal(y, layer.forward(x, training=True))


def test_dropout_after_training_is_the_identity(rng):
    layer = Dropout(0.5, rng=rng)
    x = rng.standard_normal((3, 4))
    assert np.array_equal(layer.forward(x), x)
    assert np.array_equal(layer.backward(x), x)


def test_dropout_rate_is_checked(rng):
    with refused("rate: expected at least 0, below 1, got 1"):
        Dropout(1, rng=rng)
