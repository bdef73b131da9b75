"""The references that students are graded by compute what the engine does."""

from itertools import pairwise

import numpy as np
import pytest

from nnengine.exercises import convolution, deep, planar, recurrent
from nnengine.functional import columns, images, recurrent_columns

SIZES = (4, 5, 3, 1)
N_X, N_A, N_Y, M, T = 3, 4, 2, 5, 6


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def equal(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        close(found[name], array)


def network(sizes, rng):
    parameters = {}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        parameters[f"W{layer}"] = rng.standard_normal((outputs, inputs))
        parameters[f"b{layer}"] = rng.standard_normal((outputs, 1))
    return parameters


def test_deep_network_equals_engine(rng):
    parameters = network(SIZES, rng)
    X, Y = rng.standard_normal((4, 7)), rng.integers(0, 2, (1, 7)).astype(float)
    AL, caches = deep.L_model_forward(X, parameters)
    A, engine_caches = columns.model_forward(X, parameters)
    close(AL, A)
    assert deep.compute_cost(AL, Y) == pytest.approx(columns.cross_entropy(A, Y), rel=1e-9)
    grads = deep.L_model_backward(AL, Y, caches)
    equal(grads, columns.model_backward(A, Y, engine_caches))
    equal(deep.update_parameters(parameters, grads, 0.3), columns.update_parameters(parameters, grads, 0.3))


def test_planar_network_equals_engine(rng):
    parameters = network((2, 4, 1), rng)
    X, Y = rng.standard_normal((2, 7)), rng.integers(0, 2, (1, 7)).astype(float)
    A2, cache = planar.forward_propagation(X, parameters)
    A, caches = columns.model_forward(X, parameters, hidden="tanh")
    close(A2, A)
    assert planar.compute_cost(A2, Y) == pytest.approx(columns.cross_entropy(A, Y), rel=1e-9)
    expected = columns.model_backward(A, Y, caches, hidden="tanh")
    equal(
        planar.backward_propagation(parameters, cache, X, Y),
        {name: grad for name, grad in expected.items() if name[1] != "A"},
    )


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (1, 1), (2, 1), (3, 2)])
def test_convolution_equals_engine(stride, pad, rng):
    x, W, b = (
        rng.standard_normal((2, 7, 6, 3)),
        rng.standard_normal((3, 3, 3, 4)),
        rng.standard_normal((1, 1, 1, 4)),
    )
    Z, cache = convolution.conv_forward(x, W, b, {"stride": stride, "pad": pad})
    expected, engine_cache = images.conv_forward(x, W, b, stride=stride, padding=pad)
    close(Z, expected)
    dZ = rng.standard_normal(Z.shape)
    for found, gradient in zip(
        convolution.conv_backward(dZ, cache), images.conv_backward(dZ, engine_cache), strict=True
    ):
        close(found.reshape(gradient.shape), gradient)


@pytest.mark.parametrize("mode", ["max", "average"])
def test_pooling_equals_engine(mode, rng):
    x = rng.standard_normal((2, 7, 6, 3))
    A, cache = convolution.pool_forward(x, {"f": 3, "stride": 2}, mode)
    expected, engine_cache = images.pool_forward(x, 3, stride=2, mode=mode)
    close(A, expected)
    dA = rng.standard_normal(A.shape)
    close(convolution.pool_backward(dA, cache, mode), images.pool_backward(dA, engine_cache))


def recurrent_parameters(shapes, rng):
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def test_rnn_equals_engine(rng):
    parameters = recurrent_parameters(
        {"Wax": (N_A, N_X), "Waa": (N_A, N_A), "Wya": (N_Y, N_A), "ba": (N_A, 1), "by": (N_Y, 1)}, rng
    )
    x, a0, da = (
        rng.standard_normal((N_X, M, T)),
        rng.standard_normal((N_A, M)),
        rng.standard_normal((N_A, M, T)),
    )
    a, y, caches = recurrent.rnn_forward(x, a0, parameters)
    expected_a, expected_y, engine_caches = recurrent_columns.rnn_forward(x, a0, parameters)
    close(a, expected_a)
    close(y, expected_y)
    equal(recurrent.rnn_backward(da, caches), recurrent_columns.rnn_backward(da, engine_caches))


def test_lstm_equals_engine(rng):
    gates = {f"W{gate}": (N_A, N_A + N_X) for gate in "fico"} | {f"b{gate}": (N_A, 1) for gate in "fico"}
    parameters = recurrent_parameters({**gates, "Wy": (N_Y, N_A), "by": (N_Y, 1)}, rng)
    x, a0, da = (
        rng.standard_normal((N_X, M, T)),
        rng.standard_normal((N_A, M)),
        rng.standard_normal((N_A, M, T)),
    )
    a, y, c, caches = recurrent.lstm_forward(x, a0, parameters)
    expected_a, expected_y, expected_c, engine_caches = recurrent_columns.lstm_forward(x, a0, parameters)
    close(a, expected_a)
    close(y, expected_y)
    close(c, expected_c)
    equal(recurrent.lstm_backward(da, caches), recurrent_columns.lstm_backward(da, engine_caches))
