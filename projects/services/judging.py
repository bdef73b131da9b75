"""Judging: hand out looks evenly, keep each judge's order, leave out conflicts of interest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from classroom.models import User
from projects import ranking, words
from projects.errors import Refused
from projects.models import Conflict, Criterion, Hackathon, Judge, Look, Mark, Project, Team


def add_judge(*, hackathon: Hackathon, user: User, now: datetime) -> Judge:
    """Let somebody judge; a second time changes nothing."""
    return Judge.objects.get_or_create(hackathon=hackathon, user=user, defaults={"added_at": now})[0]


def next_look(*, judge: Judge, now: datetime) -> Look | None:
    """Return the project the judge should look at now; None when there is none left.

    The least seen goes first, of those the one least compared with what the judge has seen. The judge's own
    teams and declared conflicts are left out.

    Raises
    ------
    Refused
        Judging is not open.
    """
    check_judging_open(hackathon=judge.hackathon, now=now)
    with transaction.atomic():
        # One at a time, or two judges would be sent to the same project.
        Hackathon.objects.select_for_update().get(pk=judge.hackathon_id)
        current = Look.objects.filter(judge=judge, placed_at=None).first()
        if current:
            return current
        looks = list(
            Look.objects.filter(judge__hackathon=judge.hackathon_id).values_list("judge_id", "project_id")
        )
        seen = [project for by, project in looks if by == judge.pk]
        candidates = _may_judge(judge).exclude(pk__in=seen).order_by("pk").values_list("pk", flat=True)
        chosen = ranking.next_to_see(
            list(candidates), looks=_counted(looks), seen=seen, together=_together(looks)
        )
        return Look.objects.create(judge=judge, project_id=chosen, begun_at=now) if chosen else None


def place(*, look: Look, at: int, marks: Mapping[Criterion, int], comment: str, now: datetime) -> None:
    """Put a look into the judge's order, at place `at` (1 is the best); those behind it move back.

    A look that has a place already moves, and its marks and comment change.

    Raises
    ------
    Refused
        Judging is not open.
    """
    check_judging_open(hackathon=look.judge.hackathon, now=now)
    with transaction.atomic():
        others = list(_order(look.judge).exclude(pk=look.pk))
        others.insert(max(0, at - 1), look)
        Look.objects.filter(pk=look.pk).update(placed_at=look.placed_at or now, place=1, comment=comment)
        _renumber(others)
        Mark.objects.filter(look=look).delete()
        Mark.objects.bulk_create(
            Mark(look=look, criterion=criterion, points=points) for criterion, points in marks.items()
        )


def reorder(*, judge: Judge, order: Sequence[int], now: datetime) -> None:
    """Take over the judge's whole order, best first, as ids of looks.

    Raises
    ------
    Refused
        Judging is not open, or the order is not of exactly what the judge has placed (another tab has).
    """
    check_judging_open(hackathon=judge.hackathon, now=now)
    with transaction.atomic():
        placed = {look.pk: look for look in _order(judge)}
        if sorted(order) != sorted(placed):
            raise Refused(_("Your list has changed in another window. Look at it again, then order it."))
        _renumber([placed[pk] for pk in order])


def declare_conflict(*, judge: Judge, team: Team, now: datetime) -> None:
    """Never show the judge this team's project (again); what was said about it is forgotten."""
    with transaction.atomic():
        Conflict.objects.get_or_create(judge=judge, team=team, defaults={"declared_at": now})
        Look.objects.filter(judge=judge, project__team=team).delete()
        _renumber(list(_order(judge)))


def check_judging_open(*, hackathon: Hackathon, now: datetime) -> None:
    """Raise `Refused` outside the judging window; its end itself is already too late."""
    opens_at, closes_at = hackathon.judging_opens_at, hackathon.judging_closes_at
    if opens_at is None:
        raise Refused(_("The organisers have not set the time of judging yet."))
    if now < opens_at:
        raise Refused(
            _("Judging opens on %(when)s.") % {"when": words.moment(opens_at, hackathon.course)},
            until=opens_at,
        )
    if closes_at and now >= closes_at:
        raise Refused(_("Judging closed on %(when)s.") % {"when": words.moment(closes_at, hackathon.course)})


def _may_judge(judge: Judge) -> QuerySet[Project]:
    return (
        Project.objects.filter(team__hackathon=judge.hackathon_id, withdrawn_at=None)
        .exclude(team__conflicts__judge=judge)
        .exclude(team__memberships__user=judge.user_id)
    )


def _order(judge: Judge) -> QuerySet[Look]:
    return Look.objects.filter(judge=judge).exclude(placed_at=None).order_by("place", "pk")


def _renumber(looks: Sequence[Look]) -> None:
    for number, look in enumerate(looks, start=1):
        look.place = number
    Look.objects.bulk_update(looks, ["place"])


def _counted(looks: Sequence[tuple[int, int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for _by, project in looks:
        counts[project] = counts.get(project, 0) + 1
    return counts


def _together(looks: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    seen_by: dict[int, list[int]] = {}
    for by, project in looks:
        seen_by.setdefault(by, []).append(project)
    counts: dict[tuple[int, int], int] = {}
    for projects in seen_by.values():
        for pair in combinations(projects, 2):
            counts[pair] = counts.get(pair, 0) + 1
    return counts
