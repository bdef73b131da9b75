"""Layer-wise relevance propagation: share the score out among the inputs, layer by layer, from the top.

A linear layer ``z_k = sum over j of a_j w_jk + b_k`` hands the relevance ``R_k`` of its outputs down to its
inputs in proportion to what they contributed:

    epsilon     R_j = sum over k of  a_j w_jk / (z_k + eps sign z_k) * R_k
    gamma       the same with  w + gamma max(w, 0)  in place of w, for b likewise
    alpha-beta  positive contributions share alpha R_k, negative ones share -beta R_k;  alpha - beta = 1
    z+          alpha = 1, beta = 0: only what speaks for the output counts
    flat        every input of the sum gets the same share, whatever its value

(S. Bach and others: "On pixel-wise explanations ...", PLOS ONE 10(7), 2015; the names of the rules as in
G. Montavon and others: "Layer-wise relevance propagation: an overview", 2019.) Written from these equations.

Activations hand relevance through unchanged; a max pool hands it to the winner. What a bias contributes is
kept by the bias: without biases, and with a small epsilon, the inputs' relevance adds up to the score.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nnengine.explain.gradients import Targets, one_hot
from nnengine.layers.activations import Activation, Softmax
from nnengine.layers.base import Array, Layer
from nnengine.layers.pooling import AveragePool2D, GlobalAveragePool
from nnengine.models.sequential import Sequential

#: Keeps a division by an exact zero from being one.
TINY = 1e-12


class Rule(Protocol):
    """How a linear layer hands relevance down."""

    def hand_down(self, layer: Layer, a: Array, relevance: Array) -> Array:
        """Return the relevance of the layer's inputs `a`, given that of its outputs."""


def _with(layer: Layer, *, W: Array | None = None, b: Array | None = None) -> Layer:
    """Return the layer with other parameters (`b` None: without bias) and nothing remembered."""
    twin = copy.copy(layer)
    weight = layer.params.get("W") if W is None else W
    twin.params = {name: value for name, value in (("W", weight), ("b", b)) if value is not None}
    twin.grads = {name: np.zeros_like(value) for name, value in twin.params.items()}
    twin._workspaces = {}  # a twin must not write into the layer's own
    return twin


def _contributions(layer: Layer, a: Array, shares: Array) -> Array:
    """Return ``a_j * sum over k of w_jk shares_k`` for a layer whose `forward` has just seen `a`."""
    product: Array = a * layer.backward(shares)
    return product


def _divide(relevance: Array, z: Array, epsilon: float) -> Array:
    sign = np.where(z < 0, z.dtype.type(-1), z.dtype.type(1))
    share: Array = relevance / (z + z.dtype.type(epsilon) * sign)
    return share


def _share(relevance: Array, z: Array) -> Array:
    """Return ``relevance / z``, and zero where nothing contributed to `z`, so that nobody answers for it."""
    return np.divide(relevance, z, out=np.zeros_like(relevance), where=z != 0)


@dataclass(frozen=True)
class Epsilon:
    """Proportional to the contribution; `epsilon` takes the relevance of outputs near zero away."""

    epsilon: float = 1e-9

    def hand_down(self, layer: Layer, a: Array, relevance: Array) -> Array:
        """See the module's formula."""
        twin = _with(layer, b=layer.params.get("b"))
        z = twin.forward(a)
        return _contributions(twin, a, _divide(relevance, z, self.epsilon))


@dataclass(frozen=True)
class Gamma:
    """Positive weights count ``1 + gamma`` times."""

    gamma: float = 0.25
    epsilon: float = 1e-9

    def hand_down(self, layer: Layer, a: Array, relevance: Array) -> Array:
        """See the module's formula."""
        if "W" not in layer.params:
            return Epsilon(self.epsilon).hand_down(layer, a, relevance)
        W, b = (
            None if p is None else p + p.dtype.type(self.gamma) * np.maximum(p, 0)
            for p in (layer.params["W"], layer.params.get("b"))
        )
        twin = _with(layer, W=W, b=b)
        z = twin.forward(a)
        return _contributions(twin, a, _divide(relevance, z, self.epsilon))


@dataclass(frozen=True)
class AlphaBeta:
    """Positive contributions share `alpha` times the relevance, negative ones take `beta` times."""

    alpha: float = 2.0
    beta: float = 1.0

    def __post_init__(self) -> None:
        if abs(self.alpha - self.beta - 1) > TINY or self.beta < 0:
            raise ValueError(
                f"alpha - beta must be 1 and beta at least 0, or relevance is not kept; "
                f"got alpha={self.alpha}, beta={self.beta}"
            )

    def hand_down(self, layer: Layer, a: Array, relevance: Array) -> Array:
        """See the module's formula."""
        if "W" not in layer.params:
            return Epsilon(TINY).hand_down(layer, a, relevance)
        speaks_for, supporters = self._side(layer, a, positive=True)
        if not self.beta:
            return supporters(_share(relevance, speaks_for))
        speaks_against, opponents = self._side(layer, a, positive=False)
        # Where nothing speaks against an output nobody can take -beta: all of it goes to those for it.
        opposed = speaks_against != 0
        alpha = np.where(opposed, relevance.dtype.type(self.alpha), relevance.dtype.type(1))
        handed: Array = supporters(_share(alpha * relevance, speaks_for))
        handed -= opponents(_share(relevance.dtype.type(self.beta) * relevance, speaks_against))
        return handed

    @staticmethod
    def _side(layer: Layer, a: Array, *, positive: bool) -> tuple[Array, Callable[[Array], Array]]:
        """Return the sum of the contributions of one sign, and what hands shares of it to the inputs."""
        up, down = np.maximum(a, 0), np.minimum(a, 0)
        W, b = layer.params["W"], layer.params.get("b")
        plus, minus = np.maximum(W, 0), np.minimum(W, 0)
        first, second = (plus, minus) if positive else (minus, plus)
        bias = None if b is None else np.maximum(b, 0) if positive else np.minimum(b, 0)
        ups, downs = _with(layer, W=first, b=bias), _with(layer, W=second)

        def hand_down(shares: Array) -> Array:
            return _contributions(ups, up, shares) + _contributions(downs, down, shares)

        return ups.forward(up) + downs.forward(down), hand_down


@dataclass(frozen=True)
class ZPlus:
    """Only what speaks for an output shares its relevance: `AlphaBeta` with alpha 1 and beta 0."""

    def hand_down(self, layer: Layer, a: Array, relevance: Array) -> Array:
        """See the module's formula."""
        return AlphaBeta(1, 0).hand_down(layer, a, relevance)


@dataclass(frozen=True)
class Flat:
    """Every input of an output gets the same share: for the first layer, where values mean little."""

    def hand_down(self, layer: Layer, a: Array, relevance: Array) -> Array:
        """See the module's formula."""
        W = layer.params.get("W")
        twin = _with(layer, W=None if W is None else np.ones_like(W))
        ones = np.ones_like(a)
        z = twin.forward(ones)
        return _contributions(twin, ones, _divide(relevance, z, TINY))


def relevance(
    net: Sequential, x: Array, *, target: Targets = None, rules: Rule | Sequence[Rule] = Epsilon()
) -> Array:
    """Return how much each input contributed to each example's target score, in the shape of `x`.

    Parameters
    ----------
    net
        Layers that are linear (dense, convolution, average pools), activations, max pools, or only reshape.
    x
        The batch; axis 0 counts the examples.
    target
        Which output is explained: one for all, one an example, or None for each example's largest.
    rules
        One rule for all linear layers, or one for each of them, from the input upwards.

    Raises
    ------
    ValueError
        The net ends in a softmax (explain the numbers before it), or there are not as many rules as linear
        layers.
    TypeError
        A layer is of a kind relevance cannot be handed through, such as a recurrent one.
    """
    if isinstance(net[-1], Softmax):
        raise ValueError("net: relevance explains the scores before the softmax; leave the last layer out")
    layers = list(net)
    linear = [i for i, layer in enumerate(layers) if _is_linear(layer)]
    chosen = list(rules) if isinstance(rules, Sequence) else [rules] * len(linear)
    if len(chosen) != len(linear):
        raise ValueError(
            f"rules: expected one, or one for each of {len(linear)} linear layers, got {len(chosen)}"
        )
    rule_of = dict(zip(linear, chosen, strict=True))
    inputs = []
    for layer in layers:
        inputs.append(x)
        x = layer.forward(x)
    flowing: Array = x * one_hot(x, target)
    for i, layer in reversed(list(enumerate(layers))):
        if i in rule_of:
            flowing = rule_of[i].hand_down(layer, inputs[i], flowing)
        elif not isinstance(layer, Activation):
            flowing = layer.backward(flowing)  # a max pool hands to the winner, a reshape back to its place
    return flowing


def _is_linear(layer: Layer) -> bool:
    """Tell linear layers from those that hand relevance through; refuse the others."""
    if isinstance(layer, (AveragePool2D, GlobalAveragePool)):
        return True
    if not layer.params:
        return False
    if set(layer.params) <= {"W", "b"}:
        return True
    raise TypeError(
        f"relevance cannot be handed through {type(layer).__name__}: use gradient_times_input or "
        "integrated_gradients"
    )
