"""How much memory a library's steps take on top of the library itself; Linux only.

Run as ``python -m benchmarks.engine.memory LIBRARY TASK``: a process of its own, so that nothing else counts.
"""

import importlib
import subprocess
import sys
from pathlib import Path

from benchmarks.engine.tasks import task

STEPS = 5
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_mib(library: str, name: str) -> float | None:
    """Return the peak of resident memory over a few steps minus that after the import, in MiB, or None."""
    if not CLEAR.exists():
        return None
    command = [sys.executable, "-m", "benchmarks.engine.memory", library, name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _status(field: str) -> float:
    """Return a field of the process's status in MiB."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the peak of one library on one task."""
    library, name = sys.argv[1:]
    module = importlib.import_module(f"benchmarks.engine.with_{library}")
    CLEAR.write_text("5")  # forget the peak so far: importing may have needed more than it kept
    before = _status("VmRSS")
    step = module.step(task(name))
    for _ in range(STEPS):
        step()
    print(_status("VmHWM") - before)


if __name__ == "__main__":
    main()
