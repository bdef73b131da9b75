"""Recurrent layers: against PyTorch, differences, and sequences cut or padded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnengine.layers.gru import GRU
from nnengine.layers.lstm import LSTM
from nnengine.layers.recurrent import Bidirectional
from nnengine.layers.rnn import RNN
from tests.nnengine.directional import assert_gradients, frozen, refused

FROZEN = frozen("recurrent")
# Our gates are blocks of columns in this order of PyTorch's blocks of rows.
ORDER = {RNN: [0], GRU: [0, 1, 2], LSTM: [0, 1, 3, 2]}


def ours(layer, tensor):
    """Return a PyTorch weight or bias in our shape and order of gates."""
    blocks = np.split(tensor, len(ORDER[type(layer)]))
    return np.concatenate([blocks[k] for k in ORDER[type(layer)]]).T


def load(layer, tensors, suffix):
    """Give a layer PyTorch's parameters; PyTorch has two biases where one does."""
    layer.params["Wx"][...] = ours(layer, tensors[f"weight_ih_{suffix}"])
    layer.params["Wh"][...] = ours(layer, tensors[f"weight_hh_{suffix}"])
    b, more = ours(layer, tensors[f"bias_ih_{suffix}"]), ours(layer, tensors[f"bias_hh_{suffix}"]).copy()
    if "bhn" in layer.params:
        layer.params["bhn"][...] = more[-layer.hidden_features :]
        more[-layer.hidden_features :] = 0
    layer.params["b"][...] = b + more


def assert_same_grads(layer, tensors, suffix):
    for mine, theirs in (("Wx", "weight_ih"), ("Wh", "weight_hh"), ("b", "bias_ih")):
        np.testing.assert_allclose(
            layer.grads[mine], ours(layer, tensors[f"d{theirs}_{suffix}"]), rtol=0, atol=1e-10, err_msg=mine
        )
    if "bhn" in layer.params:
        expected = tensors[f"dbias_hh_{suffix}"][-layer.hidden_features :]
        np.testing.assert_allclose(layer.grads["bhn"], expected, rtol=0, atol=1e-10)


def make(kind, in_features=4, hidden_features=5, **given):
    return kind(in_features, hidden_features, **given, rng=np.random.default_rng(0), dtype=np.float64)


@pytest.mark.parametrize(
    ("case", "layer"),
    [
        ("rnn_tanh", make(RNN)),
        ("rnn_relu", make(RNN, activation="relu")),
        ("lstm", make(LSTM)),
        ("gru", make(GRU)),
    ],
)
def test_recurrent_layer_equals_frozen_pytorch(case, layer):
    tensors = FROZEN[case]
    load(layer, tensors, "l0")
    initial = tuple(tensors[f"initial_{name}"][0] for name in layer.states)
    dfinal = tuple(tensors[f"dfinal_{name}"][0] for name in layer.states)
    y = layer.forward(tensors["x"], lengths=tensors["lengths"], initial=initial)
    dx = layer.backward(tensors["dy"], dfinal)

    np.testing.assert_allclose(y, tensors["y"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(dx, tensors["dx"], rtol=0, atol=1e-10)
    for name, final, dinitial in zip(layer.states, layer.final, layer.initial_grads, strict=True):
        np.testing.assert_allclose(final, tensors[f"final_{name}"][0], rtol=0, atol=1e-10)
        np.testing.assert_allclose(dinitial, tensors[f"dinitial_{name}"][0], rtol=0, atol=1e-10)
    assert_same_grads(layer, tensors, "l0")


def test_stacked_bidirectional_lstm_equals_frozen_pytorch():
    tensors = FROZEN["lstm_stacked_bidirectional"]
    layers = [Bidirectional(make(LSTM, size), make(LSTM, size)) for size in (4, 10)]
    y = tensors["x"]
    for number, layer in enumerate(layers):
        load(layer.onward, tensors, f"l{number}")
        load(layer.backwards, tensors, f"l{number}_reverse")
        y = layer.forward(y, lengths=tensors["lengths"])
    dx = layers[0].backward(layers[1].backward(tensors["dy"]))

    np.testing.assert_allclose(y, tensors["y"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(dx, tensors["dx"], rtol=0, atol=1e-10)
    for number, layer in enumerate(layers):
        assert_same_grads(layer.onward, tensors, f"l{number}")
        assert_same_grads(layer.backwards, tensors, f"l{number}_reverse")


KINDS = [
    (RNN, {}),
    (LSTM, {}),
    (LSTM, {"peephole": True}),
    (GRU, {"reset": "after"}),
    (GRU, {"reset": "before"}),
]


@st.composite
def batches(draw):
    """Draw a kind of layer, shapes, and lengths or None."""
    batch, time = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    lengths = draw(st.none() | st.lists(st.integers(1, time), min_size=batch, max_size=batch))
    sizes = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    lengths = None if lengths is None else np.array(lengths)
    return draw(st.sampled_from(KINDS)), (batch, time, sizes[0]), sizes[1], lengths


def randomised(layer, rng):
    for value in layer.params.values():
        value[...] = rng.standard_normal(value.shape)
    return layer


@settings(deadline=None, max_examples=60)
@given(batch=batches(), both=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_recurrent_gradients_equal_differences(batch, both, seed):
    (kind, given), shape, hidden, lengths = batch
    rng = np.random.default_rng(seed)
    layer = make(kind, shape[2], hidden, **given)
    if both:
        layer = Bidirectional(layer, make(kind, shape[2], hidden, **given))
    assert_gradients(randomised(layer, rng), rng.standard_normal(shape), rng, lengths=lengths)


@pytest.mark.parametrize(("kind", "given"), KINDS)
def test_recurrent_layer_over_all_steps_equals_two_halves(kind, given):
    rng = np.random.default_rng(0)
    whole, halves = randomised(make(kind, **given), rng), [make(kind, **given) for _ in range(2)]
    for half in halves:
        for name, value in half.params.items():
            value[...] = whole.params[name]
    x = rng.standard_normal((3, 7, 4))
    y = whole.forward(x)
    dy = rng.standard_normal(y.shape)
    dfinal = tuple(rng.standard_normal((3, 5)) for _ in whole.states)
    dx = whole.backward(dy, dfinal)
    early = halves[0].forward(x[:, :3])
    late = halves[1].forward(x[:, 3:], initial=halves[0].final)
    dlate = halves[1].backward(dy[:, 3:], dfinal)
    dearly = halves[0].backward(dy[:, :3], halves[1].initial_grads)

    np.testing.assert_allclose(np.concatenate([early, late], axis=1), y, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.concatenate([dearly, dlate], axis=1), dx, rtol=0, atol=1e-12)
    for name, grad in whole.grads.items():
        np.testing.assert_allclose(halves[0].grads[name] + halves[1].grads[name], grad, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("kind", "given"), KINDS)
def test_recurrent_layer_treats_a_padded_sequence_as_if_it_were_alone(kind, given):
    rng = np.random.default_rng(0)
    layer = Bidirectional(randomised(make(kind, **given), rng), randomised(make(kind, **given), rng))
    x = rng.standard_normal((3, 6, 4))
    x[1, 2:] = np.nan  # what stands in the padding must not matter
    lengths = np.array([6, 2, 5])
    y = layer.forward(x, lengths=lengths)
    dx = layer.backward(np.ones_like(y))
    alone = layer.forward(x[1:2, :2])
    dalone = layer.backward(np.ones_like(alone))

    np.testing.assert_allclose(y[1:2, :2], alone, rtol=0, atol=1e-12)
    np.testing.assert_allclose(dx[1:2, :2], dalone, rtol=0, atol=1e-12)
    assert not y[1, 2:].any()
    assert not dx[1, 2:].any()


@pytest.mark.parametrize(("kind", "given"), KINDS)
def test_recurrent_layer_leaves_its_input_alone_and_trains_alike(kind, given):
    rng = np.random.default_rng(0)
    layer = randomised(make(kind, **given), rng)
    for shape in ((2, 5, 4), (3, 3, 4), (2, 5, 4)):
        x = rng.standard_normal(shape)
        original = x.copy()
        kept = layer.forward(x)
        dy = rng.standard_normal(kept.shape)
        kept_dx = layer.backward(dy)
        trained = layer.forward(x, training=True)
        assert np.array_equal(kept, trained)
        assert np.array_equal(kept_dx, layer.backward(dy))
        assert np.array_equal(x, original)


def test_lstm_gates_survive_large_inputs():
    layer = LSTM(1, 2, rng=np.random.default_rng(0))
    y = layer.forward(np.array([[[1e4], [-1e4]]], np.float32))
    assert np.isfinite(y).all()
    assert np.isfinite(layer.backward(np.ones_like(y))).all()


@pytest.mark.parametrize(
    ("shape", "keywords", "message"),
    [
        (
            (2, 3, 5),
            {},
            "RNN.forward: expected x of shape (batch, time, 4) with at least one step, got (2, 3, 5)",
        ),
        (
            (2, 0, 4),
            {},
            "RNN.forward: expected x of shape (batch, time, 4) with at least one step, got (2, 0, 4)",
        ),
        ((2, 3, 4), {"lengths": np.array([1])}, "RNN.forward: expected lengths of shape (2,), got (1,)"),
        (
            (2, 3, 4),
            {"lengths": np.array([0, 4])},
            "RNN.forward: expected lengths from 1 to 3, got 0 to 4: leave empty sequences out",
        ),
        (
            (2, 3, 4),
            {"initial": (np.ones((2, 4)),)},
            "RNN.forward: expected initial to be (h), each of shape (2, 5), got [(2, 4)]",
        ),
    ],
)
def test_recurrent_layer_names_what_does_not_fit(shape, keywords, message):
    with refused(message):
        make(RNN).forward(np.ones(shape), **keywords)
