"""The functions equal the layers, in both layouts, and their gradients equal differences."""

import numpy as np
import pytest

from nnengine.functional import columns, images, recurrent_columns, recurrent_rows, rows, updates
from nnengine.gradcheck import check_gradients
from nnengine.layers.activations import ReLU, Sigmoid, Tanh
from nnengine.layers.base import Layer
from nnengine.layers.convolution import Conv2D
from nnengine.layers.dense import Dense
from nnengine.layers.gru import GRU
from nnengine.layers.lstm import LSTM
from nnengine.layers.normalization import BatchNorm, LayerNorm
from nnengine.layers.rnn import RNN
from nnengine.losses import BinaryCrossEntropy
from nnengine.models import feed_forward
from nnengine.optimizers import SGD, Adam, RMSProp
from tests.nnengine.directional import frozen, refused


def close(found, expected, tolerance=1e-12):
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def checked(function, backward, arguments, rng):
    """Return the arguments whose gradients are off; `backward` gives them by name, "d" in front."""
    cache = None

    def output():
        nonlocal cache
        y, cache = function()
        return y

    def gradients(dy):
        found = backward(dy, cache)
        return {name: found[f"d{name}"] for name in arguments}

    return check_gradients(output, gradients, arguments, rng=rng).wrong


# Rows


def test_affine_equals_dense(rng):
    dense = Dense(6, 3, rng=rng, dtype=np.float64)
    dense.params["b"][...] = rng.standard_normal(3)
    x, dy = rng.standard_normal((5, 6)), rng.standard_normal((5, 3))
    y, cache = rows.affine_forward(x.reshape(5, 2, 3), dense.params["W"], dense.params["b"])
    dx, dW, db = rows.affine_backward(dy, cache)
    close(y, dense.forward(x))
    close(dx.reshape(5, 6), dense.backward(dy))
    close(dW, dense.grads["W"])
    close(db, dense.grads["b"])


@pytest.mark.parametrize(("name", "layer"), [("relu", ReLU()), ("sigmoid", Sigmoid()), ("tanh", Tanh())])
def test_activations_equal_layers_in_rows_and_columns(name, layer, rng):
    x, dy = rng.standard_normal((2, 5, 4))
    y, cache = getattr(rows, f"{name}_forward")(x)
    close(y, layer.forward(x))
    close(getattr(rows, f"{name}_backward")(dy, cache), layer.backward(dy))
    close(columns.activate(x.T, name).T, layer.forward(x))
    close(columns.activation_backward(dy.T, x.T, name).T, layer.backward(dy))


def test_normalisations_equal_layers(rng):
    x, dy = 1 + 2 * rng.standard_normal((2, 7, 4))
    gamma, beta = rng.standard_normal((2, 4))
    for forward, layer in (
        (rows.batchnorm_forward, BatchNorm(4, dtype=np.float64)),
        (rows.layernorm_forward, LayerNorm(4, dtype=np.float64)),
    ):
        layer.params["gamma"][...], layer.params["beta"][...] = gamma, beta
        y, cache = forward(x, gamma, beta)
        close(y, layer.forward(x, training=True))
        dx, dgamma, dbeta = rows.batchnorm_backward(dy, cache)
        close(dx, layer.backward(dy))
        close(dgamma, layer.grads["gamma"])
        close(dbeta, layer.grads["beta"])


def test_batchnorm_outside_training_uses_what_it_is_given(rng):
    x, one, zero = rng.standard_normal((3, 2)), np.ones(2), np.zeros(2)
    y, _ = rows.batchnorm_forward(x, one, zero, training=False, running=(one, 4 * one), eps=1e-9)
    close(y, (x - 1) / 2, 1e-8)
    with refused("running: expected (mean, var) outside training, got None"):
        rows.batchnorm_forward(x, one, zero, training=False)


@pytest.mark.parametrize("loss", [rows.softmax_loss, rows.svm_loss])
def test_loss_gradients_equal_differences(loss, rng):
    x, y = rng.standard_normal((5, 4)), rng.integers(0, 4, 5)
    report = check_gradients(lambda: loss(x, y)[0], lambda c: {"x": c * loss(x, y)[1]}, {"x": x}, rng=rng)
    assert report.wrong == ()


def test_svm_loss_by_hand():
    value, dx = rows.svm_loss(np.array([[3.0, 2.5, 0.0], [1.0, 2.0, 1.5]]), np.array([0, 0]))
    assert value == pytest.approx((0.5 + 2 + 1.5) / 2)
    assert dx.tolist() == [[-0.5, 0.5, 0], [-1, 0.5, 0.5]]


def test_softmax_shares_sum_to_one_even_for_large_logits():
    assert rows.softmax(np.array([[1e4, 0.0], [0.0, 0.0]])).tolist() == [[1, 0], [0.5, 0.5]]


def test_dropout_keeps_mean_and_mask(rng):
    x = np.ones((300, 300))
    y, cache = rows.dropout_forward(x, 0.8, rng=rng)
    assert set(np.unique(y)) == {0, 1.25}
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert np.array_equal(rows.dropout_backward(x, cache), y)


# Columns


def test_linear_equals_dense_transposed_and_averaged(rng):
    dense = Dense(6, 3, rng=rng, dtype=np.float64)
    A, dZ = rng.standard_normal((6, 5)), rng.standard_normal((3, 5))
    Z, cache = columns.linear_forward(A, dense.params["W"].T, dense.params["b"][:, None])
    dA, dW, db = columns.linear_backward(dZ, cache)
    close(Z, dense.forward(A.T).T)
    close(dA, dense.backward(dZ.T).T)
    close(dW, dense.grads["W"].T / 5)
    close(db, dense.grads["b"][:, None] / 5)


def test_model_equals_sequential(rng):
    net = feed_forward(4, 5, 3, 1, rng=rng, dtype=np.float64)
    X, Y = rng.standard_normal((4, 7)), rng.integers(0, 2, (1, 7)).astype(float)
    parameters = {}
    for place, layer in ((0, 1), (2, 2), (4, 3)):
        parameters[f"W{layer}"] = net.params[f"{place}.W"].T
        parameters[f"b{layer}"] = net.params[f"{place}.b"][:, None]
    A, caches = columns.model_forward(X, parameters)
    grads = columns.model_backward(A, Y, caches)
    loss = net.loss_and_grads(X.T, Y.T, BinaryCrossEntropy())
    assert columns.cross_entropy(A, Y) == pytest.approx(loss, rel=1e-12)
    for place, layer in ((0, 1), (2, 2), (4, 3)):
        close(grads[f"dW{layer}"], net.grads[f"{place}.W"].T)
        close(grads[f"db{layer}"], net.grads[f"{place}.b"][:, None])
    assert sorted(grads) == sorted(
        [*(f"d{name}{layer}" for name in "Wb" for layer in (1, 2, 3)), "dA0", "dA1", "dA2"]
    )
    updated = columns.update_parameters(parameters, grads, 0.3)
    SGD(net, 0.3).step()
    for name, param in updated.items():
        close(param, net.params[f"{2 * int(name[1]) - 2}.{name[0]}"].T.reshape(param.shape))


@pytest.mark.parametrize("output", ["sigmoid", "tanh"])
def test_model_gradients_equal_differences(output, rng):
    parameters = {"W1": rng.standard_normal((4, 3)), "b1": rng.standard_normal((4, 1))}
    parameters |= {"W2": 0.1 * rng.standard_normal((1, 4)), "b2": np.array([[0.5]])}
    X, Y = rng.standard_normal((3, 6)), rng.integers(0, 2, (1, 6)).astype(float)

    def cost():
        A, _ = columns.model_forward(X, parameters, hidden="tanh", output=output)
        return columns.cross_entropy(A, Y)

    def gradients(c):
        A, caches = columns.model_forward(X, parameters, hidden="tanh", output=output)
        grads = columns.model_backward(A, Y, caches, hidden="tanh", output=output)
        return {name: c * grads[f"d{name}"] for name in parameters}

    if output == "tanh":
        parameters["W2"] *= 0.1
    assert check_gradients(cost, gradients, parameters, rng=rng).wrong == ()


def test_cross_entropy_of_certain_answers():
    assert columns.cross_entropy(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]])) == 0
    assert columns.cross_entropy(np.array([[1.0]]), np.array([[0.0]])) == np.inf


# Images


@pytest.mark.parametrize("transposed", [False, True])
def test_nchw_equals_nhwc(transposed, rng):
    forward = images.conv_transpose_forward if transposed else images.conv_forward
    x, b = rng.standard_normal((2, 7, 6, 4)), rng.standard_normal(6)
    W = rng.standard_normal((3, 2, 3, 4)) if transposed else rng.standard_normal((3, 2, 2, 6))
    settings = {"stride": (2, 1), "padding": 1, "groups": 2}
    y, cache = forward(x, W, b, **settings)
    dy = rng.standard_normal(y.shape)
    dx, dW, db = images.conv_backward(dy, cache)
    to, kernel_to = (0, 3, 1, 2), (3, 2, 0, 1)
    other, cache = forward(x.transpose(to), W.transpose(kernel_to), b, layout="NCHW", **settings)
    close(other, y.transpose(to))
    other_dx, other_dW, other_db = images.conv_backward(dy.transpose(to), cache)
    close(other_dx, dx.transpose(to))
    close(other_dW, dW.transpose(kernel_to))
    close(other_db, db)


def test_conv_equals_the_layer(rng):
    layer = Conv2D(3, 5, (3, 2), stride=2, padding=1, rng=rng, dtype=np.float64)
    x = rng.standard_normal((2, 6, 7, 3))
    y, cache = images.conv_forward(x, layer.params["W"], layer.params["b"], stride=2, padding=1)
    close(y, layer.forward(x))
    dy = rng.standard_normal(y.shape)
    dx, dW, db = images.conv_backward(dy, cache)
    close(dx, layer.backward(dy))
    close(dW, layer.grads["W"])
    close(db, layer.grads["b"])


def test_conv_without_bias_has_no_bias_gradient(rng):
    y, cache = images.conv_forward(rng.standard_normal((1, 4, 4, 2)), rng.standard_normal((3, 3, 2, 5)))
    assert images.conv_backward(np.ones_like(y), cache)[2].tolist() == [0] * 5


@pytest.mark.parametrize("mode", ["max", "average"])
def test_pool_is_the_same_in_both_layouts_and_equals_differences(mode, rng):
    x = rng.standard_normal((2, 6, 5, 3))
    to, back = (0, 3, 1, 2), (0, 2, 3, 1)
    y, cache = images.pool_forward(x, 2, stride=(2, 1), mode=mode)
    other, other_cache = images.pool_forward(x.transpose(to), 2, stride=(2, 1), mode=mode, layout="NCHW")
    close(other.transpose(back), y)
    dy = rng.standard_normal(y.shape)
    dx = images.pool_backward(dy, cache)
    close(images.pool_backward(dy.transpose(to), other_cache).transpose(back), dx)
    wrong = checked(
        lambda: images.pool_forward(x, 2, stride=(2, 1), mode=mode),
        lambda dy, cache: {"dx": images.pool_backward(dy, cache)},
        {"x": x},
        rng,
    )
    assert wrong == ()


def test_images_refuse_other_layouts(rng):
    with refused("layout: expected 'NHWC' or 'NCHW', got 'HWCN'"):
        images.pool_forward(np.zeros((1, 2, 2, 1)), 2, layout="HWCN")
    with refused("expected images of four axes, NHWC, got shape (2, 2)"):
        images.pool_forward(np.zeros((2, 2)), 2)


# Recurrent nets

N, T, D, H = 3, 5, 4, 2


def sequence_of(layer, rng):
    return {
        "x": rng.standard_normal((N, T, D)),
        "h0": rng.standard_normal((N, H)),
        **layer.params,
    }


@pytest.mark.parametrize(
    ("name", "layer_of"),
    [
        ("rnn", RNN),
        ("lstm", LSTM),
        ("gru", GRU),
        ("gru", lambda *sizes, **settings: GRU(*sizes, reset="before", **settings)),
    ],
    ids=["rnn", "lstm", "gru after", "gru before"],
)
def test_sequences_equal_layers_and_differences(name, layer_of, rng):
    layer = layer_of(D, H, rng=rng, dtype=np.float64)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    given = sequence_of(layer, rng)
    forward = getattr(recurrent_rows, f"{name}_forward")
    backward = getattr(recurrent_rows, f"{name}_backward")
    h, caches = forward(**given)
    initial = (given["h0"], np.zeros((N, H))) if name == "lstm" else (given["h0"],)
    close(h, layer.forward(given["x"], initial=initial))
    dh = rng.standard_normal(h.shape)
    grads = backward(dh, caches)
    close(grads["dx"], layer.backward(dh))
    close(grads["dh0"], layer.initial_grads[0])
    for param, grad in layer.grads.items():
        close(grads[f"d{param}"], grad)
    assert checked(lambda: forward(**given), backward, given, rng) == ()


def columns_of(layer, rng):
    """Return the layer's parameters for columns, and an output layer."""
    Wx, Wh, b = (layer.params[name] for name in ("Wx", "Wh", "b"))
    y_name = "Wy" if isinstance(layer, LSTM) else "Wya"
    head = {y_name: rng.standard_normal((3, H)), "by": rng.standard_normal((3, 1))}
    if isinstance(layer, RNN):
        return {"Wax": Wx.T.copy(), "Waa": Wh.T.copy(), "ba": b[:, None].copy(), **head}
    parameters = dict(head)
    for place, gate in enumerate("ifoc"):
        part = slice(place * H, (place + 1) * H)
        parameters[f"W{gate}"] = np.concatenate([Wh[:, part], Wx[:, part]]).T.copy()
        parameters[f"b{gate}"] = b[part, None].copy()
    return parameters


@pytest.mark.parametrize(("name", "layer_of"), [("rnn", RNN), ("lstm", LSTM)])
def test_column_sequences_equal_layers_and_differences(name, layer_of, rng):
    layer = layer_of(D, H, rng=rng, dtype=np.float64)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    x, a0 = rng.standard_normal((D, N, T)), rng.standard_normal((H, N))
    parameters = columns_of(layer, rng)
    forward = getattr(recurrent_columns, f"{name}_forward")
    backward = getattr(recurrent_columns, f"{name}_backward")
    a, y, *_, caches = forward(x, a0, parameters)
    initial = (a0.T, np.zeros((N, H))) if name == "lstm" else (a0.T,)
    close(a.transpose(1, 2, 0), layer.forward(x.transpose(1, 2, 0), initial=initial))
    close(y.sum(axis=0), 1)
    da = rng.standard_normal(a.shape)
    close(backward(da, caches)["dx"].transpose(1, 2, 0), layer.backward(da.transpose(1, 2, 0)))
    arguments = {"x": x, "a0": a0, **{key: p for key, p in parameters.items() if "y" not in key}}

    def states():
        a, *_, caches = forward(x, a0, parameters)
        return a, caches

    assert checked(states, backward, arguments, rng) == ()


def test_lstm_cell_carries_the_gradient_by_the_cell(rng):
    """The gradient by c alone: what most hand-written LSTMs forget."""
    layer = LSTM(D, H, rng=rng, dtype=np.float64)
    parameters = columns_of(layer, rng)
    xt, a, c = rng.standard_normal((D, N)), rng.standard_normal((H, N)), rng.standard_normal((H, N))

    def cell():
        _, c_next, _, cache = recurrent_columns.lstm_cell_forward(xt, a, c, parameters)
        return c_next, cache

    def backward(dc, cache):
        grads = recurrent_columns.lstm_cell_backward(np.zeros((H, N)), dc, cache)
        return {"dxt": grads["dxt"], "da": grads["da_prev"], "dc": grads["dc_prev"]}

    assert checked(cell, backward, {"xt": xt, "a": a, "c": c}, rng) == ()


def test_recurrent_weights_of_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"^Wx, Wh, b: expected shapes \(\(4, 2\), \(2, 2\), \(2,\)\), got"):
        recurrent_rows.rnn_step_forward(
            np.zeros((3, 4)), np.zeros((3, 2)), np.zeros((2, 4)), np.zeros((2, 2)), np.zeros(2)
        )


# Updates


def test_updates_equal_optimizers():
    tensors = frozen("optimizers")
    start, grads = tensors["start"]["W"], tensors["grads"]["W"]
    runs = {
        "descent": (lambda w, g, s, t: (updates.gradient_descent(w, g, learning_rate=0.1), s), SGD, {}),
        "momentum": (
            lambda w, g, s, t: _one(updates.momentum(w, g, s[0], learning_rate=1, beta=0.9)),
            SGD,
            {"momentum": 0.9},
        ),
        "rmsprop": (lambda w, g, s, t: _one(updates.rmsprop(w, g, s[0], learning_rate=0.1)), RMSProp, {}),
        "adam": (lambda w, g, s, t: _two(updates.adam(w, g, *s, t, learning_rate=0.1)), Adam, {}),
    }
    for update, kind, settings in runs.values():
        layer = Layer()
        layer.add_param("W", start)
        optimizer = kind(layer, 0.1, **settings)
        w, state = start, (np.zeros_like(start), np.zeros_like(start))
        for t, grad in enumerate(grads, start=1):
            layer.grads["W"][...] = grad
            optimizer.step()
            w, state = update(w, grad, state, t)
        close(w, layer.params["W"])


def _one(result):
    return result[0], (result[1], None)


def _two(result):
    return result[0], result[1:]
