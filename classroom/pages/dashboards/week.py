"""One week's work: how far the class is, how it scored, what goes wrong, and how long it took."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from classroom.charts import Chart, Kind
from classroom.models import Mistake, Outcome, Standing
from classroom.pages.dashboards.figures import (
    BINS,
    Counts,
    Figure,
    bin_edges,
    bin_label,
    counts_of,
    rows_url,
)
from classroom.pages.dashboards.pieces import Piece, keys
from classroom.pages.dashboards.rows.subject import Scene
from classroom.pages.dashboards.rows.work import graded_functions
from projects.queries.sheets import VERDICTS

#: How many mistakes are shown.
MISTAKES = 8
#: How many students one page of the heat map shows.
HEAT_PAGE = 40
#: Bins of minutes, the last open; how each reads.
MINUTES = (0, 10, 30, 60, 120, 360, 1440)


@dataclass(frozen=True)
class Panel:
    """A piece of work and what the class has come to with it; no figures until it has been counted."""

    piece: Piece
    figures: list[Figure]
    counts: Counts | None
    results_url: str
    chart: Chart | None

    @property
    def mean_percent(self) -> float | None:
        """The mean score in percent."""
        return None if self.counts is None or self.counts.mean is None else 100 * self.counts.mean


def panels(scene: Scene, pieces: Sequence[Piece]) -> list[Panel]:
    """Return each piece's figures, in one query."""
    found = counts_of(scene, keys(pieces))
    return [_panel(scene, piece, found.get(piece.key)) for piece in pieces]


def _panel(scene: Scene, piece: Piece, counts: Counts | None) -> Panel:
    figures = []
    if counts:
        figures = [
            Figure(
                standing.label,
                counts.by_standing[standing],
                rows_url(scene, "work", item=piece.key, standing=standing.value),
                "bad" if standing == Standing.MISSED and counts.by_standing[standing] else "",
            )
            for standing in Standing
        ]
        if piece.has_functions:
            figures.append(
                Figure(
                    _("wholly right"), counts.solved, rows_url(scene, "work", item=piece.key, solved="yes")
                )
            )
    return Panel(
        piece,
        figures,
        counts,
        rows_url(scene, "work", item=piece.key, at_least=0),
        _distribution(scene, piece, counts) if counts and counts.graded else None,
    )


def _distribution(scene: Scene, piece: Piece, counts: Counts) -> Chart:
    edges = [bin_edges(place) for place in range(BINS)]
    return Chart(
        Kind.HISTOGRAM,
        _("Scores: %(title)s") % {"title": piece.title},
        _("Score"),
        _("Students"),
        [(bin_label(place), counts.bins[place]) for place in range(BINS)],
        height=180,
        urls=[
            rows_url(scene, "work", item=piece.key, at_least=0 if least is None else least, below=below)
            for least, below in edges
        ],
    )


@dataclass(frozen=True)
class Line:
    """A mistake, how many make it, and who."""

    title: str
    place: str
    name: str
    told: str
    count: int
    url: str


def mistakes(scene: Scene, pieces: Sequence[Piece]) -> list[Line]:
    """Return the most frequent mistakes with a name, in one query."""
    rows = (
        Mistake.objects.filter(course=scene.course, item__in=keys(pieces))
        .order_by()
        .values("item", "place", "name")
        .annotate(people=Count("pk"), said=Max("told"))
        .order_by("-people", "item", "place", "name")[:MISTAKES]
    )
    return [
        Line(
            scene.title_of(row["item"]),
            row["place"],
            row["name"],
            row["said"],
            row["people"],
            rows_url(scene, "mistakes", item=row["item"], place=row["place"], name=row["name"]),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Success:
    """How long it took to get an exercise wholly right, from the first hand-in."""

    count: int
    median_minutes: float
    url: str
    chart: Chart


def time_to_success(scene: Scene, piece: Piece) -> Success | None:
    """Return how long it took those who got it right, in one query; None where nobody did."""
    solved = Outcome.objects.filter(course=scene.course, item=piece.key, solved_at__isnull=False)
    spent = [
        (end - begun) / timedelta(minutes=1)
        for begun, end in solved.values_list("begun_at", "solved_at")
        if begun and end
    ]
    if not spent:
        return None
    bins = [*zip(MINUTES, [*MINUTES[1:], None], strict=True)]
    counts = [sum(least <= one and (below is None or one < below) for one in spent) for least, below in bins]
    chart = Chart(
        Kind.HISTOGRAM,
        _("Time to first success: %(title)s") % {"title": piece.title},
        _("From the first hand-in"),
        _("Students"),
        [(_minutes(least, below), count) for (least, below), count in zip(bins, counts, strict=True)],
        height=180,
        urls=[
            rows_url(scene, "work", item=piece.key, solved="yes", minutes_from=least, minutes_below=below)
            for least, below in bins
        ],
    )
    url = rows_url(scene, "work", item=piece.key, solved="yes")
    return Success(len(spent), median(spent), url, chart)


def _minutes(least: int, below: int | None) -> str:
    if below is None:
        return _("over a day")
    if below > 60:
        return _("%(least)s–%(below)s h") % {"least": f"{least / 60:g}", "below": f"{below / 60:g}"}
    return _("%(least)d–%(below)d min") % {"least": least, "below": below}


@dataclass(frozen=True)
class HeatCell:
    """The outcome of one function for one student."""

    verdict: str
    label: str
    tone: str
    cause: str


@dataclass(frozen=True)
class HeatRow:
    """A student's hand-in that counts."""

    who: str
    url: str
    percent: float | None
    cells: list[HeatCell | None]


@dataclass(frozen=True)
class HeatMap:
    """Students by functions: a page of students, the weakest first, and above them all of the class."""

    piece: Piece
    columns: list[tuple[str, int, float, str]]
    page: "Page[Outcome]"
    rows: list[HeatRow]
    chart: Chart


def heat_map(scene: Scene, piece: Piece, number: str | None) -> HeatMap | None:
    """Return one page of the map, in four queries; None where nothing is graded yet."""
    totals = _totals(scene, piece)
    if not totals:
        return None
    names = list(totals)
    outcomes = Outcome.objects.filter(course=scene.course, item=piece.key, source__isnull=False)
    ordered = outcomes.select_related("user").order_by("share", "user__name", "pk")
    page = Paginator(ordered, HEAT_PAGE).get_page(number)
    cells: defaultdict[int, dict[str, HeatCell]] = defaultdict(dict)
    grades = graded_functions(scene, piece.key).filter(submission__in=[one.source for one in page])
    for submission, name, verdict, cause in grades.values_list("submission_id", "name", "verdict", "cause"):
        label, tone = VERDICTS.get(verdict, (verdict, "bad"))
        cells[submission][name] = HeatCell(verdict, str(label), tone, cause)
    rows = [
        HeatRow(
            str(one.user),
            reverse("projects:submission", args=[scene.course.slug, one.source]),
            None if one.share is None else 100 * one.share,
            [cells[one.source or 0].get(name) for name in names],
        )
        for one in page
    ]
    columns = [
        (
            name,
            totals[name].get("correct", 0),
            totals[name].get("correct", 0) / sum(totals[name].values()),
            rows_url(scene, "functions", item=piece.key, function=name, verdict="correct"),
        )
        for name in names
    ]
    return HeatMap(piece, columns, page, rows, _verdicts(scene, piece, totals))


def _totals(scene: Scene, piece: Piece) -> dict[str, dict[str, int]]:
    """Return by function, in its order, how many hand-ins got each verdict."""
    rows: Iterable[tuple[str, str, int, int]] = (
        graded_functions(scene, piece.key)
        .order_by()
        .values_list("name", "verdict")
        .annotate(place=Max("position"), people=Count("pk"))
    )
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, verdict, _place, people in sorted(rows, key=lambda row: (row[2], row[0])):
        found[name][verdict] = people
    return dict(found)


def _verdicts(scene: Scene, piece: Piece, totals: dict[str, dict[str, int]]) -> Chart:
    """Draw functions by verdicts: where the class is stuck, at one glance."""
    seen = [verdict for verdict in VERDICTS if any(verdict in counts for counts in totals.values())]
    places = [(name, verdict) for verdict in seen for name in totals]
    return Chart(
        Kind.HEAT,
        _("What the grader said, function by function"),
        _("Function"),
        _("Students"),
        [(name, totals[name].get(verdict, 0), str(VERDICTS[verdict][0])) for name, verdict in places],
        urls=[
            rows_url(scene, "functions", item=piece.key, function=name, verdict=verdict)
            for name, verdict in places
        ],
        height=60 + 34 * len(seen),
    )
