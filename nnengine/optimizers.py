"""Optimisers: how parameters follow their gradients ``g``, with learning rate ``r``.

    SGD         p -= r g
    momentum    v = m v + g;   p -= r v                                   (Polyak 1964)
    Nesterov    v = m v + g;   p -= r (g + m v)                           (Nesterov 1983)
    RMSProp     s = a s + (1 - a) g²;   p -= r g / (sqrt(s) + eps)        (Tieleman & Hinton 2012)
    Adam        m = b1 m + (1 - b1) g;   s = b2 s + (1 - b2) g²
                p -= r (m / (1 - b1ᵗ)) / (sqrt(s / (1 - b2ᵗ)) + eps)      (Kingma & Ba 2015, algorithm 1)
    AdamW       Adam, and p -= r w p before it                            (Loshchilov & Hutter 2019)

Weight decay ``w`` adds ``w p`` to the gradient, except in AdamW. Clipping scales all gradients by one factor
so that their common length is at most `clip_norm` (Pascanu, Mikolov & Bengio 2013).
"""

from math import sqrt

import numpy as np

from nnengine.layers.base import Array, Layer, aligned_empty
from nnengine.schedules import Schedule

Arrays = tuple[Array, ...]


class Optimizer:
    """Changes a layer's (or a whole net's) parameters in place, from its gradients.

    Parameters
    ----------
    layer
        Whose `params` to change.
    learning_rate
        A number, or a schedule: a function from the number of steps done to a number.
    weight_decay
        ``w``, at least 0. It pulls on every parameter, biases too.
    clip_norm
        The greatest length of the gradient of all parameters together; None: no limit.

    Attributes
    ----------
    steps
        How many steps were done.
    """

    def __init__(
        self,
        layer: Layer,
        learning_rate: float | Schedule,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
    ) -> None:
        if not callable(learning_rate) and learning_rate <= 0:
            raise ValueError(f"learning_rate: expected a positive number, got {learning_rate}")
        if weight_decay < 0:
            raise ValueError(f"weight_decay: expected at least 0, got {weight_decay}")
        if clip_norm is not None and clip_norm <= 0:
            raise ValueError(f"clip_norm: expected a positive number or None, got {clip_norm}")
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.steps = 0
        pairs = [(param, layer.grads[name]) for name, param in layer.params.items()]
        # What a step needs of every parameter: itself, its gradient, memory kept and memory to compute in.
        self._slots = [(param, grad, self.memory(param), like(param)) for param, grad in pairs]

    def memory(self, param: Array) -> Arrays:
        """Return the arrays that the optimiser keeps for `param` from step to step, zeros at first."""
        return ()

    def update(self, param: Array, grad: Array, memory: Arrays, scratch: Array, rate: float) -> None:
        """Change `param` in place; `scratch` is an array of its shape to compute in."""
        raise NotImplementedError

    def step(self) -> None:
        """Change every parameter once. Gradients are scaled in place where clipping or decay asks for it."""
        rate = self.learning_rate(self.steps) if callable(self.learning_rate) else self.learning_rate
        self.steps += 1
        if self.clip_norm is not None:
            clip_gradients([grad for _, grad, _, _ in self._slots], self.clip_norm)
        for param, grad, memory, scratch in self._slots:
            self.decay(param, grad, scratch, rate)
            self.update(param, grad, memory, scratch, rate)

    def decay(self, param: Array, grad: Array, scratch: Array, rate: float) -> None:
        """Add ``w p`` to the gradient."""
        if self.weight_decay:
            np.multiply(param, self.weight_decay, out=scratch)
            grad += scratch


def like(param: Array) -> Array:
    """Return zeros in an aligned array of the shape of `param`."""
    array = aligned_empty(param.shape, param.dtype)
    array.fill(0)
    return array


def clip_gradients(grads: list[Array], max_norm: float) -> float:
    """Scale `grads` in place to a common length of at most `max_norm`; return what it was."""
    norm = sqrt(sum(float(np.vdot(grad, grad)) for grad in grads))
    if norm > max_norm:
        for grad in grads:
            grad *= max_norm / norm
    return norm


class SGD(Optimizer):
    """Gradient descent, with momentum ``m`` and Nesterov's look-ahead if asked for."""

    def __init__(
        self,
        layer: Layer,
        learning_rate: float | Schedule,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
    ) -> None:
        if not 0 <= momentum < 1 or (nesterov and momentum == 0):
            raise ValueError(f"momentum: expected at least 0 (Nesterov: above 0), below 1, got {momentum}")
        self.momentum = momentum
        self.nesterov = nesterov
        super().__init__(layer, learning_rate, weight_decay=weight_decay, clip_norm=clip_norm)

    def memory(self, param: Array) -> Arrays:
        """Return the velocity, if there is momentum."""
        return (like(param),) if self.momentum else ()

    def update(self, param: Array, grad: Array, memory: Arrays, scratch: Array, rate: float) -> None:
        """Move `param` against the gradient or the velocity."""
        if memory:
            (v,) = memory
            v *= self.momentum
            v += grad
            np.multiply(v, rate * self.momentum if self.nesterov else rate, out=scratch)
            param -= scratch
        if self.nesterov or not memory:
            np.multiply(grad, rate, out=scratch)
            param -= scratch


class RMSProp(Optimizer):
    """Gradient descent, every number's gradient divided by the root of its recent mean square."""

    def __init__(
        self,
        layer: Layer,
        learning_rate: float | Schedule,
        *,
        decay_rate: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
    ) -> None:
        if not 0 <= decay_rate < 1:
            raise ValueError(f"decay_rate: expected at least 0, below 1, got {decay_rate}")
        self.decay_rate = decay_rate
        self.eps = eps
        super().__init__(layer, learning_rate, weight_decay=weight_decay, clip_norm=clip_norm)

    def memory(self, param: Array) -> Arrays:
        """Return the mean square."""
        return (like(param),)

    def update(self, param: Array, grad: Array, memory: Arrays, scratch: Array, rate: float) -> None:
        """Move `param` against ``g / (sqrt(s) + eps)``."""
        (s,) = memory
        np.multiply(grad, grad, out=scratch)
        scratch *= 1 - self.decay_rate
        s *= self.decay_rate
        s += scratch
        np.sqrt(s, out=scratch)
        scratch += self.eps
        np.divide(grad, scratch, out=scratch)
        scratch *= rate
        param -= scratch


class Adam(Optimizer):
    """Momentum and RMSProp together, both corrected for starting at zero."""

    def __init__(
        self,
        layer: Layer,
        learning_rate: float | Schedule = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
    ) -> None:
        if not (0 <= betas[0] < 1 and 0 <= betas[1] < 1):
            raise ValueError(f"betas: expected two numbers from 0 to below 1, got {betas}")
        self.betas = betas
        self.eps = eps
        super().__init__(layer, learning_rate, weight_decay=weight_decay, clip_norm=clip_norm)

    def memory(self, param: Array) -> Arrays:
        """Return the first and the second moment."""
        return like(param), like(param)

    def update(self, param: Array, grad: Array, memory: Arrays, scratch: Array, rate: float) -> None:
        """Move `param` against the corrected first moment over the root of the corrected second."""
        m, s = memory
        b1, b2 = self.betas
        np.multiply(grad, 1 - b1, out=scratch)
        m *= b1
        m += scratch
        np.multiply(grad, grad, out=scratch)
        scratch *= 1 - b2
        s *= b2
        s += scratch
        np.sqrt(s, out=scratch)
        scratch *= 1 / sqrt(1 - b2**self.steps)
        scratch += self.eps
        np.divide(m, scratch, out=scratch)
        scratch *= rate / (1 - b1**self.steps)
        param -= scratch


class AdamW(Adam):
    """Adam with weight decay that shrinks the parameters themselves, past the moments."""

    def decay(self, param: Array, grad: Array, scratch: Array, rate: float) -> None:
        """Shrink `param` by ``r w``."""
        if self.weight_decay:
            param *= 1 - rate * self.weight_decay
