"""Dense, activations, normalisation, embedding: against PyTorch and against differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnengine.gradcheck import check_layer
from nnengine.layers import activations
from nnengine.layers.dense import Dense
from nnengine.layers.embedding import Embedding
from nnengine.layers.normalization import BatchNorm, LayerNorm
from nnengine.layers.shaping import Flatten, LastStep, Reshape
from tests.nnengine.directional import frozen, refused

FROZEN = frozen("layers")
ACTIVATIONS = {
    "sigmoid": activations.Sigmoid,
    "tanh": activations.Tanh,
    "relu": activations.ReLU,
    "leaky": lambda: activations.LeakyReLU(0.1),
    "elu": lambda: activations.ELU(1.5),
    "gelu": activations.GELU,
    "softplus": activations.Softplus,
    "softmax": activations.Softmax,
}


def build(case, tensors):
    rng = np.random.default_rng(0)
    kind, name = case.split("/")
    if kind == "dense":
        return Dense(*tensors["params.W"].shape, bias=name != "no_bias", rng=rng, dtype=np.float64)
    if kind == "embedding":
        return Embedding(*tensors["params.W"].shape, rng=rng, dtype=np.float64)
    if kind == "batch_norm":
        return BatchNorm(len(tensors["params.gamma"]), dtype=np.float64)
    if kind == "layer_norm":
        return LayerNorm(len(tensors["params.gamma"]), dtype=np.float64)
    return ACTIVATIONS[name]()


@pytest.mark.parametrize("case", FROZEN)
def test_layer_equals_frozen_pytorch(case):
    tensors = FROZEN[case]
    layer = build(case, tensors)
    for name, param in layer.params.items():
        param[...] = tensors[f"params.{name}"]
    training = case != "batch_norm/eval"
    if not training:
        for name, array in layer.state.items():
            array[...] = tensors[f"state.{name}"]
    x = tensors["x"].copy()
    y = layer.forward(x, training=training)
    np.testing.assert_allclose(y, tensors["y"], rtol=0, atol=1e-10)
    dx = layer.backward(tensors["dy"])
    if "dx" in tensors:
        np.testing.assert_allclose(dx, tensors["dx"], rtol=0, atol=1e-10)
    for name, grad in layer.grads.items():
        np.testing.assert_allclose(grad, tensors[f"grads.{name}"], rtol=0, atol=1e-10)
    for name, array in layer.state.items():
        np.testing.assert_allclose(array, tensors[f"state.{name}"], rtol=0, atol=1e-10)
    assert np.array_equal(x, tensors["x"])


def make(kind, features, rng):
    if kind == "dense":
        return Dense(features, 1 + int(rng.integers(20)), rng=rng, dtype=np.float64)
    if kind in ("batch_norm", "layer_norm"):
        return {"batch_norm": BatchNorm, "layer_norm": LayerNorm}[kind](features, dtype=np.float64)
    return {**ACTIVATIONS, "flatten": Flatten, "last_step": LastStep}[kind]()


KINDS = ["dense", "batch_norm", "layer_norm", "flatten", *ACTIVATIONS]


@given(
    kind=st.sampled_from(KINDS),
    batch=st.integers(2, 6),
    places=st.lists(st.integers(1, 4), max_size=2),
    features=st.integers(2, 6),
    by_feature=st.booleans(),
    training=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_layer_gradients_equal_differences(kind, batch, places, features, by_feature, training, seed):
    rng = np.random.default_rng(seed)
    layer = make(kind, features, rng)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    x = 2 * rng.standard_normal((batch, *places, features))
    if by_feature:
        x = np.asfortranarray(x)
    assert check_layer(layer, x, rng=rng, training=training).wrong == ()


@given(
    vocabulary=st.integers(1, 5),
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    seed=st.integers(0, 999),
)
def test_embedding_gradients_equal_differences(vocabulary, shape, seed):
    rng = np.random.default_rng(seed)
    layer = Embedding(vocabulary, 3, rng=rng, dtype=np.float64)
    assert check_layer(layer, rng.integers(0, vocabulary, shape), rng=rng).wrong == ()


def test_embedding_equals_dense_on_one_hot(rng):
    tokens = rng.integers(0, 5, (4, 6))
    embedding = Embedding(5, 3, rng=rng, dtype=np.float64)
    dense = Dense(5, 3, bias=False, rng=rng, dtype=np.float64)
    dense.params["W"][...] = embedding.params["W"]
    dy = rng.standard_normal((4, 6, 3))
    assert np.array_equal(embedding.forward(tokens), dense.forward(np.eye(5)[tokens]))
    embedding.backward(dy)
    dense.backward(dy)
    np.testing.assert_allclose(embedding.grads["W"], dense.grads["W"], rtol=1e-12)


@pytest.mark.parametrize("kind", ["dense", "layer_norm", *ACTIVATIONS])
def test_layer_over_a_batch_equals_its_parts(kind, rng):
    layer = make(kind, 6, rng)
    x, dy = rng.standard_normal((9, 6)), None
    y = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    dx = layer.backward(dy)
    whole = {name: grad.copy() for name, grad in layer.grads.items()}
    layer.start_grads()
    parts = []
    for part in (slice(0, 4), slice(4, 9)):
        np.testing.assert_allclose(layer.forward(x[part], training=True), y[part], rtol=0, atol=1e-14)
        parts.append(layer.backward(dy[part]).copy())
    np.testing.assert_allclose(np.concatenate(parts), dx, rtol=0, atol=1e-14)
    for name, grad in layer.grads.items():
        np.testing.assert_allclose(grad, whole[name], rtol=0, atol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_layer_gives_arrays_to_keep_outside_training(kind, rng):
    layer = make(kind, 4, rng)
    one, other = rng.standard_normal((2, 3, 4))
    y = layer.forward(one)
    kept = y.copy()
    layer.forward(other)
    assert np.array_equal(y, kept)


@pytest.mark.parametrize("kind", [*KINDS, "embedding"])
def test_layer_keeps_float32(kind, rng):
    x = rng.standard_normal((5, 4)).astype(np.float32)
    if kind == "embedding":
        layer, x = Embedding(4, 3, rng=rng), rng.integers(0, 4, (5, 4))
    elif kind == "dense":
        layer = Dense(4, 3, rng=rng)
    elif kind in ("batch_norm", "layer_norm"):
        layer = {"batch_norm": BatchNorm, "layer_norm": LayerNorm}[kind](4)
    else:
        layer = make(kind, 4, rng)
    y = layer.forward(x, training=True)
    dx = layer.backward(np.ones_like(y))
    assert {y.dtype, dx.dtype, *(g.dtype for g in layer.grads.values())} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_of_huge_numbers_warns_of_nothing(name):
    layer = ACTIVATIONS[name]()
    x = np.array([[-1e4, -88.0, 0.0, 88.0, 1e4]], np.float32)
    y = layer.forward(x)
    assert np.isfinite(y).all()
    assert np.isfinite(layer.backward(np.ones_like(y))).all()


def test_softmax_of_rows_of_different_size():
    y = activations.Softmax().forward(np.array([[1e4, 0.0], [1.0, 1.0]]))
    assert y.tolist() == [[1, 0], [0.5, 0.5]]


def test_relu_at_zero_has_derivative_zero():
    layer = activations.ReLU()
    layer.forward(np.zeros((1, 2)))
    assert layer.backward(np.ones((1, 2))).tolist() == [[0, 0]]


def test_step_is_one_from_zero_on_and_teaches_nothing():
    layer = activations.Step()
    assert layer.forward(np.array([[-1e-9, 0.0, 2.0]])).tolist() == [[0, 1, 1]]
    assert layer.backward(np.ones((1, 3))).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("kind", ["dense", "batch_norm", "layer_norm", "embedding"])
def test_fresh_gradients_replace_old_ones_once_and_then_add(kind, rng):
    x = rng.standard_normal((5, 4))
    if kind == "embedding":
        layer, x = Embedding(9, 3, rng=rng, dtype=np.float64), rng.integers(0, 4, (5, 4))
    else:
        layer = make(kind, 4, rng)
    dy = rng.standard_normal(layer.forward(x).shape)
    layer.backward(dy)
    once = {name: grad.copy() for name, grad in layer.grads.items()}
    for grad in layer.grads.values():
        grad.fill(7)
    layer.start_grads()
    layer.accumulate(dy)
    for name, grad in layer.grads.items():
        np.testing.assert_allclose(grad, once[name], rtol=1e-12, atol=1e-14)
    layer.backward(dy)
    for name, grad in layer.grads.items():
        np.testing.assert_allclose(grad, 2 * once[name], rtol=1e-12, atol=1e-14)


def test_batch_norm_averages_converge_to_the_data(rng):
    layer = BatchNorm(2, dtype=np.float64)
    for _ in range(300):
        layer.forward(rng.normal([3, -1], [2, 0.5], (100, 2)), training=True)
    np.testing.assert_allclose(layer.state["mean"], [3, -1], atol=0.2)
    np.testing.assert_allclose(layer.state["var"], [4, 0.25], rtol=0.2)


def test_batch_norm_says_that_it_mixes_examples():
    assert (BatchNorm(2).mixes_examples, LayerNorm(2).mixes_examples) == (True, False)


def test_last_step_of_lengths_and_its_gradient(rng):
    x = rng.standard_normal((3, 4, 2))
    layer = LastStep()
    lengths = np.array([1, 4, 2])
    assert np.array_equal(layer.forward(x, lengths=lengths), np.stack([x[0, 0], x[1, 3], x[2, 1]]))
    dx = layer.backward(np.ones((3, 2)))
    assert np.argwhere(dx[..., 0]).tolist() == [[0, 0], [1, 3], [2, 1]]


def test_reshape_there_and_back(rng):
    x = rng.standard_normal((3, 12))
    layer = Reshape(2, 3, 2)
    assert np.array_equal(layer.backward(layer.forward(x)), x)
    assert layer.output_shape((12,)) == (2, 3, 2)


def test_layers_refuse_wrong_input_by_name(rng):
    dense = Dense(4, 2, rng=rng)
    with refused("Dense.forward: expected x of shape (batch, 4), got (3, 5)"):
        dense.forward(np.zeros((3, 5), np.float32))
    with pytest.raises(TypeError, match="expected x of dtype float32, got float64"):
        dense.forward(np.zeros((3, 4)))
    with refused("Dense: expected positive in_features and out_features, got 0 and 3"):
        Dense(0, 3, rng=rng)
    with refused("Reshape: expected examples of 6 numbers for (2, 3), got (5,)"):
        Reshape(2, 3).forward(np.zeros((4, 5)))
    with refused("LayerNorm.forward: expected x of shape (batch, ..., 4), got (3, 5)"):
        LayerNorm(4).forward(np.zeros((3, 5), np.float32))
    with refused(
        "BatchNorm.forward: expected at least two numbers a feature in training, got x of shape (1, 4): "
        "use a larger batch"
    ):
        BatchNorm(4).forward(np.zeros((1, 4), np.float32), training=True)
    with pytest.raises(TypeError, match=r"LayerNorm\.forward: expected x of dtype float32, got float64"):
        LayerNorm(4).forward(np.zeros((3, 4)))
    with pytest.raises(TypeError, match="Tanh: expected floating-point numbers, got int64"):
        activations.Tanh().forward(np.zeros((3, 4), np.int64))
    embedding = Embedding(4, 2, rng=rng)
    with refused("Embedding.forward: expected tokens from 0 to 3, got 1 to 4"):
        embedding.forward(np.array([[1, 4]]))
    with pytest.raises(TypeError, match="expected x to hold integer tokens, got float64"):
        embedding.forward(np.zeros((1, 2)))
