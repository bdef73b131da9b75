"""A number on a dashboard, and the address of the rows behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db.models import Avg, Count, Max, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from classroom import heartbeat
from classroom.models import Outcome, Standing, Tally, standing_is
from classroom.pages.dashboards.rows.subject import Scene

#: After so long without a sign of life of the workers what they count is called old.
SILENT = timedelta(minutes=3)
#: How many bins a distribution has; the last holds 90 % and up to all points.
BINS = 10


@dataclass(frozen=True)
class Figure:
    """A number with what it counts; `url` opens the rows. `tone` is one of the design's."""

    label: str | Promise
    count: int
    url: str
    tone: str = ""


def rows_url(scene: Scene, subject: str, **query: str | int | None) -> str:
    """Return the address of the rows of a subject, narrowed by what is not empty."""
    address = reverse("rows", args=[scene.course.slug, subject])
    wanted = {name: value for name, value in query.items() if value is not None and value != ""}
    return f"{address}?{urlencode(wanted)}" if wanted else address


@dataclass(frozen=True)
class Counts:
    """What a class has come to with one piece of work."""

    by_standing: Mapping[str, int]
    solved: int
    mean: float | None
    bins: list[int]

    @property
    def people(self) -> int:
        """How many students there are to count."""
        return sum(self.by_standing.values())

    @property
    def handed_in(self) -> int:
        """How many have handed in."""
        return self.by_standing[Standing.DONE] + self.by_standing[Standing.UNGRADED]

    @property
    def graded(self) -> int:
        """How many have a result."""
        return sum(self.bins)


@dataclass(frozen=True)
class Age:
    """How old the numbers are that a worker counts: what changed is in them within `seconds`.

    `newest` is when a change was counted last; `silent_since` tells since when no worker counts, if so.
    """

    seconds: int
    newest: datetime | None
    silent_since: datetime | None


def age_of(scene: Scene) -> Age:
    """Return how old a course's numbers are, in one query; of an archived course nothing changes."""
    newest = Tally.objects.filter(course=scene.course).aggregate(last=Max("counted_at"))["last"]
    swept = None if scene.course.archived_at else heartbeat.last()
    silent = swept is not None and scene.now - swept > SILENT
    return Age(settings.COUNT_SECONDS, newest, swept if silent else None)


def counts_of(scene: Scene, keys: list[str]) -> dict[str, Counts]:
    """Return by piece of work what the class has come to, in one query; nothing of what was never counted."""
    figures: dict[str, Any] = {
        standing.value: Count("pk", filter=standing_is(standing, scene.now)) for standing in Standing
    }
    figures |= {f"bin{place}": Count("pk", filter=_bin(place)) for place in range(BINS)}
    rows = (
        Outcome.objects.filter(course=scene.course, item__in=keys)
        .order_by()
        .values("item")
        .annotate(mean=Avg("share"), solved=Count("pk", filter=Q(solved_at__isnull=False)), **figures)
    )
    return {
        row["item"]: Counts(
            {standing.value: row[standing.value] for standing in Standing},
            row["solved"],
            row["mean"],
            [row[f"bin{place}"] for place in range(BINS)],
        )
        for row in cast("Iterable[dict[str, Any]]", rows)
    }


def bin_edges(place: int) -> tuple[int | None, int | None]:
    """Return from which percent to below which a bin goes; None where it is open."""
    return (
        100 * place // BINS if place else None,
        100 * (place + 1) // BINS if place < BINS - 1 else None,
    )


def _bin(place: int) -> Q:
    least, below = bin_edges(place)
    condition = Q(share__isnull=False)
    if least is not None:
        condition &= Q(share__gte=least / 100)
    if below is not None:
        condition &= Q(share__lt=below / 100)
    return condition


def bin_label(place: int) -> str:
    """Return how a bin reads."""
    return f"{100 * place // BINS}–{100 * (place + 1) // BINS} %"
