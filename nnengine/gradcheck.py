"""Is a gradient right? Compare it with what the function does when its arguments move a little.

For arguments ``a``, a random direction ``v`` and a random cotangent ``c`` (the gradient of some loss by the
output), a right gradient ``g`` satisfies

    <g, v>  =  d/dh <c, f(a + h v)>  at h = 0

and the right side is close to the differences ``(8 (F(h) - F(-h)) - (F(2h) - F(-2h))) / 12h`` with ``F(h) =
<c, f(a + h v)>`` (Abramowitz & Stegun 1964, 25.3.6, error of order h⁴). One direction tests all entries of an
array at once: a wrong entry escapes with probability zero. Random cotangents matter: for all ones, batch
normalisation's variance term vanishes.

Errors are relative to the numbers compared, so a gradient 5x for 2x is found at x = 1e-8 too. The scale has a
floor: what rounding alone does to the difference.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.layers.base import Array, Layer

EPS = float(np.finfo(np.float64).eps)
RELATIVE_STEPS = (1e-3, 1e-5, 1e-7, 1e-9)


@dataclass(frozen=True)
class BlockCheck:
    """How one argument's gradient fared.

    `analytic` and `numeric` are the two sides of the equation, in the direction where they differ most.
    """

    name: str
    analytic: float
    numeric: float
    relative_error: float
    ok: bool

    def __str__(self) -> str:
        verdict = "ok" if self.ok else "WRONG"
        line = f"{self.name}: {verdict}, relative error {self.relative_error:.1e}"
        if not self.ok and self.numeric:
            line += f"; along a random direction {self.analytic:.6g} instead of {self.numeric:.6g}"
            line += f", {self.analytic / self.numeric:.4g} times the right slope"
        return line


@dataclass(frozen=True)
class GradientReport:
    """One check an argument; true if all are right."""

    blocks: tuple[BlockCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether every gradient is right."""
        return all(block.ok for block in self.blocks)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of the arguments whose gradients are off."""
        return tuple(block.name for block in self.blocks if not block.ok)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return "\n".join(map(str, self.blocks))


def check_gradients(
    function: Callable[[], Array | float],
    gradients: Callable[[Any], Mapping[str, npt.ArrayLike]],
    arguments: Mapping[str, Array],
    *,
    rng: np.random.Generator,
    tolerance: float = 1e-6,
    directions: int = 2,
) -> GradientReport:
    """Compare gradients with differences.

    Parameters
    ----------
    function
        Returns the output, an array or a number, for what `arguments` hold at the moment.
    gradients
        Takes a cotangent of the output's shape (a float for a number) and returns the gradient of
        ``<cotangent, output>`` by every argument, by name. It is called right after `function`.
    arguments
        The float64 arrays that `function` reads. They are moved in place and put back.
    directions
        How many random directions to try for each argument.

    Raises
    ------
    TypeError
        If an argument is not a float64 array: differences in float32 are too coarse.
    ValueError
        If a gradient is missing, has another shape than its argument, or the output is not finite.
    """
    for name, argument in arguments.items():
        if not isinstance(argument, np.ndarray) or argument.dtype != np.float64:
            raise TypeError(
                f"{name}: expected a float64 array, got {getattr(argument, 'dtype', type(argument))}"
            )
        if not argument.size:
            raise ValueError(f"{name}: expected an array with numbers in it, got shape {argument.shape}")
    output = np.asarray(function(), np.float64)
    if not np.isfinite(output).all():
        raise ValueError("function: expected finite numbers, got NaN or infinity")
    cotangent = rng.standard_normal(output.shape)
    found = gradients(cotangent if output.ndim else float(cotangent))
    analytic = {name: _checked(name, found, argument) for name, argument in arguments.items()}

    def along(argument: Array, direction: Array, h: float) -> tuple[float, float]:
        """Return ``F(h)`` and the sum of its terms' sizes."""
        before = argument.copy()
        try:
            argument += h * direction
            terms = cotangent * np.asarray(function(), np.float64)
        finally:
            argument[...] = before
        return float(terms.sum()), float(np.abs(terms).sum())

    # Moving an array in proportion to its own size keeps the check blind to no scale; one of zeros, such as a
    # new bias, moves as little as the smallest of the others.
    sizes = {name: float(np.sqrt(np.mean(argument**2))) for name, argument in arguments.items()}
    smallest = min((size for size in sizes.values() if size), default=1.0)
    blocks = []
    for name, argument in arguments.items():
        scale = sizes[name] or smallest
        checks = [
            _check_direction(
                name,
                argument,
                analytic[name],
                along,
                scale * rng.standard_normal(argument.shape),
                tolerance,
            )
            for _ in range(directions)
        ]
        blocks.append(max(checks, key=lambda check: (not check.ok, check.relative_error)))
    return GradientReport(tuple(blocks))


def _checked(name: str, found: Mapping[str, npt.ArrayLike], argument: Array) -> Array:
    if name not in found:
        raise ValueError(f"gradients: expected one by {name!r}, got {sorted(found)}")
    grad = np.array(found[name], np.float64)
    if grad.shape != argument.shape:
        raise ValueError(
            f"gradients: expected the one by {name!r} of shape {argument.shape}, got {grad.shape}"
        )
    return grad


def _check_direction(
    name: str,
    argument: Array,
    grad: Array,
    along: Callable[[Array, Array, float], tuple[float, float]],
    direction: Array,
    tolerance: float,
) -> BlockCheck:
    """Return the check with the first step size at which both sides agree, or the best of all.

    Large steps suffer least from rounding, but may step over a kink, as those of ReLU; each smaller one does
    so a hundred times less often.
    """
    analytic = float(np.vdot(grad, direction))
    checks = []
    for h in RELATIVE_STEPS:
        (ahead, size), (behind, _) = along(argument, direction, h), along(argument, direction, -h)
        far_ahead, far_behind = (along(argument, direction, step)[0] for step in (2 * h, -2 * h))
        numeric = (8 * (ahead - behind) - (far_ahead - far_behind)) / (12 * h)
        rounding = 8 * EPS * size / h
        biggest = max(abs(analytic), abs(numeric), rounding / tolerance)
        error = abs(analytic - numeric) / biggest if biggest else 0.0
        check = BlockCheck(name, analytic, numeric, error, error <= tolerance)
        if check.ok:
            return check
        checks.append(check)
    return min(checks, key=lambda check: check.relative_error)


def check_layer(
    layer: Layer,
    x: Array,
    *,
    rng: np.random.Generator,
    training: bool = False,
    tolerance: float = 1e-6,
    **inputs: npt.NDArray[Any],
) -> GradientReport:
    """Check a layer's gradients by its input (named ``"x"``) and by every parameter, in float64.

    Further keyword arguments are handed to the layer's `forward`. The layer's gradients are overwritten.
    """

    def gradients(dy: Array) -> dict[str, Array]:
        layer.zero_grad()
        dx = layer.backward(dy)
        return {"x": dx, **layer.grads}

    arguments = layer.params if x.dtype.kind in "iu" else {"x": x.copy(), **layer.params}
    moved = arguments.get("x", x)
    return check_gradients(
        lambda: layer.forward(moved, training=training, **inputs),
        gradients,
        arguments,
        rng=rng,
        tolerance=tolerance,
    )
