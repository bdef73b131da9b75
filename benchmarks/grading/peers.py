"""Whole runs of `otter run` and `nbgrader autograde` on the notebook, from the command to the score."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.grading import notebook

PROJECT = Path(__file__).parents[2]
BIN = PROJECT / "var/bench-grading/bin"


def run(*command: str, folder: Path) -> float:
    """Run a command of the peers' environment; return its seconds."""
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "OPENBLAS_NUM_THREADS": "1"}
    began = time.perf_counter()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    taken = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return taken


class Otter:
    """otter-grader with one test file a function."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tests").mkdir(parents=True)
        (folder / "results").mkdir()
        (folder / "deep.ipynb").write_text(notebook.plain())
        for name in notebook.CHECKS:
            (folder / "tests" / f"{name}.py").write_text(notebook.otter_test(name))
        run("otter", "generate", "-t", "tests", "-o", "autograder.zip", folder=folder)

    def grade(self) -> float:
        """Grade once; return the seconds."""
        command = ("otter", "run", "-a", "autograder.zip", "-o", "results", "--no-logo", "deep.ipynb")
        taken = run(*command, folder=self.folder)
        tests = json.loads((self.folder / "results/results.json").read_text())["tests"]
        assert sum(test.get("score", 0) for test in tests) == len(notebook.CHECKS), tests
        return taken


class Nbgrader:
    """nbgrader with a cell of assertions after each function."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for place in ("source/deep", "submitted/student/deep"):
            (folder / place).mkdir(parents=True)
            (folder / place / "deep.ipynb").write_text(notebook.for_nbgrader())
        run("nbgrader", "generate_assignment", "deep", "--create", "--course-dir=.", folder=folder)

    def grade(self) -> float:
        """Grade once; return the seconds."""
        taken = run("nbgrader", "autograde", "deep", "--force", "--course-dir=.", folder=self.folder)
        with sqlite3.connect(self.folder / "gradebook.db") as gradebook:
            (score,) = gradebook.execute("SELECT SUM(auto_score) FROM grade").fetchone()
        assert score == len(notebook.CHECKS), score
        return taken


def measure(rounds: int = 5) -> dict[str, list[float]]:
    """Return the seconds of each whole run; the peers take turns."""
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as folder:
        peers = {"otter": Otter(Path(folder, "otter")), "nbgrader": Nbgrader(Path(folder, "nbgrader"))}
        taken: dict[str, list[float]] = {name: [] for name in peers}
        for _ in range(rounds):
            for name, peer in peers.items():
                taken[name].append(peer.grade())
        return taken
