"""The door to contests: train a hand-in, score it outside its process, record what came of it.

A hand-in to a challenge with a leaderboard is claimed, renewed and given up like any other (see
`projects.grading`); this module is what happens in between.
"""

import io
import logging
import math
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import DatabaseError
from django.utils.functional import cached_property

from classroom import clock
from nnengine import contest, datasets
from nnengine.contest.curve import Curve
from nnengine.sandbox import Tier
from projects import standings
from projects.models import BOARD_PREFIX, Board, BoardData, Submission, Training

log = logging.getLogger(__name__)

Array = npt.NDArray[Any]

#: How often (seconds) a learning curve is stored while it grows.
PROGRESS_SECONDS = 1.0
#: Wall time that predicting and scoring take at most, beside training.
AFTERWARDS_SECONDS = 80.0
#: What the editor holds at first: a linear model that trains, to be made better.
STARTERS = {
    True: """import numpy as np


def train(X, y, seed):
    \"\"\"Return the parameters, as arrays in a dict. report(value) adds to the learning curve.\"\"\"
    X = X.reshape(len(X), -1)
    rng = np.random.default_rng(seed)
    classes = int(y.max()) + 1
    W, b = rng.normal(0, 0.01, (X.shape[1], classes)), np.zeros(classes)
    Y = np.eye(classes)[y]
    for step in range(200):
        Z = X @ W + b
        P = np.exp(Z - Z.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        report(-np.mean(np.log(P[np.arange(len(y)), y] + 1e-12)), step)
        dZ = (P - Y) / len(X)
        W, b = W - 0.5 * X.T @ dZ, b - 0.5 * dZ.sum(axis=0)
    return {"W": W, "b": b}


def predict(params, X):
    \"\"\"Return the class of each example.\"\"\"
    return (X.reshape(len(X), -1) @ params["W"] + params["b"]).argmax(axis=1)
""",
    False: """import numpy as np


def train(X, y, seed):
    \"\"\"Return the parameters, as arrays in a dict. report(value) adds to the learning curve.\"\"\"
    X = X.reshape(len(X), -1)
    mean, spread = X.mean(axis=0), X.std(axis=0) + 1e-9
    Z = (X - mean) / spread
    w, b = np.zeros(Z.shape[1]), y.mean()
    for step in range(200):
        error = Z @ w + b - y
        report(np.mean(error**2), step)
        w, b = w - 0.1 * Z.T @ error / len(y), b - 0.1 * error.mean()
    return {"w": w, "b": b, "mean": mean, "spread": spread}


def predict(params, X):
    \"\"\"Return a number for each example.\"\"\"
    return (X.reshape(len(X), -1) - params["mean"]) / params["spread"] @ params["w"] + params["b"]
""",
}


@dataclass(frozen=True)
class Examples:
    """A board's data, divided as its seed says."""

    board: Board
    features: Array
    labels: Array

    @cached_property
    def parts(self) -> contest.Parts:
        """Which examples are given, and which are hidden."""
        return contest.split(
            self.labels,
            train_percent=self.board.train_percent,
            public_percent=self.board.public_percent,
            seed=self.board.split_seed,
            by_class=contest.METRICS[self.board.metric].of_classes,
        )

    @property
    def given(self) -> tuple[Array, Array]:
        """The features and labels that teams train on."""
        return self.features[self.parts.train], self.labels[self.parts.train]


@dataclass(frozen=True)
class Outcome:
    """What a run brought: the fields of its `Training`, and what ranks it."""

    fields: dict[str, Any]
    merit: float | None


def is_board(exercise: str) -> bool:
    """Whether hand-ins that name this are trained for a leaderboard."""
    return exercise.startswith(BOARD_PREFIX)


def board_of(exercise: str) -> Board:
    """Return the board that a hand-in names.

    Raises
    ------
    Board.DoesNotExist
        There is none.
    """
    return Board.objects.select_related("challenge").get(pk=int(exercise.removeprefix(BOARD_PREFIX)))


def examples_of(board: Board) -> Examples:
    """Read a board's data."""
    stored = io.BytesIO(bytes(BoardData.objects.get(pk=board.pk).content))
    with np.load(stored, allow_pickle=False) as arrays:
        return Examples(board, arrays["X"], arrays["y"])


def check_split(board: Board, features: Array, labels: Array) -> None:
    """Raise ValueError unless every part of the data gets examples."""
    _parts = Examples(board, features, labels).parts


def of_classes(metric: str) -> bool:
    """Whether a metric's labels are classes rather than any numbers."""
    return contest.METRICS[metric].of_classes


def starter(metric: str) -> str:
    """Return code that trains and predicts, to begin with."""
    return STARTERS[of_classes(metric)]


def most_seconds(exercise: str) -> float:
    """Return how long (on the wall's clock) a run may take before whoever works on it is stuck."""
    return _budget(board_of(exercise)).wall_seconds + AFTERWARDS_SECONDS


def slots_are_taken(*, now: datetime) -> bool:
    """Whether so many runs train that another would leave no worker for exercises and quizzes.

    Who takes a slot locks first (`lock_slots`), so that two workers do not both count the same free one.
    """
    running = Submission.objects.ungraded().filter(exercise__startswith=BOARD_PREFIX, leased_until__gt=now)
    return running.count() >= max(1, settings.GRADERS - 1)


def lock_slots() -> None:
    """Let one worker at a time take a slot, until its transaction ends: the oldest board is the token."""
    Board.objects.select_for_update().order_by("pk").first()


def train(submission: Submission, *, run: int, source: bytes) -> Outcome:
    """Train and score a hand-in; what it learns is stored as it goes, as long as `run` is the last one.

    Raises
    ------
    IsolationUnavailable
        This machine cannot isolate student code.
    SandboxCrashed
        The sandbox failed, not the student.
    """
    board = board_of(submission.exercise)
    examples = examples_of(board)
    _begin(submission, run)
    features, labels = examples.given
    found = contest.compete(
        source,
        filename=submission.filename,
        task=contest.Task(features, labels, examples.features[examples.parts.hidden]),
        seed=submission.seed,
        budget=_budget(board),
        progress=_Progress(submission.pk, run),
        tier=cast("Tier", settings.SANDBOX_TIER),
    )
    return _outcome(found, examples)


def record(submission: Submission, *, run: int, fields: dict[str, Any], now: datetime) -> None:
    """Store what a run brought; the caller has made sure that the run is the last one."""
    began = Training.objects.filter(pk=submission.pk, run=run).values_list("began_at", flat=True).first()
    row = fields | {"run": run, "began_at": began or now}
    Training.objects.update_or_create(submission=submission, defaults=row)


def _budget(board: Board) -> contest.Budget:
    return contest.Budget(board.cpu_seconds, board.memory_mib << 20, board.max_parameters)


def _begin(submission: Submission, run: int) -> None:
    """Begin the row anew, unless somebody else has taken the hand-in over."""
    if Submission.objects.filter(pk=submission.pk, run=run).exists():
        Training.objects.filter(pk=submission.pk).delete()
        Training.objects.create(submission=submission, run=run, began_at=clock.now())


class _Progress:
    """Stores a learning curve as it grows; a database that is away costs a picture, not the run."""

    def __init__(self, submission: int, run: int) -> None:
        self.row = Training.objects.filter(pk=submission, run=run)
        self.next_at = 0.0

    def __call__(self, curve: Curve) -> None:
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + PROGRESS_SECONDS
        try:
            self.row.update(curve=curve.points)
        except DatabaseError as error:
            log.warning("A learning curve could not be stored: %s", error)


def _outcome(found: contest.Run, examples: Examples) -> Outcome:
    failure = found.failure
    scores: dict[str, Any] = {}
    merit = None
    if failure is None:
        try:
            scores, merit = _scores(found.predictions, examples)
        except contest.Unusable as error:
            failure = contest.Failure("predict", "unusable", error.message)
    detail = failure.detail if failure else ""
    fields = {
        "curve": found.curve.points,
        "printed": found.printed,
        "cpu_seconds": found.cpu_seconds,
        "parameters": found.parameters,
        "stage": failure.stage if failure else "",
        "reason": failure.reason if failure else "",
        "detail": str(getattr(detail, "en", detail)),
        "detail_de": getattr(detail, "de", ""),
        "line": failure.line if failure and failure.line and 0 < failure.line < 2**31 else None,
    }
    return Outcome(fields | scores, merit)


def _scores(predictions: object, examples: Examples) -> tuple[dict[str, Any], float]:
    """Compare with the hidden labels, which only this process knows."""
    board, parts = examples.board, examples.parts
    values = contest.METRICS[board.metric].values(predictions, examples.labels[parts.hidden])
    public, private = values[: len(parts.public)], values[len(parts.public) :]
    scores: dict[str, Any] = {}
    for prefix, part in (("", public), ("private_", private)):
        means = standings.resampled_means(part, seed=board.resampling_seed)
        low, high = standings.interval(means)
        mean = float(part.mean())
        if not all(map(math.isfinite, (mean, low, high))):
            raise contest.Unusable(
                "values too large to be averaged", "Werte, die zu groß sind, um sie zu mitteln"
            )
        scores |= {f"{prefix}score": mean, f"{prefix}low": low, f"{prefix}high": high}
        scores[f"{prefix}means"] = means.tobytes()
    return scores, scores["score"] if board.larger_is_better else -scores["score"]


def own_examples(name: str, *, seed: int) -> tuple[Array, Array, list[str]]:
    """Return features, labels and class names of one of the engine's data sets; `seed` draws made-up ones."""
    if name == "digits":
        digits = datasets.digits()
        features = np.concatenate([digits.x_train, digits.x_test])
        return features, np.concatenate([digits.y_train, digits.y_test]), [str(digit) for digit in range(10)]
    rng = np.random.default_rng(seed)
    points = {"moons": datasets.moons, "spirals": datasets.spirals, "flower": datasets.flower}[name]
    features, labels = points(1200, rng=rng, noise={"moons": 0.25, "spirals": 0.06, "flower": 0.3}[name])
    return features, labels, ["0", "1"]
