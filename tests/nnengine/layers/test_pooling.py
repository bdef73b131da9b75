"""Pooling: against PyTorch, differences, and what happens at ties and borders."""

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nnengine.layers.one_dimensional import AveragePool1D, MaxPool1D
from nnengine.layers.pooling import AveragePool2D, GlobalAveragePool, GlobalMaxPool, MaxPool2D
from tests.nnengine.directional import assert_gradients, frozen, refused

FROZEN = frozen("pooling")
SETTINGS = json.loads(str(FROZEN.pop("")["settings"]))
CASES = [(kind, case) for kind, cases in SETTINGS.items() for case in range(len(cases))]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_pooling_equals_frozen_pytorch(kind, case):
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in SETTINGS[kind][case].items()
    }
    given.pop("rounded", None)
    size = given.pop("kernel_size")
    if kind == "average":
        given["count_padding"] = given.pop("count_include_pad", True)
    layer = (MaxPool2D if kind == "max" else AveragePool2D)(size, **given)
    tensors = FROZEN[f"{kind}/{case}"]
    y = layer.forward(tensors["x"].transpose(0, 2, 3, 1))
    dx = layer.backward(tensors["dy"].transpose(0, 2, 3, 1))

    np.testing.assert_allclose(y.transpose(0, 3, 1, 2), tensors["y"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(dx.transpose(0, 3, 1, 2), tensors["dx"], rtol=0, atol=1e-10)


two = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(deadline=None, max_examples=60)
@given(size=two, stride=two, dilation=two, pad=two, count=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_pooling_gradients_equal_differences(size, stride, dilation, pad, count, seed):
    rng = np.random.default_rng(seed)
    # Distinct values far enough apart that the step of the differences changes no order.
    x = rng.permutation(2 * 6 * 7 * 3).reshape(2, 6, 7, 3) / 10
    geometry = {
        "stride": stride,
        "dilation": dilation,
        "padding": tuple(min(p, s - 1) for p, s in zip(pad, size, strict=True)),
    }
    for layer in (MaxPool2D(size, **geometry), AveragePool2D(size, **geometry, count_padding=count)):
        try:
            layer.forward(x)
        except ValueError:
            assume(False)
        assert_gradients(layer, x, rng)


@pytest.mark.parametrize(
    "layer",
    [MaxPool1D(3, stride=2, padding=1), AveragePool1D(3, stride=2), GlobalAveragePool(), GlobalMaxPool()],
)
def test_pooling_of_sequences_gradients_equal_differences(layer):
    rng = np.random.default_rng(0)
    assert_gradients(layer, rng.permutation(2 * 9 * 3).reshape(2, 9, 3) / 10, rng)


@pytest.mark.parametrize("layer", [GlobalAveragePool(), GlobalMaxPool()])
def test_global_pooling_gradients_equal_differences(layer):
    rng = np.random.default_rng(0)
    assert_gradients(layer, rng.permutation(2 * 4 * 5 * 3).reshape(2, 4, 5, 3) / 10, rng)
    assert layer.output_shape((4, 5, 3)) == (3,)


def test_max_pooling_gives_a_tie_to_the_first_in_reading_order():
    layer = MaxPool2D(2)
    x = np.array([[1, 1, 0, 2], [1, 1, 2, 2]], float)[None, :, :, None]
    layer.forward(x)
    dx = layer.backward(np.array([3.0, 5.0]).reshape(1, 1, 2, 1))
    assert dx[0, :, :, 0].tolist() == [[3, 0, 0, 5], [0, 0, 0, 0]]


def test_max_pooling_hands_out_no_more_than_it_gets_on_flat_images():
    rng = np.random.default_rng(0)
    layer = MaxPool2D(3, stride=2, padding=1)
    for x in (np.zeros((2, 7, 8, 3)), -np.ones((2, 7, 8, 3)), rng.integers(0, 2, (2, 7, 8, 3)).astype(float)):
        dy = rng.standard_normal(layer.forward(x).shape)
        np.testing.assert_allclose(layer.backward(dy).sum(axis=(1, 2)), dy.sum(axis=(1, 2)))


def test_max_pooling_never_takes_the_padding():
    x = np.full((1, 3, 3, 1), -7.0)
    assert MaxPool2D(3, stride=2, padding=1).forward(x).tolist() == np.full((1, 2, 2, 1), -7.0).tolist()


def test_average_pooling_counts_padding_if_told():
    x = np.ones((1, 2, 2, 1))
    inside = AveragePool2D(2, padding=1).forward(x)[0, :, :, 0]
    padded = AveragePool2D(2, padding=1, count_padding=True).forward(x)[0, :, :, 0]
    assert inside.tolist() == [[1, 1], [1, 1]]
    assert padded.tolist() == [[0.25, 0.25], [0.25, 0.25]]


def test_average_pooling_of_nothing_but_padding_is_zero():
    assert AveragePool2D(1, padding=1).forward(np.ones((1, 1, 1, 1)))[0, :, :, 0].tolist() == [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
    ]


def test_pooling_ignores_what_does_not_fill_a_window():
    x = np.arange(25.0).reshape(1, 5, 5, 1)
    layer = MaxPool2D(2)
    assert layer.forward(x)[0, :, :, 0].tolist() == [[6, 8], [16, 18]]
    assert layer.output_shape((5, 5, 1)) == (2, 2, 1)
    layer.forward(x, training=True)
    layer.backward(np.ones((1, 2, 2, 1)))[...] = np.nan  # what the workspace held before must not matter
    dx = layer.backward(np.ones((1, 2, 2, 1)))[0, :, :, 0]
    assert dx.tolist() == [[0] * 5, [0, 1, 0, 1, 0], [0] * 5, [0, 1, 0, 1, 0], [0] * 5]


def test_pooling_refuses_what_it_cannot_pool():
    with refused("MaxPool2D.forward: expected x of shape (batch, height, width, channels), got (4, 4)"):
        MaxPool2D(2).forward(np.ones((4, 4)))
    with refused(
        "MaxPool2D: padding (3, 3) is so wide that a window of size 2 lies in it as a whole: use less padding"
    ):
        MaxPool2D(2, padding=3).forward(np.ones((1, 4, 4, 1)))
    with refused(
        "GlobalAveragePool.forward: expected x of shape (batch, positions ..., channels) with at least one "
        "position, got (2, 0, 3)"
    ):
        GlobalAveragePool().forward(np.ones((2, 0, 3)))
