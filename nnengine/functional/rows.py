"""Dense nets as functions, an example is a row: X (batch, features), W (in, out), b (out,).

Gradients are those of the function itself; where a loss is averaged over the batch, its gradient is.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer
from nnengine.layers.normalization import BatchNorm, LayerNorm
from nnengine.losses import CategoricalCrossEntropy, Hinge

Labels = npt.NDArray[np.integer[Any]]
Cache = Any


def affine_forward(x: Array, W: Array, b: Array) -> tuple[Array, Cache]:
    """Return ``x W + b``; axes of `x` after the first are joined."""
    flat = x.reshape(len(x), -1)
    if W.ndim != 2 or flat.shape[1] != W.shape[0] or b.shape != (W.shape[1],):
        raise ValueError(
            f"affine_forward: expected x (batch, in), W (in, out) and b (out,), "
            f"got {x.shape}, {W.shape} and {b.shape}"
        )
    return flat @ W + b, (x, W)


def affine_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return (dx, dW, db)."""
    x, W = cache
    return (dout @ W.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


def relu_forward(x: Array) -> tuple[Array, Cache]:
    """Return ``max(x, 0)``."""
    return np.maximum(x, 0), x


def relu_backward(dout: Array, cache: Cache) -> Array:
    """Return `dout` where x was positive, else zero."""
    dx: Array = dout * (cache > 0)
    return dx


def sigmoid_forward(x: Array) -> tuple[Array, Cache]:
    """Return ``1 / (1 + exp(-x))``."""
    y = 0.5 * (1 + np.tanh(0.5 * x))
    return y, y


def sigmoid_backward(dout: Array, cache: Cache) -> Array:
    """Return ``dout y (1 - y)``."""
    dx: Array = dout * cache * (1 - cache)
    return dx


def tanh_forward(x: Array) -> tuple[Array, Cache]:
    """Return ``tanh(x)``."""
    y = np.tanh(x)
    return y, y


def tanh_backward(dout: Array, cache: Cache) -> Array:
    """Return ``dout (1 - y²)``."""
    dx: Array = dout * (1 - cache**2)
    return dx


def softmax(x: Array) -> Array:
    """Return shares that sum to one over the last axis."""
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Array = exp / exp.sum(axis=-1, keepdims=True)
    return shares


def softmax_loss(x: Array, y: Labels) -> tuple[float, Array]:
    """Return the mean cross-entropy of logits `x` (batch, classes) and labels `y`, and the gradient by x."""
    loss = CategoricalCrossEntropy()
    return loss.forward(x, y), loss.backward()


def svm_loss(x: Array, y: Labels) -> tuple[float, Array]:
    """Return the multiclass hinge loss of scores `x` (batch, classes) and labels `y`, and the gradient by x.

    Mean over the examples of the sum over wrong classes j of ``max(0, x_j - x_label + 1)`` (Weston & Watkins
    1999).
    """
    rows = np.arange(len(x))
    right = x[rows, y][:, None]
    margin = np.maximum(x - right + 1, 0)
    margin[rows, y] = 0
    dx = (margin > 0).astype(x.dtype)
    dx[rows, y] = -dx.sum(axis=1)
    return float(margin.sum()) / len(x), dx / len(x)


def hinge_loss(x: Array, t: Array) -> tuple[float, Array]:
    """Return the mean of ``max(0, 1 - t x)`` over all entries, ``t`` -1 or 1, and the gradient by x."""
    loss = Hinge()
    return loss.forward(x, t), loss.backward()


def batchnorm_forward(
    x: Array,
    gamma: Array,
    beta: Array,
    *,
    training: bool = True,
    running: tuple[Array, Array] | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Cache]:
    """Return `x` normalised over the batch in training, else by the running (mean, var)."""
    layer = BatchNorm(len(gamma), eps=eps, dtype=x.dtype)
    if not training:
        if running is None:
            raise ValueError("running: expected (mean, var) outside training, got None")
        layer.state["mean"][...], layer.state["var"][...] = running
    return _normalized(layer, x, gamma, beta, training=training)


def layernorm_forward(x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5) -> tuple[Array, Cache]:
    """Return `x` normalised over every row."""
    return _normalized(LayerNorm(len(gamma), eps=eps, dtype=x.dtype), x, gamma, beta, training=False)


def _normalized(layer: Layer, x: Array, gamma: Array, beta: Array, *, training: bool) -> tuple[Array, Cache]:
    layer.params["gamma"][...] = gamma
    layer.params["beta"][...] = beta
    return layer.forward(x, training=training), layer


def batchnorm_backward(dout: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return (dx, dgamma, dbeta)."""
    cache.zero_grad()
    dx = cache.backward(dout)
    return dx, cache.grads["gamma"], cache.grads["beta"]


layernorm_backward = batchnorm_backward


def dropout_forward(x: Array, keep: float, *, rng: np.random.Generator) -> tuple[Array, Cache]:
    """Return `x` with numbers kept with probability `keep`, divided by it."""
    mask = (rng.random(x.shape) < keep) / keep
    y: Array = (x * mask).astype(x.dtype)
    return y, mask


def dropout_backward(dout: Array, cache: Cache) -> Array:
    """Return `dout` with the same mask and scale."""
    dx: Array = (dout * cache).astype(dout.dtype)
    return dx
