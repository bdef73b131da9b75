"""What the pages show: frozen rows, a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from classroom.lti.models import Context, WorkLink
from classroom.lti.works import Work, works_of
from classroom.models import Course


@dataclass(frozen=True)
class LinkRow:
    """A link on the platform."""

    title: str
    url: str
    sends_points: bool
    seen_at: datetime


@dataclass(frozen=True)
class ContextRow:
    """A platform's course."""

    context: Context
    links: list[LinkRow]


def contexts_of(course: Course, now: datetime) -> list[ContextRow]:
    """Return the platforms' courses that are connected with ours, with the links in them."""
    contexts = list(
        Context.objects.filter(course=course)
        .select_related("platform", "linked_by")
        .order_by("platform__name", "title", "pk")
    )
    works = {work.key: work for work in works_of(course, now)} if contexts else {}
    links = defaultdict(list)
    for link in WorkLink.objects.filter(context__in=contexts).order_by("title", "pk"):
        if link.work in works:
            links[link.context_id].append(_row(link, works[link.work]))
    return [ContextRow(context, links[context.pk]) for context in contexts]


def _row(link: WorkLink, work: Work) -> LinkRow:
    return LinkRow(work.title, work.url, work.graded and bool(link.lineitem_url), link.seen_at)
