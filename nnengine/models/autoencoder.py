"""Autoencoders: squeeze an example through a narrow code and ask for it back.

Plain: ``y = decoder(encoder(x))``, loss ``|y - x|²``. With one linear layer each the best possible is the
projection on the first principal components, and a nonlinear code layer does not beat it (Bourlard & Kamp,
"Auto-association by multilayer perceptrons and singular value decomposition", 1988). Tied: the decoder's
weights are the encoder's, transposed. Denoising: the input is corrupted, the target is not (Vincent et al.,
"Extracting and composing robust features with denoising autoencoders", 2008); train any autoencoder on pairs
``(corrupted, x)`` made with `add_gaussian_noise` or `mask_out`.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from nnengine.initializers import Initializer, xavier
from nnengine.layers.activations import Sigmoid
from nnengine.layers.base import Array, Layer
from nnengine.layers.dense import Dense
from nnengine.models.model import Lengths, Model
from nnengine.models.sequential import Sequential


class Autoencoder(Model):
    """An encoder and a decoder; its `forward` is the reconstruction.

    Attributes
    ----------
    encoder, decoder
        Layers or nets; the decoder's output has the shape of the encoder's input.
    """

    def __init__(self, encoder: Layer, decoder: Layer) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.adopt("encoder", encoder)
        self.adopt("decoder", decoder)

    def encode(self, x: Array) -> Array:
        """Return the codes of `x`."""
        return self.encoder.forward(x)

    def decode(self, code: Array) -> Array:
        """Return what the codes stand for."""
        return self.decoder.forward(code)

    def forward(self, x: Array, *, training: bool = False, lengths: Lengths | None = None) -> Array:
        """Return the reconstruction of `x`."""
        self.training = training
        return self.decoder.forward(self.encoder.forward(x, training=training), training=training)

    def backward(self, dy: Array) -> Array:
        """Add both parts' gradients; return the gradient by the input."""
        return self.encoder.backward(self.decoder.backward(dy))

    def accumulate(self, dy: Array) -> None:
        """Add both parts' gradients."""
        self.encoder.accumulate(self.decoder.backward(dy))

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of a reconstruction."""
        return self.decoder.output_shape(self.encoder.output_shape(input_shape))


class TransposedDense(Layer):
    """``y = x Wᵀ + b`` with another dense layer's ``W``: the decoder of a tied autoencoder.

    Its ``dW`` goes to the other layer's gradient, so in `params` it has ``b`` only. Train it together with
    that layer, and run its backward first, as an autoencoder does.
    """

    def __init__(self, dense: Dense) -> None:
        super().__init__()
        self.dense = dense
        self.add_param("b", np.zeros(dense.in_features, dense.params["W"].dtype))

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return ``x Wᵀ + b``."""
        self.training = training
        if x.ndim != 2 or x.shape[1] != self.dense.out_features:
            raise ValueError(
                f"TransposedDense.forward: expected x of shape (batch, {self.dense.out_features}), "
                f"got {x.shape}"
            )
        self._x = x
        y = x @ self.dense.params["W"].T
        y += self.params["b"]
        return y

    def backward(self, dy: Array) -> Array:
        """Add ``db`` here and ``dW`` to the other layer; return the gradient by x."""
        self.add_grads(b=dy.sum(axis=0))
        if self.dense.fresh:
            # Start over in its stead: it must then add to what is written here.
            self.dense.zero_grad()
            self.dense.fresh = False
        self.dense.grads["W"] += dy.T @ self._x
        dx: Array = dy @ self.dense.params["W"]
        return dx

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``(in_features,)`` of the other layer."""
        return (self.dense.in_features,)


def autoencoder(
    *sizes: int,
    activation: type[Layer] | None = Sigmoid,
    tied: bool = False,
    init: Initializer = xavier,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> Autoencoder:
    """Return a dense autoencoder.

    ``autoencoder(64, 8, rng=rng)`` squeezes 64 numbers into 8, ``autoencoder(784, 128, 32, rng=rng)`` does it
    in two steps. The decoder is the encoder's mirror image; its last layer is linear.

    Parameters
    ----------
    sizes
        Numbers of features from the input to the code.
    activation
        The kind of layer after every encoder layer, the code's included, and between decoder layers; None:
        all is linear.
    tied
        Whether the decoder uses the encoder's weights, transposed.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least two, of input and code, got {sizes}")
    denses = [Dense(a, b, init=init, rng=rng, dtype=dtype) for a, b in pairwise(sizes)]
    encoder: list[Layer] = []
    decoder: list[Layer] = []
    for dense in denses:
        encoder += [dense] if activation is None else [dense, activation()]
    for dense in reversed(denses):
        if decoder and activation is not None:
            decoder.append(activation())
        mirror = Dense(dense.out_features, dense.in_features, init=init, rng=rng, dtype=dtype)
        decoder.append(TransposedDense(dense) if tied else mirror)
    return Autoencoder(Sequential(*encoder), Sequential(*decoder))


def add_gaussian_noise(x: Array, deviation: float, *, rng: np.random.Generator) -> Array:
    """Return `x` with independent normal noise of this standard deviation on every number."""
    if deviation < 0:
        raise ValueError(f"deviation: expected at least 0, got {deviation}")
    noisy: Array = x + (deviation * rng.standard_normal(x.shape)).astype(x.dtype)
    return noisy


def mask_out(x: Array, share: float, *, rng: np.random.Generator) -> Array:
    """Return `x` with every number set to zero with probability `share`."""
    if not 0 <= share <= 1:
        raise ValueError(f"share: expected 0 to 1, got {share}")
    masked: Array = x * (rng.random(x.shape) >= share)
    return masked
