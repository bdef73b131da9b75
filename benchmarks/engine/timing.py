"""Time several functions against each other on a machine that is never quite idle."""

import statistics
from collections.abc import Callable
from time import perf_counter

import numpy as np

Step = Callable[[], float]


def interleaved(steps: dict[str, Step], *, seconds: float, batch_seconds: float = 0.02) -> dict[str, float]:
    """Return the median time of a step in milliseconds, by name.

    The functions take turns, and the order of the turns rotates, so that whatever slows the machine down
    slows all of them down. A turn is one step that is not timed, to warm the caches, and as many as fill
    `batch_seconds`, at least one. Rounds are repeated until `seconds` have passed, at least five times.
    """
    turns = {name: max(1, int(batch_seconds / _one(step))) for name, step in steps.items()}
    times: dict[str, list[float]] = {name: [] for name in steps}
    names = list(steps)
    start, rounds = perf_counter(), 0
    while rounds < 5 or perf_counter() - start < seconds:
        names.append(names.pop(0))
        rounds += 1
        for name in names:
            step = steps[name]
            step()
            for _ in range(turns[name]):
                before = perf_counter()
                step()
                times[name].append(perf_counter() - before)
    return {name: statistics.median(seen) * 1e3 for name, seen in times.items()}


def _one(step: Step) -> float:
    step()
    before = perf_counter()
    step()
    return perf_counter() - before


def peak_gflops(size: int = 1024, repetitions: int = 5) -> float:
    """Return the best rate of a large float32 matrix product, in 1e9 operations a second."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((size, size), dtype=np.float32) for _ in range(2))
    out = np.empty_like(a)

    def product() -> float:
        np.matmul(a, b, out=out)
        return 0.0

    return 2 * size**3 / min(_one(product) for _ in range(repetitions)) / 1e9
