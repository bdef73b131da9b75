"""The sandbox and the grader alone, on one core."""

import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.grading import notebook
from nnengine.grading import Sandbox, grade

EXERCISE = "deep-network-step-by-step"
HAND_IN = notebook.plain().encode()


def median_ms(action: Callable[[], None], *, times: int, rest_seconds: float = 0.0) -> float:
    """Return the median wall time of `action`; `rest_seconds` pass before each."""
    taken = []
    for _ in range(times):
        time.sleep(rest_seconds)
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


def check(sandbox: Sandbox, seed: int = 1) -> None:
    """Grade the notebook; it must get every point."""
    report = grade(HAND_IN, filename="deep.ipynb", exercise=EXERCISE, seed=seed, sandbox=sandbox)
    assert report.score == report.max_score, report.to_dict()


def bare_fork() -> None:
    """Fork a process that has numpy, multiply there, wait for its end: no room can be cheaper."""
    pid = os.fork()
    if pid == 0:
        np.ones((64, 64)) @ np.ones((64, 64))
        os._exit(0)
    os.waitpid(pid, 0)


def open_and_close(sandbox: Sandbox) -> float:
    """Claim a room; return the milliseconds until its walls were up."""
    began = time.perf_counter()
    room = sandbox.room()
    taken = (time.perf_counter() - began) * 1e3
    room.close()
    sandbox.prepare()
    return taken


def measure(rounds: int = 3) -> dict[str, float]:
    """Return the figures, all in milliseconds but ``per_second``, of the least disturbed round.

    A round runs on one core; the rounds take turns over the cores, since other work may hold one of them.
    """
    cores = os.sched_getaffinity(0)
    found = []
    try:
        for core in sorted(cores)[:2] * rounds:
            os.sched_setaffinity(0, {core})
            found.append(_round())
    finally:
        os.sched_setaffinity(0, cores)
    return {name: (max if name == "per_second" else min)(one[name] for one in found) for name in found[0]}


def _round() -> dict[str, float]:
    with Sandbox() as warm, Sandbox(ready=0) as cold:
        for seed in range(5):
            check(warm, seed)
        return {
            "fork": median_ms(bare_fork, times=40, rest_seconds=0.01),
            "isolate": _claims(warm, rest_seconds=0.04),
            "isolate_back_to_back": _claims(warm, rest_seconds=0.0),
            "isolate_from_nothing": _claims(cold, rest_seconds=0.01),
            "check": median_ms(lambda: check(warm), times=30, rest_seconds=0.04),
            "check_and_room": median_ms(lambda: check(cold), times=30, rest_seconds=0.01),
            "per_second": _per_second(warm, 60),
        }


def _claims(sandbox: Sandbox, *, rest_seconds: float) -> float:
    taken = []
    for _ in range(30):
        time.sleep(rest_seconds)
        taken.append(open_and_close(sandbox))
    return statistics.median(taken)


def _per_second(sandbox: Sandbox, count: int) -> float:
    began = time.perf_counter()
    for seed in range(count):
        check(sandbox, seed)
    return count / (time.perf_counter() - began)
