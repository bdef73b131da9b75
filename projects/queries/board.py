"""A leaderboard: who stands where, how sure that is, and at what cost."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext

from classroom import clock
from classroom.charts import Chart, Kind
from classroom.live import News
from projects import standings, words
from projects.models import Board, Hackathon, Project, Submission, Training

#: How many teams a chart shows at least.
MOST_DRAWN = 100
#: How many boards a process keeps the ranking of.
MOST_KEPT = 20

_kept: dict[str, "list[Standing]"] = {}
_keeping = threading.Lock()


@dataclass(frozen=True)
class Standing:
    """A team on the board. Without a scored run it has no rank and no score, and stands last."""

    team_id: int
    team: str
    runs: int
    rank: int | None = None
    submission_id: int | None = None
    metric: str = ""
    score: float | None = None
    low: float | None = None
    high: float | None = None
    public_score: float | None = None
    parameters: int | None = None
    cpu_seconds: float | None = None
    is_small: bool = False  # nobody scores as well with fewer parameters
    is_quick: bool = False  # nobody scores as well with less processor time

    @property
    def shown(self) -> str:
        """The score in words; "" where there is none."""
        return self._said(self.score)

    @property
    def shown_public(self) -> str:
        """The public score in words, for when `score` is the final one."""
        return self._said(self.public_score)

    @property
    def between(self) -> str:
        """The score's interval in words."""
        low, high = self._said(self.low), self._said(self.high)
        return f"{low} – {high}" if low and high else ""

    def _said(self, value: float | None) -> str:
        return "" if value is None else words.score(self.metric, value)


@dataclass(frozen=True)
class Standings:
    """A board as it is shown at one time; `unsettled` runs wait or train."""

    board: Board
    rows: list[Standing]
    is_frozen: bool
    is_final: bool
    unsettled: int

    @property
    def charts(self) -> list[Chart]:
        """Score against parameters and against processor time: the best, and whoever is on a front."""
        scored = [row for row in self.rows if row.score is not None]
        shown = [
            row for place, row in enumerate(scored) if place < MOST_DRAWN or row.is_small or row.is_quick
        ]
        if len(shown) < 2:
            return []
        small = [(row, row.parameters, row.is_small) for row in shown if row.parameters]
        quick = [(row, row.cpu_seconds, row.is_quick) for row in shown if row.cpu_seconds]
        return [
            _pareto(self.board, gettext("Score and size"), gettext("parameters"), small),
            _pareto(self.board, gettext("Score and time"), gettext("processor time (seconds)"), quick),
        ]


def _pareto(
    board: Board, title: str, cost: str, points: Sequence[tuple[Standing, float | None, bool]]
) -> Chart:
    """Draw scores over a cost; those that nobody beats at both are a series of their own."""
    percent = board.metric == Board.Metric.ACCURACY
    return Chart(
        Kind.DOTS,
        title,
        cost,
        gettext("accuracy in percent") if percent else gettext("error"),
        [
            (
                round(x, 3) if x else x,
                None if row.score is None else round(100 * row.score, 2) if percent else row.score,
                gettext("nobody does as well with less") if is_front else gettext("others"),
            )
            for row, x, is_front in points
        ],
        names=[row.team for row, _, _ in points],
        logarithmic=True,
    )


@dataclass(frozen=True)
class BoardResult:
    """What a team's counting run brought, for cards: `curve` is what its code reported, (step, value)."""

    submission_id: int
    metric: str
    score: float
    low: float
    high: float
    rank: int
    of: int
    parameters: int | None
    cpu_seconds: float | None
    curve: list[tuple[int, float | None]]
    is_final: bool


def standings_of(*, board: Board, now: datetime) -> Standings:
    """Return the board as everybody may see it at `now`, in five queries at most.

    Frozen, it shows the runs handed in before that; in the end, the private score of all.
    """
    runs = _runs(board, now)
    counts = _counts(runs)
    chosen = Project.objects.filter(challenge=board.challenge_id, withdrawn_at=None)
    names = dict(chosen.order_by("team__name", "pk").values_list("team_id", "team__name"))
    ranked = ranking_of(board, now)
    rows = [
        replace(row, team=names.get(row.team_id, row.team), runs=counts.get(row.team_id, 0)) for row in ranked
    ]
    seen = {row.team_id for row in ranked}
    rows += [Standing(pk, name, counts.get(pk, 0)) for pk, name in names.items() if pk not in seen]
    unsettled = Submission.objects.ungraded().filter(challenge=board.challenge_id).count()
    return Standings(board, rows, board.is_frozen(now), board.is_final(now), unsettled)


def board_results(
    *, hackathon: Hackathon, now: datetime, teams: Collection[int], challenges: Collection[int]
) -> dict[int, BoardResult]:
    """Return by team what its counting run brought, as the boards show it at `now`.

    Of the boards of these challenges, for these teams: one query, and three a board at most.
    """
    found: dict[int, BoardResult] = {}
    boards = Board.objects.filter(challenge__hackathon=hackathon, challenge__in=challenges)
    for board in boards.select_related("challenge"):
        is_final = board.is_final(now)
        scored = [row for row in ranking_of(board, now) if row.score is not None]
        wanted = [row for row in scored if row.team_id in teams]
        curves = dict(
            Training.objects.filter(pk__in=[row.submission_id for row in wanted]).values_list("pk", "curve")
        )
        found |= {row.team_id: _result(board, row, len(scored), curves, is_final=is_final) for row in wanted}
    return found


def chance_of_lead(*, first: BoardResult, second: BoardResult) -> float:
    """Return in which share of the resamples the first run scores better, ties half, from one query."""
    stored = Training.objects.in_bulk([first.submission_id, second.submission_id])
    column = "private_means" if first.is_final else "means"
    one, two = (
        np.frombuffer(bytes(getattr(stored[side.submission_id], column)), dtype=np.float32)
        for side in (first, second)
    )
    lead = one - two if first.metric == Board.Metric.ACCURACY else two - one
    return float(np.mean(lead > 0) + np.mean(lead == 0) / 2)


def _result(board: Board, row: Standing, of: int, curves: dict[int, Any], *, is_final: bool) -> BoardResult:
    return BoardResult(
        submission_id=row.submission_id or 0,
        metric=board.metric,
        score=row.score or 0.0,
        low=row.low or 0.0,
        high=row.high or 0.0,
        rank=row.rank or 0,
        of=of,
        parameters=row.parameters,
        cpu_seconds=row.cpu_seconds,
        curve=[(step, value) for step, value in curves[row.submission_id or 0]],
        is_final=is_final,
    )


def _runs(board: Board, now: datetime) -> QuerySet[Submission]:
    """Keep the runs that the board may show: none from after the freeze, none from after the final result."""
    runs = Submission.objects.filter(challenge=board.challenge_id, team__isnull=False)
    if board.is_final(now):
        return runs.filter(submitted_at__lt=board.final_at)
    return runs.filter(submitted_at__lt=board.freezes_at) if board.is_frozen(now) else runs


def _counts(runs: QuerySet[Submission]) -> dict[int, int]:
    rows = runs.order_by().values("team").annotate(runs=Count("pk", filter=Q(failed_at=None)))
    return {row["team"]: row["runs"] for row in rows}


def ranking_of(board: Board, now: datetime) -> list[Standing]:
    """Return the teams that have a score, the best first; worked out once for what `key_of` names.

    A process keeps the last `MOST_KEPT` boards: of a thousand teams, ranking takes longer than all the rest.
    """
    policy = board.challenge.policy
    key = f"{board.token}/{policy}/{board.freezes_at}/{board.final_at}/{key_of(board, now)}"
    with _keeping:
        if (kept := _kept.pop(key, None)) is None:
            kept = _ranked(board, _runs(board, now), private=board.is_final(now))
        _kept[key] = kept  # the one used last stands last
        while len(_kept) > MOST_KEPT:
            _kept.pop(next(iter(_kept)))
    return kept


def _ranked(board: Board, runs: QuerySet[Submission], *, private: bool) -> list[Standing]:
    part = "training__private_" if private else "training__"
    names = {"training__score", "training__parameters", "training__cpu_seconds"}
    names |= {f"{part}{name}" for name in ("score", "low", "high", "means")}
    counting = runs.counting(board.challenge)  # type: ignore[attr-defined]
    counting = counting.order_by("submitted_at", "pk")  # of equal scores the first comes first
    rows, means = [], []
    for found in counting.values("team_id", "team__name", "pk", *sorted(names)):
        standing = Standing(
            team_id=found["team_id"],
            team=found["team__name"],
            runs=0,
            submission_id=found["pk"],
            metric=board.metric,
            score=found[f"{part}score"],
            low=found[f"{part}low"],
            high=found[f"{part}high"],
            public_score=found["training__score"],
            parameters=found["training__parameters"],
            cpu_seconds=found["training__cpu_seconds"],
        )
        rows.append(standing)
        stored = found[f"{part}means"]
        means.append(None if stored is None else np.frombuffer(bytes(stored), dtype=np.float32))
    scores, larger = [row.score for row in rows], board.larger_is_better
    small = standings.front(scores, [row.parameters for row in rows], larger_is_better=larger)
    quick = standings.front(scores, [row.cpu_seconds for row in rows], larger_is_better=larger)
    return [
        replace(rows[index], rank=rank, is_small=index in small, is_quick=index in quick)
        for index, rank in standings.ranked(scores, means, larger_is_better=larger)
    ]


def key_of(board: Board, now: datetime) -> str:
    """Return what a page of the board is drawn from: as long as it stays the same, nothing has changed."""
    shown = _runs(board, now).aggregate(at=Max("graded_at"), chosen=Max("chosen_at"), count=Count("merit"))
    phase = "final" if board.is_final(now) else "frozen" if board.is_frozen(now) else "live"
    times = [at.isoformat() if at else "" for at in (shown["at"], shown["chosen"])]
    return "/".join([phase, str(shown["count"]), *times])


def news_of(token: str) -> News | None:
    """Return what a board's pages may know without signing in: that something is new, and how many wait."""
    board = Board.objects.select_related("challenge").filter(token=token).first()
    if board is None:
        return None
    unsettled = Submission.objects.ungraded().filter(challenge=board.challenge_id).count()
    return News({"key": key_of(board, clock.now()), "unsettled": unsettled})
