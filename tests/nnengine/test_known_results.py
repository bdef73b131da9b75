"""What the literature says comes out: Bourlard & Kamp's and Vincent's autoencoders, Dumoulin's sizes.

Errors are squared distances an example, pixels from 0 to 1.
"""

import numpy as np
import pytest

from nnengine import datasets, models, schedules
from nnengine.layers.activations import ReLU, Tanh
from nnengine.layers.convolution import Conv2D, ConvTranspose2D
from nnengine.layers.dense import Dense
from nnengine.losses import SquaredError
from nnengine.models.sequential import Sequential
from nnengine.optimizers import Adam
from nnengine.training import Examples, fit


@pytest.fixture(scope="module")
def digits():
    split = datasets.digits()
    return split.x_train.astype(np.float64), split.x_test.astype(np.float64)


def principal_floor(x, k):
    """Return the error of the best projection on k dimensions, and the directions."""
    centred = x - x.mean(axis=0)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    return float((singular[k:] ** 2).sum() / len(x)), directions[:k]


def trained_autoencoder(x, k, activation, steps=1500):
    """Return the error of an autoencoder with k codes, trained on all examples at once, and the model."""
    rng = np.random.default_rng(k)
    net = models.autoencoder(x.shape[1], k, activation=activation, rng=rng, dtype=np.float64)
    net.params["decoder.0.b"][...] = x.mean(axis=0)
    optimizer = Adam(net, schedules.cosine(0.02, steps=steps))
    loss = SquaredError("sum")
    for _ in range(steps):
        net.loss_and_grads(x, x, loss)
        optimizer.step()
    return loss.forward(net.predict(x), x), net


@pytest.mark.parametrize("k", [1, 2, 4, 8, 16, 32])
def test_a_linear_autoencoder_reaches_the_error_of_principal_components(k, digits):
    x, _ = digits
    floor, _ = principal_floor(x, k)
    error, _ = trained_autoencoder(x, k, None)
    assert floor <= error < 1.01 * floor


def test_a_linear_autoencoder_spans_the_principal_components(digits):
    x, _ = digits
    _, directions = principal_floor(x, 8)
    _, net = trained_autoencoder(x, 8, None)
    span, _ = np.linalg.qr(net.params["decoder.0.W"].T)
    cosines = np.linalg.svd(directions @ span, compute_uv=False)
    assert cosines.min() > 0.99


@pytest.mark.parametrize("k", [2, 8])
def test_a_nonlinear_code_layer_does_not_beat_them(k, digits):
    """Bourlard & Kamp 1988: with a linear output the hidden nonlinearity is useless."""
    x, _ = digits
    floor, _ = principal_floor(x, k)
    error, _ = trained_autoencoder(x, k, Tanh)
    assert floor <= error < 1.05 * floor


def noisy(x, kind, rng):
    return (
        models.add_gaussian_noise(x, 0.4, rng=rng) if kind == "gaussian" else models.mask_out(x, 0.5, rng=rng)
    )


@pytest.mark.parametrize("kind", ["gaussian", "masking"])
def test_denoising_autoencoders_beat_linear_filters_beat_projections(kind, digits):
    rng = np.random.default_rng(0)
    x, x_test = digits
    corrupted = noisy(x_test, kind, rng)

    def error(y):
        return float(np.square(y - x_test).sum() / len(x_test))

    mean = x.mean(axis=0)
    _, directions = principal_floor(x, x.shape[1])
    projections = [
        error((corrupted - mean) @ directions[:k].T @ directions[:k] + mean) for k in range(1, x.shape[1] + 1)
    ]
    examples = np.concatenate([noisy(x, kind, rng) for _ in range(20)])
    design = np.c_[examples, np.ones(len(examples))]
    weights = np.linalg.lstsq(design, np.tile(x, (20, 1)), rcond=None)[0]
    linear = error(np.c_[corrupted, np.ones(len(corrupted))] @ weights)

    net = Sequential(Dense(64, 256, rng=rng), ReLU(), Dense(256, 64, rng=rng))
    clean = x.astype(np.float32)
    optimizer = Adam(net, schedules.cosine(3e-3, steps=150 * 22))
    for _ in range(150):
        batch = Examples(noisy(clean, kind, rng), clean)
        fit(net, batch, loss=SquaredError("sum"), optimizer=optimizer, epochs=1, batch_size=64, rng=rng)
    denoised = error(net.predict(corrupted.astype(np.float32)))
    assert error(corrupted) > 1.5 * min(projections)
    assert min(projections) > 1.1 * linear
    assert linear > 1.05 * denoised


# Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016: the settings of its
# animations, as input size, kernel, padding, stride, dilation or output padding, and published output size.
CONVOLUTIONS = {
    "no padding": (4, 3, 0, 1, 1, 2),
    "arbitrary padding": (5, 4, 2, 1, 1, 6),
    "half padding": (5, 3, 1, 1, 1, 5),
    "full padding": (5, 3, 2, 1, 1, 7),
    "strides": (5, 3, 0, 2, 1, 2),
    "padding and strides": (5, 3, 1, 2, 1, 3),
    "padding and strides, odd": (6, 3, 1, 2, 1, 3),
    "dilation": (7, 3, 0, 1, 2, 3),
}
TRANSPOSED = {
    "no padding": (2, 3, 0, 1, 0, 4),
    "arbitrary padding": (6, 4, 2, 1, 0, 5),
    "half padding": (5, 3, 1, 1, 0, 5),
    "full padding": (7, 3, 2, 1, 0, 5),
    "strides": (2, 3, 0, 2, 0, 5),
    "padding and strides": (3, 3, 1, 2, 0, 5),
    "padding and strides, odd": (3, 3, 1, 2, 1, 6),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions_have_the_published_size(name, rng):
    size, kernel, padding, stride, dilation, output = CONVOLUTIONS[name]
    layer = Conv2D(1, 1, kernel, padding=padding, stride=stride, dilation=dilation, rng=rng)
    assert layer.output_shape((size, size, 1)) == (output, output, 1)
    assert layer.forward(np.zeros((1, size, size, 1), np.float32)).shape == (1, output, output, 1)


@pytest.mark.parametrize("name", TRANSPOSED)
def test_transposed_convolutions_have_the_published_size(name, rng):
    size, kernel, padding, stride, output_padding, output = TRANSPOSED[name]
    layer = ConvTranspose2D(
        1, 1, kernel, padding=padding, stride=stride, output_padding=output_padding, rng=rng
    )
    assert layer.output_shape((size, size, 1)) == (output, output, 1)
    assert layer.forward(np.zeros((1, size, size, 1), np.float32)).shape == (1, output, output, 1)
