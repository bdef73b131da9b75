"""What a unit likes to see: inputs that are made to please it, and the examples that please it most.

Activation maximisation climbs the unit's gradient from a start image,

    x <- (1 - decay) (x + rate * d unit / d x)

and keeps the image natural by four means (J. Yosinski and others: "Understanding neural networks through deep
visualization", 2015, section 3): decay, a blur every few steps, and setting to zero the pixels of small norm
or of small contribution ``|x * d unit / d x|``. For a linear unit with weights w, decay alone has the fixed
point ``(1 - decay) * rate * w / decay``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nnengine.explain.gradients import kept_gradients
from nnengine.layers.base import Array
from nnengine.models.sequential import Sequential


@dataclass(frozen=True)
class Regularisers:
    """The four means that keep a made-up image natural; each is off by default.

    Attributes
    ----------
    decay
        Share of every pixel taken away each step, 0 to 1.
    blur
        Width (standard deviation, in pixels) of the Gaussian blur; 0: none.
    blur_every
        Steps between two blurs.
    small_norm
        Percentage of pixels, those of smallest norm over the channels, set to zero each step.
    small_contribution
        Percentage of pixels, those of smallest ``|sum over channels of x * gradient|``, set to zero.
    """

    decay: float = 0.0
    blur: float = 0.0
    blur_every: int = 4
    small_norm: float = 0.0
    small_contribution: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.decay < 1:
            raise ValueError(f"decay: expected 0 up to but not including 1, got {self.decay}")
        if self.blur < 0 or self.blur_every < 1:
            raise ValueError(
                f"blur: expected at least 0, blur_every at least 1, got {self.blur}, {self.blur_every}"
            )
        for name in ("small_norm", "small_contribution"):
            if not 0 <= getattr(self, name) < 100:
                raise ValueError(f"{name}: expected a percentage of 0 up to 100, got {getattr(self, name)}")


def maximise(
    net: Sequential,
    start: Array,
    *,
    unit: int | tuple[int, ...],
    steps: int = 100,
    rate: float = 1.0,
    regularisers: Regularisers = Regularisers(),
) -> tuple[Array, npt.NDArray[np.float64]]:
    """Return an image that excites `unit`, and the unit's activation before each step.

    Parameters
    ----------
    net
        The net up to the layer whose unit is looked at: ``Sequential(*net.layers[:k])``.
    start
        One image to begin with, without batch axis: (height, width, channels), or (features,), which cannot
        be blurred.
    unit
        The place of the unit in one example's output.
    steps, rate
        How many steps and how far each goes along the gradient.

    Raises
    ------
    ValueError
        The unit does not exist, or a blur is asked for an input that is not an image.
    """
    if regularisers.blur and start.ndim != 3:
        raise ValueError(f"start: only (height, width, channels) can be blurred, got shape {start.shape}")
    x = start.copy()
    history = np.zeros(steps)
    with kept_gradients(net):
        for step in range(steps):
            output = net.forward(x[None])
            try:
                history[step] = output[0][unit]
            except IndexError as error:
                raise ValueError(
                    f"unit: {unit} is no place in an output of shape {output.shape[1:]}"
                ) from error
            dy = np.zeros_like(output)
            dy[0][unit] = 1
            gradient = net.backward(dy)[0]
            x += x.dtype.type(rate) * gradient
            x = _regularise(x, gradient, regularisers, step)
    return x, history


def _regularise(x: Array, gradient: Array, means: Regularisers, step: int) -> Array:
    x *= x.dtype.type(1 - means.decay)
    if means.blur and (step + 1) % means.blur_every == 0:
        x = blurred(x, means.blur)
    channels = -1 if x.ndim == 3 else ()
    if means.small_norm:
        norm = np.sqrt(np.sum(x * x, axis=channels))
        x[norm < np.percentile(norm, means.small_norm)] = 0
    if means.small_contribution:
        contribution = np.abs(np.sum(x * gradient, axis=channels))
        x[contribution < np.percentile(contribution, means.small_contribution)] = 0
    return x


def blurred(image: Array, width: float) -> Array:
    """Return the image (height, width, channels) under a Gaussian blur; the border's pixels are repeated."""
    radius = max(1, round(3 * width))
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (offsets / width) ** 2)
    weights = (weights / weights.sum()).astype(image.dtype)
    for axis in (0, 1):
        length = image.shape[axis]
        places = np.clip(np.arange(length)[:, None] + offsets, 0, length - 1)
        image = np.moveaxis(np.tensordot(weights, np.take(image, places.T, axis=axis), axes=(0, axis)), 0, 0)
    return image


def top_activating(
    net: Sequential, x: Array, *, unit: int | tuple[int, ...], k: int = 9
) -> tuple[npt.NDArray[np.intp], Array]:
    """Return the places in `x` of the `k` examples that excite `unit` most, and how much, most first.

    `unit` is a place in one example's output; where it names a map (a channel of a convolution is
    ``(..., channel)``), the map's largest value counts.

    Raises
    ------
    ValueError
        The unit does not exist or `k` is not between 1 and the number of examples.
    """
    if not 1 <= k <= len(x):
        raise ValueError(f"k: expected 1 to {len(x)}, the number of examples, got {k}")
    output = net.predict(x)
    place = unit if isinstance(unit, tuple) else (unit,)
    try:
        values = np.array([one[place].max() for one in output])
    except IndexError as error:
        raise ValueError(f"unit: {unit} is no place in an output of shape {output.shape[1:]}") from error
    best = np.argsort(-values, kind="stable")[:k]
    return best, values[best]
