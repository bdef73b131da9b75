"""Relevance and integrated gradients against frozen values of captum."""

import numpy as np
import pytest

from nnengine import explain
from nnengine.layers.activations import ReLU
from nnengine.layers.convolution import Conv2D
from nnengine.layers.dense import Dense
from nnengine.layers.pooling import MaxPool2D
from nnengine.layers.shaping import Flatten
from nnengine.models.sequential import Sequential
from tests.nnengine.directional import frozen

FROZEN = frozen("relevance")
RULES = {"epsilon": explain.Epsilon(1e-2), "gamma": explain.Gamma(0.25), "zplus": explain.ZPlus()}
CASES = [(case, rule) for case, tensors in FROZEN.items() for rule in RULES if rule in tensors]
F64 = {"rng": np.random.default_rng(0), "dtype": np.float64}
TO_IMAGES, TO_CAPTUM = (0, 2, 3, 1), (0, 3, 1, 2)


def dense_net(settings):
    return Sequential(
        Dense(6, 5, **settings), ReLU(), Dense(5, 4, **settings), ReLU(), Dense(4, 3, **settings)
    )


def image_net(settings):
    return Sequential(
        Conv2D(2, 4, 3, padding=1, **settings),
        ReLU(),
        MaxPool2D(2),
        Conv2D(4, 3, 2, **settings),
        ReLU(),
        Flatten(),
        Dense(12, 2, **settings),
    )


def weight(array, place):
    """Return captum's weight as ours; the dense layer after flattened images sees channels last."""
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    if place == 6:
        return array.reshape(2, 3, 2, 2).transpose(2, 3, 1, 0).reshape(12, 2)
    return array.T


def loaded(case):
    """Return the case's net with captum's parameters, its input and the target class."""
    tensors = FROZEN[case]
    is_dense = case.startswith("dense")
    net = (dense_net if is_dense else image_net)({**F64, "bias": "0.bias" in tensors})
    for place, layer in enumerate(net):
        if "W" in layer.params:
            layer.params["W"][...] = weight(tensors[f"{place}.weight"], place)
        if "b" in layer.params:
            layer.params["b"][...] = tensors[f"{place}.bias"]
    x = tensors["x"]
    return (net, x, 1) if is_dense else (net, np.ascontiguousarray(x.transpose(TO_IMAGES)), 0)


def as_captum(found):
    return found if found.ndim == 2 else found.transpose(TO_CAPTUM)


@pytest.mark.parametrize(("case", "rule"), CASES)
def test_relevance_equals_captum(case, rule):
    net, x, target = loaded(case)
    found = explain.relevance(net, x, target=target, rules=RULES[rule])
    # captum keeps divisions apart from zero by 1e-9 in every layer
    np.testing.assert_allclose(as_captum(found), FROZEN[case][rule], rtol=0, atol=1e-7)


@pytest.mark.parametrize("case", FROZEN)
def test_integrated_gradients_equal_captum(case):
    net, x, target = loaded(case)
    found = explain.integrated_gradients(net, x, target=target, steps=64)
    np.testing.assert_allclose(as_captum(found), FROZEN[case]["integrated"], rtol=0, atol=1e-10)
