"""One run: train in one room, predict in another; only the parameters go from the first to the second.

The room that trains is given the training examples. The room that predicts is given the hidden features and
the parameters, as data. No room is ever given a hidden label: scoring is done by the caller, outside.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nnengine.contest.curve import Curve
from nnengine.grading.submission import Submission, parse
from nnengine.sandbox import Limits, Reply, Room, RoomEnded, Sandbox, Tier, default_sandbox
from nnengine.sandbox.wire import TEXT, Opaque
from nnengine.text import Text

Array = npt.NDArray[Any]

INTERFACE = ("train(X, y, seed)", "predict(params, X)")
#: What predicting may cost: it is for everybody the same, and no place to train in.
PREDICT_CPU_SECONDS = 10
#: Wall time for each second of processor time, and some on top: whoever sleeps holds no worker for long.
PATIENCE, GRACE_SECONDS = 4.0, 20.0

# Loaded before the submission. `_told` is answered by the trusted side; the rest gathers what it is told, so
# that a loop of a million steps asks twice a second.
_PRELUDE = """
import time as _time
_kept = {"step": 0, "sent": 0.0, "steps": [], "values": []}

def report(value, step=None):
    _kept["step"] = _kept["step"] + 1 if step is None else int(step)
    _kept["steps"].append(_kept["step"])
    _kept["values"].append(float(value))
    if _time.monotonic() - _kept["sent"] >= 0.5 or len(_kept["steps"]) >= 5000:
        _tell()

def _told(steps, values):
    pass

def _tell():
    steps, values = _kept["steps"], _kept["values"]
    _kept.update(sent=_time.monotonic(), steps=[], values=[])
    if steps:
        _told(np.array(steps, dtype=np.int64), np.array(values))

def _train(X, y, seed):
    params = train(X, y, seed)
    _tell()
    return params
"""


@dataclass(frozen=True, slots=True)
class Task:
    """What a run is given: never a hidden label.

    Attributes
    ----------
    features, labels
        The training examples.
    hidden
        Features to predict for; the code meets them in an order of its run's own.
    """

    features: Array
    labels: Array
    hidden: Array


@dataclass(frozen=True, slots=True)
class Budget:
    """What training may cost, for everybody the same.

    Attributes
    ----------
    cpu_seconds
        Processor time over all threads.
    memory_bytes
        Address space, interpreter and numpy (about 190 MiB) included.
    parameters
        How many numbers the parameters may hold; None for any.
    """

    cpu_seconds: int
    memory_bytes: int
    parameters: int | None = None

    @property
    def wall_seconds(self) -> float:
        """How long training takes at most."""
        return PATIENCE * self.cpu_seconds + GRACE_SECONDS


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run has no predictions, and that it is the submission's doing.

    Attributes
    ----------
    stage
        ``"read"``, ``"train"`` or ``"predict"``.
    reason
        ``"syntax"``, ``"missing"``, ``"raised"``, ``"parameters"`` (not data), ``"too-many-parameters"``, or
        how the room ended: ``"processor-time"``, ``"time"``, ``"memory"``, ``"forbidden-call"``, ...
    detail
        What the code said, printable, or what is wrong in both languages; the name of what is missing; how
        many parameters.
    line
        Where in the submission, if known.
    """

    stage: str
    reason: str
    detail: str | Text = ""
    line: int | None = None


@dataclass(slots=True)
class Run:
    """What came of it: `predictions` (as returned, unchecked), or a `failure`."""

    predictions: Any = None
    failure: Failure | None = None
    parameters: int | None = None
    cpu_seconds: float | None = None
    printed: str = ""
    curve: Curve = field(default_factory=Curve)


class _Stop(Exception):  # noqa: N818 - ends a run, is no fault of ours
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def compete(
    source: bytes,
    *,
    filename: str,
    task: Task,
    seed: int,
    budget: Budget,
    progress: Callable[[Curve], None] = lambda curve: None,
    tier: Tier = "full",
) -> Run:
    """Train a submission and let it predict; nothing a student does makes this raise.

    Parameters
    ----------
    source, filename
        Python source or a notebook with `INTERFACE`. In ``train``, ``report(loss)`` adds to the curve.
    seed
        Given to ``train``, and seeds numpy's global generator.
    progress
        Called with the learning curve whenever it has grown, about twice a second.

    Raises
    ------
    IsolationUnavailable
        The machine cannot isolate student code.
    SandboxCrashed
        The sandbox failed, not the student: run it again.
    """
    place = default_sandbox(tier)
    run = Run()
    try:
        submission = _read(source, filename)
        params = _train(submission, place, (task.features, task.labels, seed % 2**31), budget, run, progress)
        run.parameters = _count(params)
        if budget.parameters is not None and run.parameters > budget.parameters:
            raise _Stop(Failure("train", "too-many-parameters", str(run.parameters)))
        run.predictions = _predict(submission, place, params, task.hidden, seed, budget)
    except _Stop as stop:
        run.failure = stop.failure
    return run


def _count(params: object) -> int:
    """Return how many numbers `params` holds; a letter of a text counts as one, so that nothing hides there.

    Raises
    ------
    _Stop
        There is something in it that is no data.
    """
    if isinstance(params, Opaque):
        raise _Stop(Failure("train", "parameters", params.type_name))
    if isinstance(params, str):
        if len(params) >= TEXT:
            raise _Stop(
                Failure(
                    "train",
                    "parameters",
                    Text(f"str of {TEXT} letters or more", f"str mit {TEXT} Zeichen oder mehr"),
                )
            )
        return len(params)
    if isinstance(params, dict):
        return sum(_count(key) + _count(value) for key, value in params.items())
    if isinstance(params, int) and not -(2**63) <= params < 2**63:
        raise _Stop(
            Failure("train", "parameters", Text("int of more than 64 bits", "int mit mehr als 64 Bit"))
        )
    if isinstance(params, list | tuple):
        return sum(_count(value) for value in params)
    return int(params.size) if isinstance(params, np.ndarray) else int(params is not None)


def _read(source: bytes, filename: str) -> Submission:
    submission = parse(source, filename)
    for signature in INTERFACE:
        name = signature.partition("(")[0]
        if name not in submission.definitions and name not in submission.values:
            problem = next(iter(submission.problems), None)
            if problem is not None and problem.code != "no-functions":
                raise _Stop(Failure("read", "syntax", problem.message))
            raise _Stop(Failure("read", "missing", signature))
    return submission


def _train(
    submission: Submission,
    place: Sandbox,
    given: tuple[Array, Array, int],
    budget: Budget,
    run: Run,
    progress: Callable[[Curve], None],
) -> object:
    def told(name: str, arguments: list[Any], named: dict[str, Any]) -> None:
        run.curve.add(*arguments, **named)
        progress(run.curve)

    limits = Limits(
        memory_bytes=budget.memory_bytes, cpu_seconds=budget.cpu_seconds, call_seconds=budget.wall_seconds
    )
    room = place.room(limits)
    try:
        _load(room, submission, "train")
        reply = _call(room, "train", "_train", given, seed=given[2], stubs=("_told",), oracle=told)
    finally:
        room.close()
        cpu = room.report.get("cpu")
        run.cpu_seconds = float(cpu) if isinstance(cpu, int | float) else None
    run.printed = reply.printed
    return reply.value


def _predict(
    submission: Submission, place: Sandbox, params: object, hidden: Array, seed: int, budget: Budget
) -> object:
    """Return the predictions in the order of `hidden`; the code sees another, drawn for this run."""
    order = np.random.default_rng(seed).permutation(len(hidden))
    limits = Limits(
        memory_bytes=budget.memory_bytes,
        cpu_seconds=PREDICT_CPU_SECONDS,
        call_seconds=PATIENCE * PREDICT_CPU_SECONDS + GRACE_SECONDS,
    )
    with place.room(limits) as room:
        _load(room, submission, "predict")
        value = _call(room, "predict", "predict", (params, hidden[order]), seed=seed % 2**31).value
    if isinstance(value, list | tuple) and len(value) == len(hidden):
        return [value[at] for at in np.argsort(order)]
    if isinstance(value, np.ndarray) and value.ndim and len(value) == len(hidden):
        return value[np.argsort(order)]
    return value  # of no use, and whoever scores it says why


def _load(room: Room, submission: Submission, stage: str) -> None:
    chunks = [{"name": "contest", "source": _PRELUDE}, *submission.chunks]
    try:
        found = room.load(chunks, "")
    except RoomEnded as ended:
        raise _Stop(Failure(stage, _reason(ended, room))) from None
    name = "train" if stage == "train" else "predict"
    if name not in found["callables"]:
        error = next(iter(found["errors"]), None)
        if error is not None:
            raise _Stop(_raised(stage, error))
        raise _Stop(Failure(stage, "missing", name))


def _call(room: Room, stage: str, name: str, arguments: tuple[Any, ...], **options: Any) -> Reply:  # noqa: ANN401 - of Room.call
    try:
        reply = room.call(name, arguments, **options)
    except RoomEnded as ended:
        raise _Stop(Failure(stage, _reason(ended, room))) from None
    if reply.error is not None:
        raise _Stop(_raised(stage, reply.error))
    return reply


def _reason(ended: RoomEnded, room: Room) -> str:
    """Return how a room ended. One that was killed after most of its processor time was killed for that.

    Memory has a limit that raises inside; what the kernel counts for the limit of time and what it reports
    afterwards differ by some ticks, which is much of a budget of one second.
    """
    cpu = room.report.get("cpu", 0.0)
    killed = ended.reason == "memory" and cpu >= room.limits.cpu_seconds / 2
    return "processor-time" if killed else ended.reason


def _raised(stage: str, error: dict[str, Any]) -> Failure:
    if error["type"] in {"MemoryError", "_ArrayMemoryError"}:
        return Failure(stage, "memory", error["message"][:200], error["line"])
    return Failure(stage, "raised", f"{error['type']}: {error['message'][:200]}", error["line"])
