"""What staff see of a challenge: students by functions, and the mistakes behind it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q
from django.utils.functional import Promise

from projects.models import Challenge, FunctionGrade, Submission
from projects.queries.sheets import VERDICTS, said


@dataclass(frozen=True)
class Cell:
    """The outcome of one function of one hand-in."""

    verdict: str
    label: Promise | str
    tone: str
    cause: str
    points: float
    max_points: float


@dataclass(frozen=True)
class Row:
    """The hand-in that counts, of one student or team; a cell is None where the function was not graded."""

    submission_id: int
    who: str
    points: float | None
    cells: list[Cell | None]


@dataclass(frozen=True)
class HeatMap:
    """Students or teams by functions, the strongest first."""

    functions: list[str]
    rows: list[Row]
    shares: list[float]

    @property
    def columns(self) -> list[tuple[str, float]]:
        """Each function with the share of rows that have it right."""
        return list(zip(self.functions, self.shares, strict=True))


def heat_map(*, challenge: Challenge) -> HeatMap:
    """Return the map of the hand-ins that count, in one query."""
    grades = (
        FunctionGrade.objects.filter(submission__in=Submission.objects.counting(challenge).values("pk"))
        .select_related("submission__user", "submission__team")
        .defer("submission__report")
        .order_by("position", "name")
    )
    positions: dict[str, int] = {}
    found: defaultdict[Submission, dict[str, Cell]] = defaultdict(dict)
    for grade in grades:
        positions.setdefault(grade.name, grade.position)
        label, tone = VERDICTS.get(grade.verdict, (grade.verdict, "bad"))
        found[grade.submission][grade.name] = Cell(
            grade.verdict, label, tone, grade.cause, grade.points, grade.max_points
        )
    functions = sorted(positions, key=lambda name: (positions[name], name))
    rows = [
        Row(
            submission_id=submission.pk,
            who=str(submission.team or submission.user),
            points=submission.points,
            cells=[cells.get(name) for name in functions],
        )
        for submission, cells in found.items()
    ]
    rows.sort(key=lambda row: (-(row.points or 0.0), row.who))
    right = Counter(
        name for cells in found.values() for name, cell in cells.items() if cell.verdict == "correct"
    )
    return HeatMap(functions, rows, [right[name] / len(rows) for name in functions])


@dataclass(frozen=True)
class Misconception:
    """A mistake with a name, and whose counting hand-ins make it."""

    function: str
    cause: str
    message: str
    submissions: list[tuple[int, str]]
    user_ids: list[int]

    @property
    def count(self) -> int:
        """How many make it."""
        return len(self.submissions)


def misconceptions(*, challenge: Challenge) -> list[Misconception]:
    """Return the named mistakes of the hand-ins that count, the most frequent first."""
    grades = (
        FunctionGrade.objects.exclude(cause="")
        .exclude(verdict__in=["correct", "missing"])
        .filter(submission__in=Submission.objects.counting(challenge).values("pk"))
        .select_related("submission__user", "submission__team")
        .order_by("position", "submission__submitted_at", "submission_id")
    )
    groups: defaultdict[tuple[str, str], list[FunctionGrade]] = defaultdict(list)
    for grade in grades:
        groups[grade.name, grade.cause].append(grade)
    found = [
        Misconception(
            function=function,
            cause=cause,
            message=_message(members[0]),
            submissions=[(g.submission_id, str(g.submission.team or g.submission.user)) for g in members],
            user_ids=[g.submission.user_id for g in members],
        )
        for (function, cause), members in groups.items()
    ]
    return sorted(found, key=lambda item: -item.count)


def _message(grade: FunctionGrade) -> str:
    results = (grade.submission.report or {}).get("functions", ())
    return next((said(r["message"]) for r in results if r["name"] == grade.name and r["message"]), "")


@dataclass(frozen=True)
class Progress:
    """How far the class is."""

    handed_in: int
    all_right: int
    median_minutes_to_success: float | None


def progress(*, challenge: Challenge) -> Progress:
    """Return how many handed in, how many have everything right, and how long that took them."""
    owner = "team" if challenge.is_for_teams else "user"
    right = Q(score__isnull=False, score__gte=F("max_score"))
    rows = list(
        Submission.objects.filter(challenge=challenge)
        .values(owner)
        .annotate(hand_ins=Count("pk"), first=Min("submitted_at"), success=Min("submitted_at", filter=right))
        .order_by()
    )
    spent = sorted(_minutes(row["first"], row["success"]) for row in rows if row["success"])
    return Progress(len(rows), len(spent), _median(spent))


def _minutes(first: datetime, last: datetime) -> float:
    return (last - first) / timedelta(minutes=1)


def _median(values: list[float]) -> float | None:
    """Return the median of sorted values."""
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
