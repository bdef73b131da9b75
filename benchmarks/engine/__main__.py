"""Run the tasks with every library in turn: ``python -m benchmarks.engine``, or ``make bench-engine``.

Prints a table and, as its last line, one JSON object:
``{"peak_gflops", "tasks": [{"task", "ours_ms", "torch_ms", "ratio_to_torch", "share_of_peak", "peers":
{...}}], "conv_peak_memory_mib": {...}, ...}``; times are medians of a step in milliseconds, one thread,
float32.
"""

import os

# Before numpy and PyTorch read them.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import importlib
import json
import math
import platform
from importlib.metadata import version

from benchmarks.engine.memory import peak_mib
from benchmarks.engine.tasks import NAMES, task
from benchmarks.engine.timing import interleaved, peak_gflops

OURS = "nnengine"
PEERS = ("torch", "mygrad", "autograd")


def measured(name: str, seconds: float) -> tuple[dict[str, float], float]:
    """Return each library's median time on a task, and the task's floating-point operations."""
    work = task(name)
    steps = {
        library: importlib.import_module(f"benchmarks.engine.with_{library}").step(task(name))
        for library in (OURS, *PEERS)
    }
    losses = {library: step() for library, step in steps.items()}
    if not all(math.isclose(loss, losses["torch"], rel_tol=1e-3, abs_tol=1e-3) for loss in losses.values()):
        raise SystemExit(f"{name}: the libraries do not compute the same loss: {losses}")
    return interleaved(steps, seconds=seconds), work.flop


def main() -> None:
    """Measure, print the table, print the JSON."""
    parser = argparse.ArgumentParser(description="The engine's speed against its peers.")
    parser.add_argument("--tasks", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--seconds", type=float, default=20, help="for each task (default %(default)s)")
    chosen = parser.parse_args()

    rows, peaks = [], [peak_gflops()]
    print(
        f"{'ms a step':14}" + "".join(f"{library:>12}" for library in (OURS, *PEERS)) + f"{'ours/torch':>14}"
    )
    for name in chosen.tasks:
        times, flop = measured(name, chosen.seconds)
        peaks.append(peak_gflops())
        ratio = times[OURS] / times["torch"]
        print(
            f"{name:14}" + "".join(f"{times[library]:12.3f}" for library in (OURS, *PEERS)) + f"{ratio:14.2f}"
        )
        rows.append((name, times, ratio, flop))
    memory = {library: peak_mib(library, "conv") for library in (OURS, *PEERS)}
    print(f"{'conv: MiB':14}" + "".join(f"{memory[library] or math.nan:12.1f}" for library in (OURS, *PEERS)))

    peak = max(peaks)
    report = {
        "peak_gflops": round(peak, 1),
        "tasks": [
            {
                "task": name,
                "ours_ms": round(times[OURS], 4),
                "torch_ms": round(times["torch"], 4),
                "ratio_to_torch": round(ratio, 3),
                "share_of_peak": round(flop / (times[OURS] * 1e-3) / (peak * 1e9), 3),
                "peers": {library: round(times[library], 4) for library in PEERS[1:]},
            }
            for name, times, ratio, flop in rows
        ],
        "conv_peak_memory_mib": {library: mib and round(mib, 1) for library, mib in memory.items()},
        "versions": {name: version(name) for name in ("numpy", "torch", "mygrad", "autograd")},
        "machine": f"{platform.machine()}, one thread, float32",
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
