"""Projects by where their approval stands."""

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from projects.models import Hackathon, Project


def projects_to_review(*, hackathon: Hackathon, search: str = "", state: str = "") -> QuerySet[Project]:
    """Return the registered projects, those that wait first; `search` is in title or team."""
    found = Project.objects.registered().filter(team__hackathon=hackathon)
    for word in search.split():
        found = found.filter(Q(title__icontains=word) | Q(team__name__icontains=word))
    if state in Project.Review.values:
        found = found.in_review(Project.Review(state))
    waits = Q(approved_at=None, changes_wanted_at=None)
    return (
        found.select_related("team", "challenge", "reviewed_by")
        .annotate(waits=Count("pk", filter=waits))
        .order_by("-waits", "registered_at", "pk")
    )


def count_reviews(*, hackathon: Hackathon) -> list[tuple[str | Promise, int]]:
    """Return how many projects stand where, by the state's name; one query."""
    registered = Project.objects.registered().filter(team__hackathon=hackathon)
    counted = registered.aggregate(
        everybody=Count("pk"), approved=Count("approved_at"), changes=Count("changes_wanted_at")
    )
    waiting = counted["everybody"] - counted["approved"] - counted["changes"]
    return [
        (Project.Review.SUBMITTED.label, waiting),
        (Project.Review.CHANGES.label, counted["changes"]),
        (Project.Review.APPROVED.label, counted["approved"]),
    ]
