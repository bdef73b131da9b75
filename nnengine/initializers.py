"""How weights start.

A weight's scale decides whether signals grow or fade from layer to layer. With ``fan_in`` inputs and
``fan_out`` outputs a unit, the variances that keep the signal's size are ``2 / (fan_in + fan_out)`` for tanh
(Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation
12) and ``2 / fan_in`` for ReLU (He et al., "Delving deep into rectifiers", 2015, equation 10).

Every initialiser takes a shape and a generator and returns a float64 array; layers cast it to their own type.
The last axis counts a layer's outputs, the one before it the inputs, and any before that the kernel's places.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np

from nnengine.layers.base import Array

Initializer = Callable[[tuple[int, ...], np.random.Generator], Array]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a weight array, kernels ``(height, width, in, out)`` included."""
    if len(shape) < 2:
        raise ValueError(f"shape: expected at least two axes (inputs, outputs), got {shape}")
    places = int(np.prod(shape[:-2]))
    return places * shape[-2], places * shape[-1]


def zeros(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return zeros: right for biases; hidden units that start equal stay equal."""
    return np.zeros(shape)


def normal(deviation: float) -> Initializer:
    """Return an initialiser that draws from a normal distribution of this standard deviation."""

    def draw(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return deviation * rng.standard_normal(shape)

    return draw


def xavier(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return normal draws of variance ``2 / (fan_in + fan_out)``."""
    deviation = sqrt(2 / sum(fans(shape)))
    return deviation * rng.standard_normal(shape)


def he(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return normal draws of variance ``2 / fan_in``."""
    deviation = sqrt(2 / fans(shape)[0])
    return deviation * rng.standard_normal(shape)


def orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return a matrix with orthonormal columns, or rows where there are fewer of them.

    It keeps the length of every vector it acts on (Saxe, McClelland & Ganguli, "Exact solutions to the
    nonlinear dynamics of learning in deep linear neural networks", 2014). Axes before the last are one axis
    here.
    """
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    # QR leaves the signs of q's columns open; with those of r's diagonal the draw is uniform.
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).reshape(shape)
