"""Normalisation: shift and scale numbers to mean 0 and variance 1, then to what training finds better.

    xhat = (x - mean) / sqrt(var + eps)          y = gamma xhat + beta

    dbeta = sum of dy,  dgamma = sum of dy xhat
    dx = gamma / sqrt(var + eps) (dy - mean(dy) - xhat mean(dy xhat))

Batch normalisation takes mean and variance of every feature over the batch and, in images, over all places
(Ioffe & Szegedy 2015, algorithm 1). Layer normalisation takes them over the features of every example (Ba,
Kiros & Hinton 2016), with ``gamma dy`` in place of ``dy`` in the last line. `var` is the mean of the squared
distances from the mean.
"""

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer


class _Normalization(Layer):
    """What both share: gamma, beta, and the check of the features."""

    def __init__(self, features: int, eps: float, dtype: npt.DTypeLike) -> None:
        super().__init__()
        if features < 1 or eps <= 0:
            raise ValueError(
                f"{type(self).__name__}: expected positive features and eps, got {features} and {eps}"
            )
        self.features = features
        self.eps = eps
        self.add_param("gamma", np.ones(features, dtype))
        self.add_param("beta", np.zeros(features, dtype))

    def _check(self, x: Array) -> None:
        if x.ndim < 2 or x.shape[-1] != self.features:
            raise ValueError(
                f"{type(self).__name__}.forward: expected x of shape (batch, ..., {self.features}), "
                f"got {x.shape}"
            )
        dtype = self.params["gamma"].dtype
        if x.dtype != dtype:
            raise TypeError(
                f"{type(self).__name__}.forward: expected x of dtype {dtype}, got {x.dtype}: "
                "use x.astype(...)"
            )

    def _scaled(self, xhat: Array) -> Array:
        """Return ``gamma xhat + beta``."""
        y = self.workspace_like("y", xhat)
        np.multiply(xhat, self.params["gamma"], out=y)
        y += self.params["beta"]
        return y

    def _add_sums(self, dy: Array, xhat: Array) -> tuple[Array, Array]:
        """Add the parameters' gradients; return them for this batch."""
        places = tuple(range(dy.ndim - 1))
        dgamma: Array = np.add.reduce(dy * xhat, axis=places)
        dbeta: Array = np.add.reduce(dy, axis=places)
        self.add_grads(gamma=dgamma, beta=dbeta)
        return dgamma, dbeta

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return `input_shape`."""
        return input_shape


class BatchNorm(_Normalization):
    """Normalisation of every feature (the last axis) over all other axes.

    In training it uses the batch's mean and variance and keeps running averages in `state`; otherwise it uses
    those averages, so that an example's output does not depend on its company.

    Parameters
    ----------
    features
        Size of the last axis: features of a dense layer, channels of an image.
    momentum
        The weight of the newest batch in the running averages. The running variance is the unbiased one.
    """

    mixes_examples = True

    def __init__(
        self, features: int, *, momentum: float = 0.1, eps: float = 1e-5, dtype: npt.DTypeLike = np.float32
    ) -> None:
        super().__init__(features, eps, dtype)
        if not 0 < momentum <= 1:
            raise ValueError(f"momentum: expected above 0, at most 1, got {momentum}")
        self.momentum = momentum
        self.state["mean"] = np.zeros(features, dtype)
        self.state["var"] = np.ones(features, dtype)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the normalised batch, of the shape of `x`.

        Raises
        ------
        ValueError
            If the last axis of `x` has another size, or there is one number a feature in training: its
            variance is zero.
        """
        self.training = training
        self._check(x)
        places = tuple(range(x.ndim - 1))
        self._count = count = x.size // self.features
        if training:
            if count < 2:
                raise ValueError(
                    f"BatchNorm.forward: expected at least two numbers a feature in training, got x of shape "
                    f"{x.shape}: use a larger batch"
                )
            mean, centred, var = self._statistics(x, places)
            for name, value in (("mean", mean), ("var", var * (count / (count - 1)))):
                self.state[name] += self.momentum * (value - self.state[name])
        else:
            var = self.state["var"]
            centred = x - self.state["mean"]
        self._inverse = 1 / np.sqrt(var + self.eps)
        centred *= self._inverse
        self._xhat = centred
        return self._scaled(self._xhat)

    def _statistics(self, x: Array, places: tuple[int, ...]) -> tuple[Array, Array, Array]:
        mean: Array = x.mean(axis=places)
        centred = self.workspace_like("xhat", x)
        np.subtract(x, mean, out=centred)
        var: Array = np.mean(np.square(centred), axis=places)
        return mean, centred, var

    def backward(self, dy: Array) -> Array:
        """Add the gradients by gamma and beta; return the one by x, through mean and variance in training."""
        dgamma, dbeta = self._add_sums(dy, self._xhat)
        scale = self.params["gamma"] * self._inverse
        dx = self.workspace_like("dx", self._xhat)
        if not self.training:
            dx[...] = dy
            dx *= scale
            return dx
        np.multiply(self._xhat, -dgamma / self._count, out=dx)
        dx += dy
        dx -= dbeta / self._count
        dx *= scale
        return dx


class LayerNorm(_Normalization):
    """Normalisation of every example's features (the last axis); the same in training and after.

    Parameters
    ----------
    features
        Size of the last axis.
    """

    def __init__(self, features: int, *, eps: float = 1e-5, dtype: npt.DTypeLike = np.float32) -> None:
        super().__init__(features, eps, dtype)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the normalised batch, of the shape of `x`."""
        self.training = training
        self._check(x)
        xhat = self.workspace_like("xhat", x)
        np.subtract(x, x.mean(axis=-1, keepdims=True), out=xhat)
        var = np.mean(np.square(xhat), axis=-1, keepdims=True)
        self._inverse = 1 / np.sqrt(var + self.eps)
        xhat *= self._inverse
        self._xhat = xhat
        return self._scaled(xhat)

    def backward(self, dy: Array) -> Array:
        """Add the gradients by gamma and beta; return the one by x."""
        self._add_sums(dy, self._xhat)
        dxhat = dy * self.params["gamma"]
        dx = self.workspace_like("dx", self._xhat)
        np.multiply(self._xhat, -np.mean(dxhat * self._xhat, axis=-1, keepdims=True), out=dx)
        dx += dxhat
        dx -= dxhat.mean(axis=-1, keepdims=True)
        dx *= self._inverse
        return dx
