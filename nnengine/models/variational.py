"""The variational autoencoder: codes are distributions, and any code means something.

    mu, v = encoder(x)              v is the logarithm of the variance
    z = mu + exp(v / 2) noise       noise ~ N(0, 1): the reparameterisation trick
    loss = reconstruction(decoder(z), x) + beta KL(N(mu, exp(v)) from N(0, 1))

(Kingma & Welling, "Auto-encoding variational Bayes", 2014; ``beta`` is 1 there, and Higgins et al. 2017 for
others.) For a bound on the likelihood the reconstruction loss is summed over an example's entries:
``BinaryCrossEntropy("sum")`` or ``SquaredError("sum")``.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.activations import ReLU
from nnengine.layers.base import Array, Layer
from nnengine.layers.dense import Dense
from nnengine.losses import Loss, gaussian_kl
from nnengine.models.model import Lengths, Model
from nnengine.models.sequential import Sequential


class VariationalAutoencoder(Model):
    """An encoder to means and log-variances, and a decoder from samples.

    Parameters
    ----------
    encoder
        Gives (batch, 2 codes): the means, then the logarithms of the variances.
    decoder
        Takes (batch, codes).
    beta
        The weight of the KL divergence.
    rng
        Draws the noise in training.

    Attributes
    ----------
    last_losses
        The reconstruction loss and the KL divergence of the last `loss_and_grads`.
    """

    def __init__(
        self, encoder: Layer, decoder: Layer, *, beta: float = 1.0, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.beta = beta
        self.rng = rng
        self.last_losses = (0.0, 0.0)
        self.adopt("encoder", encoder)
        self.adopt("decoder", decoder)

    def encode(self, x: Array) -> tuple[Array, Array]:
        """Return the means and the logarithms of the variances of the codes of `x`."""
        return self._halves(self.encoder.forward(x))

    def decode(self, code: Array) -> Array:
        """Return the decoder's output for codes of shape (batch, codes)."""
        return self.decoder.forward(code)

    def forward(self, x: Array, *, training: bool = False, lengths: Lengths | None = None) -> Array:
        """Return the reconstruction of `x`: from a random code in training, else from the mean code."""
        self.training = training
        mu, log_variance = self._halves(self.encoder.forward(x, training=training))
        self._mu, self._log_variance = mu, log_variance
        # Half the noise times the deviation is the slope of z by the log-variance, and zero without noise.
        self._slope = np.zeros_like(mu)
        if training:
            noise = self.rng.standard_normal(mu.shape).astype(mu.dtype)
            self._slope = 0.5 * noise * np.exp(0.5 * log_variance)
        return self.decoder.forward(mu + 2 * self._slope, training=training)

    def backward(self, dy: Array) -> Array:
        """Add the gradients by the reconstruction alone; return the gradient by the input."""
        return self.encoder.backward(self._d_encoded(dy))

    def _d_encoded(self, dy: Array) -> Array:
        dz = self.decoder.backward(dy)
        return np.concatenate([dz, dz * self._slope], axis=1)

    def loss_and_grads(
        self, x: Array, target: npt.NDArray[Any], loss: Loss, *, lengths: Lengths | None = None
    ) -> float:
        """Return reconstruction loss plus beta times KL divergence; leave its gradients in `grads`."""
        self.start_grads()
        y = self.forward(x, training=True)
        reconstruction = loss.forward(y, target)
        d_encoded = self._d_encoded(loss.backward())
        kl, dmu, dlog_variance = gaussian_kl(self._mu, self._log_variance)
        d_encoded += self.beta * np.concatenate([dmu, dlog_variance], axis=1)
        self.encoder.accumulate(d_encoded)
        self.last_losses = (reconstruction, kl)
        return reconstruction + self.beta * kl

    def sample(self, n: int, codes: int) -> Array:
        """Return the decoder's output for `n` codes drawn from N(0, 1)."""
        dtype = next(iter(self.params.values())).dtype
        return self.decode(self.rng.standard_normal((n, codes)).astype(dtype))

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of a reconstruction."""
        (both,) = self.encoder.output_shape(input_shape)
        return self.decoder.output_shape((both // 2,))

    @staticmethod
    def _halves(encoded: Array) -> tuple[Array, Array]:
        if encoded.ndim != 2 or encoded.shape[1] % 2:
            raise ValueError(f"encoder: expected output of shape (batch, 2 codes), got {encoded.shape}")
        codes = encoded.shape[1] // 2
        return encoded[:, :codes], encoded[:, codes:]


def variational_autoencoder(
    features: int,
    hidden: int,
    codes: int,
    *,
    beta: float = 1.0,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> VariationalAutoencoder:
    """Return a dense variational autoencoder with one hidden layer on each side."""
    encoder = Sequential(
        Dense(features, hidden, rng=rng, dtype=dtype), ReLU(), Dense(hidden, 2 * codes, rng=rng, dtype=dtype)
    )
    decoder = Sequential(
        Dense(codes, hidden, rng=rng, dtype=dtype), ReLU(), Dense(hidden, features, rng=rng, dtype=dtype)
    )
    return VariationalAutoencoder(encoder, decoder, beta=beta, rng=rng)
