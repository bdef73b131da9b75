"""Feed-forward nets: dense layers with an activation between them."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from nnengine.initializers import Initializer, he
from nnengine.layers.activations import ReLU
from nnengine.layers.base import Layer
from nnengine.layers.dense import Dense
from nnengine.models.sequential import Sequential


def feed_forward(
    *sizes: int,
    activation: Callable[[], Layer] = ReLU,
    init: Initializer = he,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Return a net of dense layers; its outputs are logits, or numbers: there is no activation at the end.

    ``feed_forward(784, 16, 16, 10, activation=Sigmoid, rng=rng)`` is the net of 13,002 parameters in
    3Blue1Brown's "But what is a neural network?".

    Parameters
    ----------
    sizes
        The numbers of features: of the input, after every layer, of the output.
    activation
        Makes the layer between two dense layers.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least two, of input and output, got {sizes}")
    layers: list[Layer] = []
    for inputs, outputs in pairwise(sizes):
        if layers:
            layers.append(activation())
        layers.append(Dense(inputs, outputs, init=init, rng=rng, dtype=dtype))
    return Sequential(*layers)
