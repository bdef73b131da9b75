"""Is it right? Compares what came back with what was expected, and says where and how it differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nnengine.sandbox.wire import Opaque

Kind = Literal["missing", "type", "not_finite", "shape", "layout", "values"]
_SINGLE = 1e-4  # relative error allowed for results in single precision


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One result that is not as expected.

    Attributes
    ----------
    path
        Its name, e.g. ``"dW1"`` or ``"cache.Z1"``.
    kind
        How it differs; ``"layout"`` is right values in another shape.
    expected, got
        The arrays, where there are any.
    note
        What was found instead, for ``"missing"`` and ``"type"``.
    """

    path: str
    kind: Kind
    expected: npt.NDArray[Any] | None = None
    got: npt.NDArray[Any] | None = None
    note: str = ""


def compare(
    expected: object,
    got: object,
    *,
    returns: tuple[str, ...] = ("result",),
    private: tuple[str, ...] = (),
    optional: int = 0,
    tolerance: float = 1e-7,
) -> tuple[Mismatch, ...]:
    """Return every mismatch between two results, in the order of the results; empty means right.

    Parameters
    ----------
    returns
        The names of the results.
    private
        Results whose form is free: they count only where their form is the expected one.
    optional
        How many of `returns`, at the end, need not be there and are not compared.
    tolerance
        Error allowed, relative to the largest expected number of the array. Single precision gets 1e-4.
    """
    if len(returns) == 1:
        return tuple(_walk(returns[0], expected, got, tolerance))
    returns = returns[: len(returns) - optional]
    if isinstance(got, list):
        got = tuple(got)
    if len(returns) == 1 and not isinstance(got, tuple):
        got = (got,)
    if not isinstance(expected, tuple):
        raise TypeError("an exercise with several results needs a tuple")
    if not isinstance(got, tuple) or len(got) < len(returns):
        found = f"{len(got)} results" if isinstance(got, tuple) else describe(got)
        return (Mismatch(", ".join(returns), "missing", note=found),)
    found_all: list[Mismatch] = []
    for name, one, other in zip(returns, expected, got, strict=False):
        mismatches = list(_walk(name, one, other, tolerance))
        if name in private and any(m.kind in ("missing", "type") for m in mismatches):
            continue
        found_all += mismatches
    return tuple(found_all)


def _walk(path: str, expected: object, got: object, tolerance: float) -> Iterator[Mismatch]:
    if isinstance(expected, Opaque):
        return
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            yield Mismatch(path, "type", note=describe(got))
            return
        for key, value in expected.items():
            name = (
                str(key)
                if path in ("parameters", "grads", "gradients", "cache", "result")
                else f"{path}.{key}"
            )
            if key not in got:
                yield Mismatch(name, "missing", note=", ".join(str(k) for k in list(got)[:12]))
            else:
                yield from _walk(name, value, got[key], tolerance)
    elif isinstance(expected, tuple | list):
        yield from _sequence(path, expected, got, tolerance)
    elif expected is None or isinstance(expected, str):
        if expected != got:
            yield Mismatch(path, "type", note=describe(got))
    else:
        yield from _leaf(path, np.asarray(expected), got, tolerance)


def _sequence(
    path: str, expected: tuple[Any, ...] | list[Any], got: object, tolerance: float
) -> Iterator[Mismatch]:
    if not isinstance(got, tuple | list) or len(got) != len(expected):
        found = f"{len(got)} values" if isinstance(got, tuple | list) else describe(got)
        yield Mismatch(path, "type", note=found)
        return
    for index, (one, other) in enumerate(zip(expected, got, strict=True)):
        yield from _walk(f"{path}[{index}]", one, other, tolerance)


def _leaf(path: str, expected: npt.NDArray[Any], got: object, tolerance: float) -> Iterator[Mismatch]:
    array = as_numbers(got)
    if array is None:
        yield Mismatch(path, "type", expected, note=describe(got))
        return
    if array.dtype in (np.float32, np.float16):
        tolerance = max(tolerance, _SINGLE)
    wanted = expected.astype(np.float64) if expected.dtype.kind in "biu" else expected
    if not np.isfinite(array).all() and np.isfinite(wanted).all():
        yield Mismatch(path, "not_finite", wanted, array)
    elif array.shape == wanted.shape:
        if not close(wanted, array, tolerance):
            yield Mismatch(path, "values", wanted, array)
    elif wanted.shape == () and array.size == 1:
        if not close(wanted, array.reshape(()), tolerance):
            yield Mismatch(path, "values", wanted, array.reshape(()))
    elif any(close(wanted, other, tolerance) for other in layouts(array, wanted.shape)):
        yield Mismatch(path, "layout", wanted, array)
    else:
        yield Mismatch(path, "shape", wanted, array)


def as_numbers(value: object) -> npt.NDArray[Any] | None:
    """Return a real array in float64 (float32 stays), or None where `value` is no array of real numbers."""
    if isinstance(value, list):
        try:
            value = np.array(value, dtype=np.float64)
        except (ValueError, TypeError):
            return None
    if isinstance(value, bool | int | float | np.generic | np.ndarray):
        array = np.asarray(value)
        if array.dtype.kind in "biu":
            return array.astype(np.float64)
        if array.dtype.kind == "f":
            return array
        if array.dtype.kind == "c" and not array.imag.any():
            return np.asarray(array.real)
    return None


def close(expected: npt.NDArray[Any], got: npt.NDArray[Any], tolerance: float) -> bool:
    """Say whether arrays of one shape agree up to `tolerance` of the largest expected number."""
    finite = np.isfinite(expected)
    if not finite.all():  # two mistakes may overflow at the same places
        if not np.array_equal(expected[~finite], got[~finite], equal_nan=True):
            return False
        expected, got = expected[finite], got[finite]
    if expected.size == 0:
        return True
    scale = max(float(np.max(np.abs(expected))), 1e-5)
    with np.errstate(all="ignore"):
        error = np.abs(got - expected)
    return bool(np.all(error <= tolerance * scale))


def layouts(array: npt.NDArray[Any], shape: tuple[int, ...]) -> Iterator[npt.NDArray[Any]]:
    """Yield the ways to lay `array` out in `shape`: other axes of one, transposed."""
    if array.size != int(np.prod(shape)):
        return
    squeezed, wanted = array.squeeze(), tuple(n for n in shape if n != 1)
    if squeezed.shape == wanted:
        yield array.reshape(shape)
    if squeezed.T.shape == wanted:
        yield squeezed.T.reshape(shape)


def describe(value: object) -> str:
    """Return a value's type and shape as a student would say it."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, Opaque):
        return value.type_name
    if isinstance(value, tuple | list):
        return f"{type(value).__name__} of {len(value)}"
    return "None" if value is None else type(value).__name__
