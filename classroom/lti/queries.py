"""What the pages show: frozen rows, a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from classroom.lti.models import Context, Roster, Score, WorkLink
from classroom.lti.works import Work, works_of
from classroom.models import Course


@dataclass(frozen=True)
class LinkRow:
    """A link on the platform."""

    title: str
    url: str
    graded: bool
    has_column: bool
    seen_at: datetime
    problem: str
    sent: int
    waiting: int
    failed: int


@dataclass(frozen=True)
class ContextRow:
    """A platform's course, and the newest list of its people that was asked for."""

    context: Context
    links: list[LinkRow]
    roster: Roster | None


def contexts_of(course: Course, now: datetime) -> list[ContextRow]:
    """Return the platforms' courses that are connected with ours, with the links in them."""
    contexts = list(
        Context.objects.filter(course=course)
        .select_related("platform", "linked_by")
        .order_by("platform__name", "title", "pk")
    )
    works = {work.key: work for work in works_of(course, now)} if contexts else {}
    links = defaultdict(list)
    for link in _counted(WorkLink.objects.filter(context__in=contexts)).order_by("title", "pk"):
        if link.work in works:
            links[link.context_id].append(_row(link, works[link.work]))
    rosters = Roster.objects.filter(context__in=contexts).defer("members").order_by("pk")
    newest = {roster.context_id: roster for roster in rosters}
    return [ContextRow(context, links[context.pk], newest.get(context.pk)) for context in contexts]


def _counted(links: "QuerySet[WorkLink]") -> "QuerySet[Any]":
    open_score = Q(scores__replaced_at=None)
    return links.annotate(
        sent=Count("scores", filter=Q(scores__sent_at__isnull=False)),
        failed=Count("scores", filter=open_score & Q(scores__given_up_at__isnull=False)),
        waiting=Count("scores", filter=open_score & Q(scores__sent_at=None, scores__given_up_at=None)),
    )


def _row(link: Any, work: Work) -> LinkRow:  # noqa: ANN401 - a link with its counts
    return LinkRow(
        title=work.title,
        url=work.url,
        graded=work.graded,
        has_column=bool(link.lineitem_url),
        seen_at=link.seen_at,
        problem=link.problem,
        sent=link.sent,
        waiting=link.waiting,
        failed=link.failed,
    )


@dataclass(frozen=True)
class ScoreRow:
    """A line of the log."""

    score: Score
    work: str
    state: str  # sent, waiting, failed, replaced


def score_rows(scores: Iterable[Score], course: Course, now: datetime) -> list[ScoreRow]:
    """Return lines of the log, with the works' titles."""
    titles = {work.key: work.title for work in works_of(course, now)}
    return [
        ScoreRow(score, titles.get(score.link.work, score.link.title), state_of(score)) for score in scores
    ]


def state_of(score: Score) -> str:
    """Tell in a word what became of a score."""
    if score.sent_at:
        return "sent"
    if score.replaced_at:
        return "replaced"
    return "failed" if score.given_up_at else "waiting"


def scores_of(course: Course, *, failed_only: bool) -> "QuerySet[Score]":
    """Return the course's scores, the newest first."""
    scores = Score.objects.filter(link__context__course=course).select_related(
        "user", "link__context__platform"
    )
    if failed_only:
        scores = scores.filter(replaced_at=None).exclude(given_up_at=None)
    return scores.order_by("-pk")
