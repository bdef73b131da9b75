"""Convolution and its transpose: against PyTorch, differences, each other and the arithmetic of sizes."""

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nnengine.layers.convolution import Conv2D, ConvTranspose2D
from nnengine.layers.one_dimensional import Conv1D, ConvTranspose1D
from tests.nnengine.directional import assert_gradients, frozen, refused

FROZEN = frozen("convolution")
SETTINGS = json.loads(str(FROZEN.pop("")["settings"]))


def layer_like(kind, case):
    """Return our layer with a frozen case's settings, kernel and bias."""
    tensors = FROZEN[f"{kind}/{case}"]
    given = {name: value for name, value in SETTINGS[kind][case].items() if name not in ("x", "W")}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    channels, filters = tensors["x"].shape[1], tensors["b"].shape[0]
    make = Conv2D if kind == "convolution" else ConvTranspose2D
    layer = make(
        channels, filters, tensors["W"].shape[2:], rng=np.random.default_rng(0), dtype=np.float64, **given
    )
    layer.params["W"][...] = tensors["W"].transpose(2, 3, 1, 0)
    layer.params["b"][...] = tensors["b"]
    return layer, tensors


CASES = [(kind, case) for kind, cases in SETTINGS.items() for case in range(len(cases))]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_convolution_equals_frozen_pytorch(kind, case):
    layer, tensors = layer_like(kind, case)
    y = layer.forward(tensors["x"].transpose(0, 2, 3, 1))
    dx = layer.backward(tensors["dy"].transpose(0, 2, 3, 1))

    np.testing.assert_allclose(y.transpose(0, 3, 1, 2), tensors["y"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(dx.transpose(0, 3, 1, 2), tensors["dx"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(layer.grads["W"].transpose(3, 2, 0, 1), tensors["dW"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(layer.grads["b"], tensors["db"], rtol=0, atol=1e-10)


@st.composite
def geometries(draw, *, strings=True):
    """Draw the settings of a convolution of images."""
    two = st.tuples(st.integers(1, 3), st.integers(1, 3))
    numbers = st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2)
    groups = draw(st.integers(1, 3))
    return {
        "in_channels": groups * draw(st.integers(1, 2)),
        "out_channels": groups * draw(st.integers(1, 2)),
        "kernel_size": draw(two),
        "stride": draw(two),
        "dilation": draw(two),
        "groups": groups,
        "padding": draw(st.one_of(numbers, st.sampled_from(["valid", "same"])) if strings else numbers),
        "bias": draw(st.booleans()),
    }


sizes = st.tuples(st.integers(1, 2), st.integers(1, 7), st.integers(1, 7))
seeds = st.integers(0, 2**32 - 1)


@settings(deadline=None, max_examples=60)
@given(geometry=geometries(), size=sizes, seed=seeds)
def test_convolution_gradients_equal_differences(geometry, size, seed):
    rng = np.random.default_rng(seed)
    layer = Conv2D(**geometry, rng=rng, dtype=np.float64)
    try:
        layer.output_shape((*size[1:], geometry["in_channels"]))
    except ValueError:
        assume(False)

    assert_gradients(layer, rng.standard_normal((*size, geometry["in_channels"])), rng)


@settings(deadline=None, max_examples=60)
@given(geometry=geometries(strings=False), size=sizes, seed=seeds)
def test_transposed_convolution_is_the_adjoint(geometry, size, seed):
    rng = np.random.default_rng(seed)
    geometry["bias"] = False
    layer = Conv2D(**geometry, rng=rng, dtype=np.float64)
    x = rng.standard_normal((*size, geometry["in_channels"]))
    try:
        y = layer.forward(x)
    except ValueError:
        assume(False)
    steps = [window.stride for window in layer.windows]
    extra = [
        (length + sum(window.pads(length)) - window.span) % window.stride
        for length, window in zip(size[1:], layer.windows, strict=True)
    ]
    geometry["in_channels"], geometry["out_channels"] = geometry["out_channels"], geometry["in_channels"]
    transpose = ConvTranspose2D(**geometry, output_padding=tuple(extra), rng=rng, dtype=np.float64)
    transpose.params["W"][...] = layer.params["W"]
    v = rng.standard_normal(y.shape)

    assert all(0 <= more < step for more, step in zip(extra, steps, strict=True))
    assert np.sum(y * v) == pytest.approx(np.sum(x * transpose.forward(v)), rel=1e-12, abs=1e-10)
    assert_gradients(transpose, v, rng)


@settings(deadline=None, max_examples=30)
@given(geometry=geometries(), seed=seeds)
def test_convolution_of_a_split_batch_equals_the_batch(geometry, seed):
    rng = np.random.default_rng(seed)
    layer = Conv2D(**geometry, rng=rng, dtype=np.float64)
    x = rng.standard_normal((5, 7, 7, geometry["in_channels"]))
    y = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    dx = layer.backward(dy)
    whole = layer.grads["W"].copy()
    layer.zero_grad()
    parts = [(layer.forward(x[part]), layer.backward(dy[part])) for part in (slice(0, 2), slice(2, 5))]

    np.testing.assert_allclose(np.concatenate([part[0] for part in parts]), y, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.concatenate([part[1] for part in parts]), dx, rtol=0, atol=1e-12)
    np.testing.assert_allclose(layer.grads["W"], whole, rtol=0, atol=1e-11)


@settings(deadline=None, max_examples=30)
@given(
    settings_1d=st.fixed_dictionaries(
        {"kernel_size": st.integers(1, 3), "stride": st.integers(1, 3), "dilation": st.integers(1, 3)}
    ),
    ends=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    seed=seeds,
)
def test_convolution_of_sequences_gradients_equal_differences(settings_1d, ends, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, 8, 4))
    for make in (Conv1D, ConvTranspose1D):
        layer = make(4, 6, **settings_1d, padding=ends, groups=2, rng=rng, dtype=np.float64)
        assert_gradients(layer, x, rng)


# Dumoulin & Visin 2016: input, kernel, stride, padding, dilation -> output, of the published animations.
ARITHMETIC = [
    ("no padding, no strides", 4, 3, 1, 0, 1, 2),
    ("arbitrary padding, no strides", 5, 4, 1, 2, 1, 6),
    ("half padding, no strides", 5, 3, 1, 1, 1, 5),
    ("full padding, no strides", 5, 3, 1, 2, 1, 7),
    ("no padding, strides", 5, 3, 2, 0, 1, 2),
    ("padding, strides", 5, 3, 2, 1, 1, 3),
    ("padding, strides, odd", 6, 3, 2, 1, 1, 3),
    ("no padding, no strides, dilation", 7, 3, 1, 0, 2, 3),
]
# The same seven settings read backwards: the transposed convolution from the output to the input.
TRANSPOSED_ARITHMETIC = [
    ("no padding, no strides", 2, 3, 1, 0, 0, 4),
    ("arbitrary padding, no strides", 6, 4, 1, 2, 0, 5),
    ("half padding, no strides", 5, 3, 1, 1, 0, 5),
    ("full padding, no strides", 7, 3, 1, 2, 0, 5),
    ("no padding, strides", 2, 3, 2, 0, 0, 5),
    ("padding, strides", 3, 3, 2, 1, 0, 5),
    ("padding, strides, odd", 3, 3, 2, 1, 1, 6),
]


@pytest.mark.parametrize(("name", "n", "kernel", "stride", "padding", "dilation", "output"), ARITHMETIC)
def test_convolution_has_the_published_size(name, n, kernel, stride, padding, dilation, output):
    rng = np.random.default_rng(0)
    layer = Conv2D(1, 1, kernel, stride=stride, padding=padding, dilation=dilation, rng=rng)
    assert layer.forward(np.ones((1, n, n, 1), np.float32)).shape == (1, output, output, 1)
    assert layer.output_shape((n, n, 1)) == (output, output, 1)


@pytest.mark.parametrize(
    ("name", "n", "kernel", "stride", "padding", "extra", "output"), TRANSPOSED_ARITHMETIC
)
def test_transposed_convolution_has_the_published_size(name, n, kernel, stride, padding, extra, output):
    rng = np.random.default_rng(0)
    layer = ConvTranspose2D(1, 1, kernel, stride=stride, padding=padding, output_padding=extra, rng=rng)
    assert layer.forward(np.ones((1, n, n, 1), np.float32)).shape == (1, output, output, 1)
    assert layer.output_shape((n, n, 1)) == (output, output, 1)


def test_convolution_sums_the_kernel_times_the_window():
    layer = Conv2D(1, 1, 2, rng=np.random.default_rng(0), dtype=np.float64)
    layer.params["W"][:, :, 0, 0] = [[1, 2], [3, 4]]
    layer.params["b"][...] = 10
    x = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]], float)[None, :, :, None]
    assert layer.forward(x)[0, :, :, 0].tolist() == [[37, 47], [67, 77]]


def test_same_padding_with_stride_rounds_up():
    layer = Conv2D(1, 1, 3, stride=2, padding="same", rng=np.random.default_rng(0))
    assert [layer.output_shape((n, n, 1))[0] for n in (1, 2, 5, 6, 7)] == [1, 1, 3, 3, 4]


def test_causal_convolution_sees_no_later_step():
    rng = np.random.default_rng(0)
    layer = Conv1D(2, 3, 3, dilation=2, padding=(4, 0), rng=rng, dtype=np.float64)
    x = rng.standard_normal((1, 9, 2))
    before = layer.forward(x)
    x[:, 5:] += 1
    after = layer.forward(x)
    assert np.array_equal(before[:, :5], after[:, :5])
    assert not np.isclose(before[:, 5:], after[:, 5:]).any()


def test_convolution_accumulates_and_overwrites_gradients_as_told():
    rng = np.random.default_rng(0)
    layer = Conv1D(2, 3, 3, rng=rng, dtype=np.float64)
    y = layer.forward(rng.standard_normal((2, 6, 2)))
    layer.backward(y)
    once = layer.grads["W"].copy()
    layer.accumulate(y)
    np.testing.assert_allclose(layer.grads["W"], 2 * once)
    layer.start_grads()
    layer.accumulate(y)
    np.testing.assert_allclose(layer.grads["W"], once)


def test_training_and_other_passes_give_the_same_numbers():
    rng = np.random.default_rng(0)
    layer = Conv2D(2, 3, 3, padding="same", rng=rng, dtype=np.float64)
    for shape in ((2, 5, 4, 2), (3, 6, 6, 2), (2, 5, 4, 2)):
        x = rng.standard_normal(shape)
        kept = layer.forward(x)
        kept_dx = layer.backward(kept)
        trained = layer.forward(x, training=True).copy()
        trained_dx = layer.backward(trained)
        assert np.array_equal(kept, trained)
        assert np.array_equal(kept_dx, trained_dx)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"groups": 2}, "groups: expected a divisor of in_channels=3 and out_channels=4, got 2"),
        ({"stride": 0}, "stride: expected a whole number of at least 1, got 0"),
        ({"padding": "full"}, "padding: expected 'valid', 'same' or numbers, got 'full'"),
        ({"padding": -1}, "padding: expected no negative number, got (-1, -1)"),
    ],
)
def test_convolution_names_the_setting_that_is_wrong(given, message):
    with refused(message):
        Conv2D(3, 4, 3, **given, rng=np.random.default_rng(0))


def test_convolution_refuses_images_that_do_not_fit():
    layer = Conv2D(3, 4, 3, rng=np.random.default_rng(0))
    with refused("Conv2D.forward: expected x of shape (batch, height, width, 3), got (2, 5, 5, 4)"):
        layer.forward(np.ones((2, 5, 5, 4), np.float32))
    with refused(
        "a window spanning 3 cells (size 3, dilation 1) does not fit into 2 cells (length 2, "
        "padding (0, 0)): use a smaller window or more padding"
    ):
        layer.forward(np.ones((2, 2, 5, 3), np.float32))


def test_transposed_convolution_refuses_settings_without_meaning():
    rng = np.random.default_rng(0)
    with refused("output_padding: expected 0 to stride - 1 = 1, got 2"):
        ConvTranspose2D(1, 1, 3, stride=2, output_padding=2, rng=rng)
    with refused("padding: expected numbers for a transposed convolution, got 'same'"):
        ConvTranspose2D(1, 1, 3, padding="same", rng=rng)
    with refused("ConvTranspose2D: 1 cells with padding (2, 2) leave a result of -1 cells: use less padding"):
        ConvTranspose2D(1, 1, 3, padding=2, rng=rng).forward(np.ones((1, 1, 1, 1), np.float32))
