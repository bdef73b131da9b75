"""Convolution and pooling as functions, for images in both usual layouts.

``layout="NHWC"``: images (batch, height, width, channels), kernels (height, width, channels, filters).
``layout="NCHW"``: images (batch, channels, height, width), kernels (filters, channels, height, width).

These are the layers of `nnengine.layers`, filled with the arrays given.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from nnengine.layers.base import Array, Layer
from nnengine.layers.convolution import Conv2D, ConvTranspose2D, Padding2D, Pair
from nnengine.layers.pooling import AveragePool2D, MaxPool2D

Layout = Literal["NHWC", "NCHW"]
Cache = tuple[Layer, Layout]
SAME_KERNEL = {"NHWC": (0, 1, 2, 3), "NCHW": (2, 3, 1, 0)}
KERNEL_BACK = {"NHWC": (0, 1, 2, 3), "NCHW": (3, 2, 0, 1)}


def _to_nhwc(x: Array, layout: Layout) -> Array:
    if layout not in ("NHWC", "NCHW"):
        raise ValueError(f"layout: expected 'NHWC' or 'NCHW', got {layout!r}")
    if x.ndim != 4:
        raise ValueError(f"expected images of four axes, {layout}, got shape {x.shape}")
    return x if layout == "NHWC" else np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def _from_nhwc(x: Array, layout: Layout) -> Array:
    return x if layout == "NHWC" else x.transpose(0, 3, 1, 2)


def _filled(
    kind: Callable[..., Layer],
    channels: tuple[int, int],
    W: Array,
    b: Array | None,
    **settings: Padding2D | Pair,
) -> Layer:
    """Return a layer with kernel `W`, NHWC, and bias `b` of as many numbers as there are filters."""
    layer = kind(
        *channels, W.shape[:2], bias=b is not None, rng=np.random.default_rng(0), dtype=W.dtype, **settings
    )
    layer.params["W"][...] = W
    if b is not None:
        layer.params["b"][...] = b.reshape(-1)
    return layer


def conv_forward(
    x: Array,
    W: Array,
    b: Array | None = None,
    *,
    stride: Pair = 1,
    padding: Padding2D = 0,
    dilation: Pair = 1,
    groups: int = 1,
    layout: Layout = "NHWC",
) -> tuple[Array, Cache]:
    """Return the convolution of images `x` with kernels `W`, plus a number of `b` for each filter.

    With groups, a kernel has ``channels / groups`` channels.
    """
    images, kernel = _to_nhwc(x, layout), W.transpose(SAME_KERNEL[layout])
    channels = (kernel.shape[2] * groups, kernel.shape[3])
    layer = _filled(
        Conv2D, channels, kernel, b, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return _from_nhwc(layer.forward(images), layout), (layer, layout)


def conv_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return (dx, dW, db), db of shape (filters,) and zero where there was no bias."""
    layer, layout = cache
    layer.zero_grad()
    dx = layer.backward(_to_nhwc(dy, layout))
    dW = layer.grads["W"].transpose(KERNEL_BACK[layout])
    filters = dy.shape[3] if layout == "NHWC" else dy.shape[1]
    return _from_nhwc(dx, layout), dW, layer.grads.get("b", np.zeros(filters, dW.dtype))


def conv_transpose_forward(
    x: Array,
    W: Array,
    b: Array | None = None,
    *,
    stride: Pair = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
    layout: Layout = "NHWC",
) -> tuple[Array, Cache]:
    """Return the transposed convolution: `W` is the kernel of the convolution it transposes.

    So its shape is (height, width, out_channels / groups, in_channels), or in NCHW (in_channels,
    out_channels / groups, height, width). Its gradients come from `conv_backward`.
    """
    images, kernel = _to_nhwc(x, layout), W.transpose(SAME_KERNEL[layout])
    channels = (kernel.shape[3], kernel.shape[2] * groups)
    layer = _filled(
        ConvTranspose2D,
        channels,
        kernel,
        b,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        groups=groups,
    )
    return _from_nhwc(layer.forward(images), layout), (layer, layout)


def pool_forward(
    x: Array,
    size: Pair,
    *,
    stride: Pair | None = None,
    mode: Literal["max", "average"] = "max",
    layout: Layout = "NHWC",
) -> tuple[Array, Cache]:
    """Return the largest or the mean value of every window, channel by channel.

    Among equal largest values the first one gets the gradient.
    """
    if mode not in ("max", "average"):
        raise ValueError(f"mode: expected 'max' or 'average', got {mode!r}")
    layer: Layer = MaxPool2D(size, stride=stride) if mode == "max" else AveragePool2D(size, stride=stride)
    return _from_nhwc(layer.forward(_to_nhwc(x, layout)), layout), (layer, layout)


def pool_backward(dy: Array, cache: Cache) -> Array:
    """Return dx."""
    layer, layout = cache
    return _from_nhwc(layer.backward(_to_nhwc(dy, layout)), layout)
