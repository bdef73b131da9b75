"""One run for a leaderboard, as its team sees it: while it trains, what it brought, or why nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from classroom.charts import Chart, Kind
from projects import words
from projects.models import Board, Challenge, Submission, Training

#: Why there is no score, by the engine's words; each says what to do where it can.
REASONS: dict[str, Promise | str] = {
    "syntax": _("Your file cannot be read: %(detail)s"),
    "missing": _("There is no function %(detail)s in your file."),
    "raised": _("Your code raised an error%(at)s: %(detail)s"),
    "parameters": _(
        "What train returns has to be data: arrays, numbers and texts, in lists, tuples or dicts. "
        "In yours there is: %(detail)s."
    ),
    "too-many-parameters": _("Your network holds %(detail)s numbers; %(most)s are allowed."),
    "unusable": _("What predict returned cannot be scored: %(detail)s."),
    "processor-time": _(
        "It used up its processor time of %(seconds)s s. Train for fewer steps, or on smaller batches."
    ),
    "time": _("It took too long by the clock. Does it wait for something?"),
    "memory": _("It needed more than its %(memory)s MiB of memory%(at)s. Work on smaller batches."),
    "forbidden-call": _("It did something that is not allowed here, such as starting another program."),
    "too-much-output": _("What it returned is too large. Return only what predicting needs."),
    "exit": _("Your code ended the program. Return from the functions instead."),
    "crash": _("Python itself crashed while it ran your code."),
    "forged": _(
        "Your code disturbed the line between it and the site. Leave the site's own functions alone."
    ),
}
STAGES: dict[str, Promise | str] = {
    "read": _("Not trained"),
    "train": _("Training ended without a network"),
    "predict": _("Predicting ended without a score"),
}


@dataclass(frozen=True)
class RunSheet:
    """What there is to say of a run. Scores are said in words, ready to be shown; "" where there is none."""

    training: Training
    headline: str
    why: str
    score: str
    low: str
    high: str
    private_score: str
    curve: Chart | None
    board_url: str

    @property
    def is_scored(self) -> bool:
        """Whether it has a place on the board."""
        return bool(self.score)


def run_sheet(*, submission: Submission, now: datetime) -> RunSheet | None:
    """Return what a run brought so far; None before it trains, and for what is no run. Two queries."""
    if not submission.challenge.has_board:
        return None
    training = Training.objects.filter(pk=submission.pk).defer("means", "private_means").first()
    if training is None:
        return None
    board = submission.challenge.board
    private = training.private_score if board.is_final(now) else None
    return RunSheet(
        training=training,
        headline=str(STAGES.get(training.stage, "")),
        why=reason_of(training, board),
        score=_said(board, training.score),
        low=_said(board, training.low),
        high=_said(board, training.high),
        private_score=_said(board, private),
        curve=curve_of(training.curve),
        board_url=board.get_absolute_url(),
    )


def outcomes(challenge: Challenge, submissions: Sequence[Submission]) -> dict[int, tuple[str, str]]:
    """Return by run its score in words, or why it has none; two queries, and nothing for what is no run."""
    if not challenge.has_board:
        return {}
    board = challenge.board
    rows = Training.objects.filter(submission__in=[submission.pk for submission in submissions])
    rows = rows.only("stage", "reason", "detail", "detail_de", "line", "score")
    return {row.pk: (_said(board, row.score), reason_of(row, board)) for row in rows}


def reason_of(training: Training, board: Board) -> str:
    """Say why a run has no score; "" where it has one or still trains."""
    if not training.reason:
        return ""
    is_german = (get_language() or "").startswith("de")
    known = REASONS.get(training.reason, training.reason)
    return str(known) % {
        "detail": (is_german and training.detail_de) or training.detail,
        "at": gettext(" in line %(line)d") % {"line": training.line} if training.line else "",
        "most": board.max_parameters,
        "seconds": board.cpu_seconds if training.stage == "train" else PREDICT_SECONDS,
        "memory": board.memory_mib,
    }


#: What predicting may take, whatever the board's budget for training is; see `nnengine.contest`.
PREDICT_SECONDS = 10


def curve_of(points: list[tuple[int, float | None]], *, height: int = 200) -> Chart | None:
    """Return a learning curve to draw; None where the code reported nothing."""
    if not points:
        return None
    return Chart(
        Kind.LINES,
        gettext("Learning curve"),
        gettext("step"),
        gettext("what the code reported"),
        [(step, value) for step, value in points],
        height=height,
    )


def _said(board: Board, value: float | None) -> str:
    return "" if value is None else words.score(board.metric, value)
