"""The public vote, counted."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import F

from projects import ranking
from projects.models import Choice, Hackathon, Project, competing


@dataclass(frozen=True)
class VoteLine:
    """A project's points by Borda's count; those with as many share the place."""

    place: int
    project: Project
    points: int
    ballots: int


@dataclass(frozen=True)
class VoteCount:
    """How many voted, and the projects that somebody chose, the most points first."""

    ballots: int
    lines: list[VoteLine]


def vote_count(*, hackathon: Hackathon) -> VoteCount:
    """Count the ballots; two queries.

    A project withdrawn since, or become the voter's own, is passed over: those behind it move up.
    """
    projects = {
        one.pk: one for one in competing(hackathon, None).select_related("team").only("title", "team__name")
    }
    choices = (
        Choice.objects.filter(ballot__hackathon=hackathon)
        .exclude(project__team__memberships__user=F("ballot__user"))
        .exclude(project__authors=F("ballot__user"))
        .order_by("ballot", "place")
    )
    ballots: defaultdict[int, list[int]] = defaultdict(list)
    for ballot, project in choices.values_list("ballot_id", "project_id"):
        if project in projects:
            ballots[ballot].append(project)
    points = ranking.borda(tuple(projects), list(ballots.values()), places=hackathon.vote_places)
    named = Counter(pk for ballot in ballots.values() for pk in ballot)
    chosen = [pk for pk in projects if points[pk]]
    order = sorted(chosen, key=lambda pk: (-points[pk], projects[pk].title.casefold(), pk))
    places = ranking.tied_places([points[pk] for pk in order])
    lines = [
        VoteLine(place=place, project=projects[pk], points=points[pk], ballots=named[pk])
        for pk, place in zip(order, places, strict=True)
    ]
    return VoteCount(len(ballots), lines)
