"""Small convolutional nets for classifying images of shape (batch, height, width, channels)."""

import numpy as np
import numpy.typing as npt

from nnengine.layers.activations import ReLU, Tanh
from nnengine.layers.base import Layer
from nnengine.layers.convolution import Conv2D
from nnengine.layers.dense import Dense
from nnengine.layers.pooling import AveragePool2D, MaxPool2D
from nnengine.layers.shaping import Flatten
from nnengine.models.sequential import Sequential

Shape = tuple[int, int, int]


def with_head(
    layers: list[Layer],
    image_shape: Shape,
    *sizes: int,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Return `layers`, flattened and followed by dense layers of `sizes` with ReLU between them."""
    shape: tuple[int, ...] = image_shape
    for layer in (*layers, Flatten()):
        shape = layer.output_shape(shape)
    inputs = shape[0]
    head: list[Layer] = [Flatten()]
    for place, outputs in enumerate(sizes):
        if place:
            head.append(ReLU())
        head.append(Dense(inputs, outputs, rng=rng, dtype=dtype))
        inputs = outputs
    return Sequential(*layers, *head)


def lenet(
    image_shape: Shape = (32, 32, 1),
    classes: int = 10,
    *,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Return a net like LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998, section II.B).

    Two convolutions of 5 x 5 with 6 and 16 filters, each followed by tanh and by averaging over 2 x 2, then
    dense layers of 120, 84 and `classes`. Unlike the original every filter sees all channels, the averages
    have no weights and the output is linear. Images must be at least 16 x 16.
    """
    layers = [
        Conv2D(image_shape[2], 6, 5, rng=rng, dtype=dtype),
        Tanh(),
        AveragePool2D(2),
        Conv2D(6, 16, 5, rng=rng, dtype=dtype),
        Tanh(),
        AveragePool2D(2),
    ]
    return with_head(layers, image_shape, 120, 84, classes, rng=rng, dtype=dtype)


def tiny_vgg(
    image_shape: Shape = (64, 64, 3),
    classes: int = 10,
    *,
    filters: int = 10,
    rng: np.random.Generator,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Return the Tiny-VGG net of CNN Explainer (Wang et al. 2020).

    Twice: two convolutions of 3 x 3 without padding, each followed by ReLU, then the maximum of 2 x 2; then
    one dense layer. Images must be at least 16 x 16.
    """
    layers: list[Layer] = []
    channels = image_shape[2]
    for _ in range(2):
        for _ in range(2):
            layers += [Conv2D(channels, filters, 3, rng=rng, dtype=dtype), ReLU()]
            channels = filters
        layers.append(MaxPool2D(2))
    return with_head(layers, image_shape, classes, rng=rng, dtype=dtype)
