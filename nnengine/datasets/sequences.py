"""Sequences that ask for memory: adding, copying, parity. Generated here; no licence needed."""

import numpy as np
import numpy.typing as npt


def adding(
    n: int = 1000, *, steps: int = 20, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the adding problem of Hochreiter and Schmidhuber (1997, experiment 4), in its usual later form.

    ``x`` is ``(n, steps, 2)``: a number of 0 to 1 and a mark, which is 1 at one step of each half and 0
    elsewhere. ``y`` is ``(n, 1)``: the sum of the two marked numbers. Always guessing 1 has a mean squared
    error of 1/6.
    """
    if steps < 2:
        raise ValueError(f"steps must be at least 2, two numbers are marked; got {steps}.")
    x = np.zeros((n, steps, 2), np.float32)
    x[..., 0] = rng.random((n, steps))
    rows = np.arange(n)
    marks = (rng.integers(0, steps // 2, n), rng.integers(steps // 2, steps, n))
    for mark in marks:
        x[rows, mark, 1] = 1
    return x, sum(x[rows, mark, 0] for mark in marks)[:, None]


def copying(
    n: int = 1000, *, symbols: int = 8, length: int = 5, delay: int = 10, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the copying problem: remember `length` symbols over `delay` blanks, then say them.

    ``x`` and ``y`` are ``(n, 2 * length + delay)`` of 0 to ``symbols + 1``: 0 is blank, the last number is
    the sign to begin. ``y`` is blank until then and repeats the symbols after it. (M. Arjovsky and others,
    "Unitary evolution recurrent neural networks", 2016, section 5.)
    """
    if min(symbols, length, delay) < 1:
        raise ValueError(
            f"symbols, length and delay must be at least 1; got {symbols}, {length} and {delay}."
        )
    x = np.zeros((n, 2 * length + delay), np.int64)
    y = np.zeros_like(x)
    x[:, :length] = rng.integers(1, symbols + 1, (n, length))
    x[:, length + delay - 1] = symbols + 1
    y[:, -length:] = x[:, :length]
    return x, y


def parity(
    n: int = 1000, *, steps: int = 10, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return bits ``x`` of shape ``(n, steps, 1)`` and their running parity ``y`` of shape ``(n, steps)``.

    Each step's answer needs all bits so far, but only one bit of memory.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1; got {steps}.")
    bits = rng.integers(0, 2, (n, steps))
    return bits.astype(np.float32)[..., None], np.cumsum(bits, axis=1) % 2
