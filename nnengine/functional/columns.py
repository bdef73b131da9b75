"""Dense nets as functions, an example is a column: A (features, m), W (out, in), b (out, 1).

    Z = W A + b
    dW = dZ Aᵀ / m,   db = sum of dZ over the examples / m,   dA = Wᵀ dZ

The cost is an average over the m examples, and the 1/m is put into dW and db: dZ and dA are m times the
gradients of the cost.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any, Literal

import numpy as np

from nnengine.layers.base import Array

Activation = Literal["sigmoid", "relu", "tanh", "linear"]
Cache = Any
Parameters = Mapping[str, Array]


def linear_forward(A: Array, W: Array, b: Array) -> tuple[Array, Cache]:
    """Return ``W A + b``, shape (out, m)."""
    if W.ndim != 2 or A.ndim != 2 or W.shape[1] != A.shape[0] or b.shape != (W.shape[0], 1):
        raise ValueError(
            f"linear_forward: expected A (in, m), W (out, in) and b (out, 1), "
            f"got {A.shape}, {W.shape} and {b.shape}"
        )
    return W @ A + b, (A, W, b)


def linear_backward(dZ: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return (dA_prev, dW, db)."""
    A, W, _ = cache
    m = A.shape[1]
    return W.T @ dZ, dZ @ A.T / m, dZ.sum(axis=1, keepdims=True) / m


def activate(Z: Array, activation: Activation) -> Array:
    """Return the activation of `Z`."""
    if activation == "sigmoid":
        y: Array = 0.5 * (1 + np.tanh(0.5 * Z))
        return y
    if activation == "tanh":
        return np.tanh(Z)
    if activation == "relu":
        return np.maximum(Z, 0)
    if activation == "linear":
        return Z
    raise ValueError(f"activation: expected 'sigmoid', 'tanh', 'relu' or 'linear', got {activation!r}")


def activation_backward(dA: Array, Z: Array, activation: Activation) -> Array:
    """Return dZ, given the gradient by the activation and what was activated."""
    A = activate(Z, activation)
    slopes = {
        "sigmoid": A * (1 - A),
        "tanh": 1 - A**2,
        "relu": (Z > 0).astype(Z.dtype),
        "linear": np.ones_like(Z),
    }
    dZ: Array = dA * slopes[activation]
    return dZ


def linear_activation_forward(
    A_prev: Array, W: Array, b: Array, activation: Activation
) -> tuple[Array, Cache]:
    """Return the activation of ``W A_prev + b``."""
    Z, cache = linear_forward(A_prev, W, b)
    return activate(Z, activation), (cache, Z)


def linear_activation_backward(dA: Array, cache: Cache, activation: Activation) -> tuple[Array, Array, Array]:
    """Return (dA_prev, dW, db)."""
    linear_cache, Z = cache
    return linear_backward(activation_backward(dA, Z, activation), linear_cache)


def depth(parameters: Parameters) -> int:
    """Return the number of layers: the parameters are W1, b1, ..., WL, bL."""
    return next(layer for layer in count(1) if f"W{layer + 1}" not in parameters)


def model_forward(
    X: Array, parameters: Parameters, *, hidden: Activation = "relu", output: Activation = "sigmoid"
) -> tuple[Array, list[Cache]]:
    """Return the output of a net of ``L`` layers, and one cache a layer."""
    L = depth(parameters)
    A, caches = X, []
    for layer in range(1, L + 1):
        activation = output if layer == L else hidden
        A, cache = linear_activation_forward(A, parameters[f"W{layer}"], parameters[f"b{layer}"], activation)
        caches.append(cache)
    return A, caches


def cross_entropy(A: Array, Y: Array) -> float:
    """Return the binary cross-entropy of probabilities `A` and targets `Y`, both (1, m), averaged over m.

    A probability of exactly 0 or 1 gives infinity where it is wrong and nothing where it is right.
    """
    if A.shape != Y.shape:
        raise ValueError(f"cross_entropy: expected Y of the shape of A, {A.shape}, got {Y.shape}")
    with np.errstate(divide="ignore"):
        log_yes = np.where(Y > 0, Y * np.log(np.where(Y > 0, A, 1)), 0)
        log_no = np.where(Y < 1, (1 - Y) * np.log1p(-np.where(Y < 1, A, 0)), 0)
    return float(-(log_yes + log_no).sum() / Y.shape[1])


def model_backward(
    A: Array,
    Y: Array,
    caches: list[Cache],
    *,
    hidden: Activation = "relu",
    output: Activation = "sigmoid",
) -> dict[str, Array]:
    """Return dW1, db1, ..., dWL, dbL of the cross-entropy, and dA0, ..., dA(L-1).

    With a sigmoid at the end ``dZ = A - Y``: the quotient in ``dA = -(Y / A - (1 - Y) / (1 - A))`` cancels.
    """
    L = len(caches)
    linear_cache, Z = caches[-1]
    is_sigmoid = output == "sigmoid"
    dZ: Array = A - Y if is_sigmoid else activation_backward(-(Y / A - (1 - Y) / (1 - A)), Z, output)
    dA, dW, db = linear_backward(dZ, linear_cache)
    grads = {f"dA{L - 1}": dA, f"dW{L}": dW, f"db{L}": db}
    for layer in range(L - 1, 0, -1):
        dA, dW, db = linear_activation_backward(dA, caches[layer - 1], hidden)
        grads |= {f"dA{layer - 1}": dA, f"dW{layer}": dW, f"db{layer}": db}
    return grads


def update_parameters(
    parameters: Parameters, grads: Mapping[str, Array], learning_rate: float
) -> dict[str, Array]:
    """Return new parameters, one step of gradient descent on."""
    return {name: param - learning_rate * grads[f"d{name}"] for name, param in parameters.items()}
