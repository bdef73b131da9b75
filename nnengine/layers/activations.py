"""Activations: one function applied to every number.

    sigmoid(x) = 1 / (1 + exp(-x))                        derivative  y (1 - y)
    tanh(x)                                               derivative  1 - y²
    relu(x) = max(x, 0)                                   derivative  1 where x > 0, else 0
    leaky(x) = x where x > 0, else slope x                derivative  1 or slope
    elu(x) = x where x > 0, else a (exp(x) - 1)           derivative  1 or y + a
    gelu(x) = x (1 + tanh(c (x + 0.044715 x³))) / 2       c = sqrt(2 / pi)
    softplus(x) = log(1 + exp(x))                         derivative  sigmoid(x)
    softmax(x)_i = exp(x_i) / sum over j of exp(x_j)      dx = y (dy - sum over j of dy_j y_j)
    step(x) = 1 where x >= 0, else 0                      derivative  0

Sources: ReLU: Nair & Hinton 2010; leaky: Maas, Hannun & Ng 2013; ELU: Clevert, Unterthiner & Hochreiter 2016;
GELU, in its tanh form: Hendrycks & Gimpel 2016; step: Rosenblatt, "The perceptron", 1958. At x = 0 the
derivative of ReLU is taken as 0.
"""

import numpy as np

from nnengine.layers.base import Array, Layer


class Activation(Layer):
    """A function of every number: output and input have the same shape."""

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return `input_shape`."""
        return input_shape


class Sigmoid(Activation):
    """``1 / (1 + exp(-x))``, computed as ``(1 + tanh(x / 2)) / 2``, which cannot overflow."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return numbers between 0 and 1."""
        self.training = training
        self._y = y = self.workspace_like("y", x)
        np.multiply(x, 0.5, out=y)
        np.tanh(y, out=y)
        y += 1
        y *= 0.5
        return y

    def backward(self, dy: Array) -> Array:
        """Return ``dy y (1 - y)``."""
        dx = self.workspace_like("dx", self._y)
        np.subtract(1, self._y, out=dx)
        dx *= self._y
        dx *= dy
        return dx


class Tanh(Activation):
    """The hyperbolic tangent."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return numbers between -1 and 1."""
        self.training = training
        self._y = y = self.workspace_like("y", x)
        return np.tanh(x, out=y)

    def backward(self, dy: Array) -> Array:
        """Return ``dy (1 - y²)``."""
        dx = self.workspace_like("dx", self._y)
        np.multiply(self._y, self._y, out=dx)
        np.subtract(1, dx, out=dx)
        dx *= dy
        return dx


class ReLU(Activation):
    """``max(x, 0)``."""

    def __init__(self) -> None:
        super().__init__()
        self._zeros: Array = np.zeros(0)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` with its negative numbers set to zero."""
        self.training = training
        self._y = y = self.workspace_like("y", x)
        if self._zeros.shape != x.shape or self._zeros.strides != y.strides or self._zeros.dtype != x.dtype:
            self._zeros = np.zeros_like(y)
        # An array, because numpy has no vector code for the maximum with one number: three times as fast.
        return np.maximum(x, self._zeros, out=y)

    def backward(self, dy: Array) -> Array:
        """Return `dy` where the output is positive, else zero."""
        dx = self.workspace_like("dx", self._y)
        return np.multiply(dy, self._y > 0, out=dx)


class LeakyReLU(Activation):
    """`x` where it is positive, else ``slope x``."""

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return `x` with its negative numbers shrunk."""
        self.training = training
        self._x = x
        y = self.workspace_like("y", x)
        np.minimum(x, 0, out=y)
        y *= self.slope
        y += np.maximum(x, 0)
        return y

    def backward(self, dy: Array) -> Array:
        """Return `dy` where the input is positive, else ``slope dy``."""
        dx = self.workspace_like("dx", self._x)
        np.multiply(self._x > 0, 1 - self.slope, out=dx, casting="same_kind")
        dx += self.slope
        dx *= dy
        return dx


class ELU(Activation):
    """`x` where it is positive, else ``a (exp(x) - 1)``."""

    def __init__(self, a: float = 1.0) -> None:
        super().__init__()
        self.a = a

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return numbers greater than ``-a``."""
        self.training = training
        self._y = y = self.workspace_like("y", x)
        np.minimum(x, 0, out=y)
        np.expm1(y, out=y)
        y *= self.a
        y += np.maximum(x, 0)
        return y

    def backward(self, dy: Array) -> Array:
        """Return ``dy`` where the output is positive, else ``dy (y + a)``."""
        dx = self.workspace_like("dx", self._y)
        np.minimum(self._y, 0, out=dx)
        dx += self.a
        dx[self._y > 0] = 1
        dx *= dy
        return dx


class GELU(Activation):
    """``x`` times the probability that a standard normal number is below it, in the tanh approximation."""

    SCALE = float(np.sqrt(2 / np.pi))
    CUBIC = 0.044715

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return ``x (1 + tanh(u)) / 2`` with ``u = c (x + 0.044715 x³)``."""
        self.training = training
        self._x = x
        self._tanh = np.tanh(self.SCALE * x * (1 + self.CUBIC * x * x))
        y = self.workspace_like("y", x)
        np.add(self._tanh, 1, out=y)
        y *= x
        y *= 0.5
        return y

    def backward(self, dy: Array) -> Array:
        """Return ``dy ((1 + tanh u) + x (1 - tanh² u) u') / 2``."""
        x, tanh = self._x, self._tanh
        slope = self.SCALE * (1 + 3 * self.CUBIC * x * x)
        dx: Array = dy * 0.5 * (1 + tanh + x * (1 - tanh * tanh) * slope)
        return dx


class Softplus(Activation):
    """``log(1 + exp(x))``, a smooth ReLU."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return positive numbers; large `x` do not overflow."""
        self.training = training
        self._x = x
        y = self.workspace_like("y", x)
        return np.logaddexp(x, 0, out=y)

    def backward(self, dy: Array) -> Array:
        """Return ``dy sigmoid(x)``."""
        dx: Array = dy * 0.5 * (1 + np.tanh(0.5 * self._x))
        return dx


class Softmax(Activation):
    """Shares that sum to one over the last axis.

    For training a classifier leave it out: `losses.CategoricalCrossEntropy` takes the numbers before it.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return ``exp(x)`` divided by its sum over the last axis; the largest number is subtracted first."""
        self.training = training
        self._y = y = self.workspace_like("y", x)
        np.subtract(x, x.max(axis=-1, keepdims=True), out=y)
        np.exp(y, out=y)
        y /= y.sum(axis=-1, keepdims=True)
        return y

    def backward(self, dy: Array) -> Array:
        """Return ``y (dy - sum of dy y)``."""
        dx = self.workspace_like("dx", self._y)
        np.multiply(dy, self._y, out=dx)
        total = dx.sum(axis=-1, keepdims=True)
        np.subtract(dy, total, out=dx)
        dx *= self._y
        return dx


class Step(Activation):
    """The threshold of the 1958 perceptron: 1 where ``x >= 0``, else 0.

    Its derivative is zero wherever there is one, so gradients teach nothing through it: that is why the
    perceptron has a learning rule of its own (`models.Perceptron`).
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return zeros and ones."""
        self.training = training
        y = self.workspace_like("y", x)
        y[...] = x >= 0
        return y

    def backward(self, dy: Array) -> Array:
        """Return zeros."""
        return np.zeros_like(dy)
