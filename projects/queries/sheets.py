"""The grade sheet: a report in the reader's language, and where the hand-in stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from classroom import lease
from projects.models import State, Submission
from projects.queries.network import Network, network_of
from projects.queries.runs import RunSheet, run_sheet

#: Most hand-ins are graded within this time.
JUST_NOW = timedelta(seconds=2)
#: The engine's verdicts in words, with the tone they are shown in.
VERDICTS: dict[str, tuple[Promise, str]] = {
    "correct": (_("Correct"), "good"),
    "wrong_values": (_("Wrong values"), "bad"),
    "wrong_shape": (_("Right values, wrong shape"), "warn"),
    "not_finite": (_("Not finite"), "bad"),
    "raised": (_("Raised an error"), "bad"),
    "too_slow": (_("Too slow"), "warn"),
    "missing": (_("Missing"), "none"),
    "not_from_scratch": (_("Not from scratch"), "bad"),
    "tampering": (_("Tampering"), "bad"),
}


@dataclass(frozen=True)
class DifferenceCell:
    """One value of `got - expected`: as text, and how far off from 0 to 10."""

    text: str
    heat: int


@dataclass(frozen=True)
class Step:
    """One function on the sheet."""

    name: str
    verdict: str
    label: Promise | str
    tone: str
    points: float
    max_points: float
    cause: str
    message: str
    hint: str
    expected: str
    got: str
    first_index: str
    difference: list[list[DifferenceCell]]

    @property
    def is_correct(self) -> bool:
        """Whether it earned full credit."""
        return self.verdict == "correct"


@dataclass(frozen=True)
class Sheet:
    """Where a hand-in stands, and what the grader said."""

    submission: Submission
    state: State
    before: int
    problems: list[str]
    steps: list[Step]
    network: Network | None
    poll_milliseconds: int
    run: RunSheet | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing changes any more without somebody's act, so that a poll may stop."""
        return self.state in {State.GRADED, State.FAILED, State.RECEIVED}

    @property
    def correct(self) -> int:
        """How many functions are right."""
        return sum(step.is_correct for step in self.steps)


def sheet_of(*, submission: Submission, now: datetime) -> Sheet:
    """Return the sheet in the reader's language."""
    state = submission.state(now)
    report = submission.report or {}
    steps = [_step(result) for result in report.get("functions", ())]
    return Sheet(
        submission=submission,
        state=state,
        before=ahead_of(submission, now=now) if state is State.WAITING else 0,
        problems=[said(problem["message"]) for problem in report.get("problems", ())],
        steps=steps,
        network=network_of({step.name: step.tone for step in steps}, report.get("uses", {})),
        poll_milliseconds=_poll(submission, state, now),
        run=run_sheet(submission=submission, now=now),
    )


def _poll(submission: Submission, state: State, now: datetime) -> int:
    """Say how soon to look again: at once after handing in, seldom when waiting is all one can do."""
    if state is State.BLOCKED:
        return 5000
    if submission.challenge.has_board and state is State.GRADING:
        return 1500  # a curve is drawn anew each time
    return 150 if now - submission.submitted_at < JUST_NOW else 700


def ahead_of(submission: Submission, *, now: datetime) -> int:
    """Return how many hand-ins will be graded before this one."""
    earlier = Q(priority__lt=submission.priority) | Q(
        priority=submission.priority, submitted_at__lt=submission.submitted_at
    )
    return Submission.objects.ungraded().filter(lease.available(now)).filter(earlier).count()


def said(text: Mapping[str, str] | None) -> str:
    """Choose the reader's language of a text that the engine gave in two."""
    if not text:
        return ""
    return text["de"] if (get_language() or "").startswith("de") else text["en"]


def _step(result: Mapping[str, Any]) -> Step:
    label, tone = VERDICTS.get(result["verdict"], (result["verdict"], "bad"))
    return Step(
        name=result["name"],
        verdict=result["verdict"],
        label=label,
        tone=tone,
        points=result["points"],
        max_points=result["max_points"],
        cause=result["cause"] or "",
        message=said(result["message"]),
        hint=said(result["hint"]),
        expected=result["expected"] or "",
        got=result["got"] or "",
        first_index=result["first_index"] or "",
        difference=_cells(result["difference"] or []),
    )


def _cells(rows: list[list[float | None]]) -> list[list[DifferenceCell]]:
    """Shade each difference by its share of the largest one."""
    largest = max((abs(value) for row in rows for value in row if value is not None), default=0.0)
    return [
        [
            DifferenceCell("nan", 10)
            if value is None
            else DifferenceCell(f"{value:.2g}", round(10 * abs(value) / largest) if largest else 0)
            for value in row
        ]
        for row in rows
    ]
