"""Judging: hand out looks evenly, keep what judges say and each judge's order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from projects import ranking, words
from projects.errors import Refused
from projects.models import Criterion, Hackathon, Judge, Look, Mark, Project, competing
from projects.services.places import lock
from projects.services.results import check_unpublished


def next_look(*, judge: Judge, now: datetime) -> Look | None:
    """Return the project the judge should look at now; None when there is none left.

    The least seen goes first, of those the one least compared with what the judge has seen. The judge's own
    teams and declared conflicts are left out; what was skipped comes back last.

    Raises
    ------
    Refused
        Judging is not open.
    """
    check_judging_open(hackathon=judge.hackathon, now=now)
    with transaction.atomic():
        # One at a time, or two judges would be sent to the same project.
        lock(judge.hackathon)
        allowed = may_judge(judge)
        under_way = Look.objects.under_way().filter(judge=judge)
        under_way.exclude(project__in=allowed).delete()  # withdrawn in the meantime
        return under_way.first() or _new_look(judge, allowed, now) or _skipped_look(judge, allowed)


def save_look(*, look: Look, marks: Mapping[Criterion, int], comment: str, now: datetime) -> None:
    """Keep what the judge has said so far; the look's place stays as it is.

    Raises
    ------
    Refused
        Judging is not open.
    """
    check_judging_open(hackathon=look.judge.hackathon, now=now)
    with transaction.atomic():
        _write(look, marks, comment)


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
        _write(look, marks, comment)
        Look.objects.filter(pk=look.pk).update(placed_at=look.placed_at or now, place=1, skipped_at=None)
        _renumber(others)


def skip(*, look: Look, now: datetime) -> None:
    """Put off a look that has no place yet: nobody was at the table; it comes back when nothing else is left.

    Raises
    ------
    Refused
        Judging is not open.
    """
    check_judging_open(hackathon=look.judge.hackathon, now=now)
    Look.objects.under_way().filter(pk=look.pk).update(skipped_at=now)


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


def forget_looks(*, judge: Judge, team: int) -> None:
    """Take back what the judge said about a team; the others move up. Call it in a transaction."""
    order = _order(judge)
    Look.objects.filter(judge=judge, project__team=team).delete()
    _renumber(list(order))


def check_judging_open(*, hackathon: Hackathon, now: datetime) -> None:
    """Raise `Refused` outside the judging window; its end itself is already too late."""
    opens_at, closes_at = hackathon.judging_opens_at, hackathon.judging_closes_at
    check_unpublished(event=hackathon)
    if opens_at is None:
        raise Refused(_("The organisers have not set the time of judging yet."))
    if now < opens_at:
        raise Refused(
            _("Judging opens on %(when)s.") % {"when": words.moment(opens_at, hackathon.course)},
            until=opens_at,
        )
    if closes_at and now >= closes_at:
        raise Refused(_("Judging closed on %(when)s.") % {"when": words.moment(closes_at, hackathon.course)})


def may_judge(judge: Judge) -> QuerySet[Project]:
    """Return what a judge may see: what competes in their track, is not their own, no team in conflict."""
    return (
        competing(judge.hackathon, judge.track)
        .exclude(authors=judge.user_id)
        .exclude(team__conflicts__judge=judge)
        .exclude(team__memberships__user=judge.user_id)
    )


def _new_look(judge: Judge, allowed: QuerySet[Project], now: datetime) -> Look | None:
    looks = Look.objects.filter(
        judge__hackathon=judge.hackathon_id, judge__track=judge.track_id, skipped_at=None
    )
    seen_by: dict[int, list[int]] = {}
    for by, project in looks.values_list("judge_id", "project_id"):
        seen_by.setdefault(by, []).append(project)
    seen = seen_by.get(judge.pk, [])
    new = allowed.exclude(looks__judge=judge).order_by("pk").values_list("pk", flat=True)
    chosen = ranking.next_to_see(
        list(new), looks=_counted(seen_by.values()), compared=_compared(seen_by.values(), seen)
    )
    return Look.objects.create(judge=judge, project_id=chosen, begun_at=now) if chosen else None


def _skipped_look(judge: Judge, allowed: QuerySet[Project]) -> Look | None:
    put_off = Look.objects.filter(judge=judge, project__in=allowed).exclude(skipped_at=None)
    look = put_off.order_by("skipped_at", "pk").first()
    if look:
        look.skipped_at = None
        look.save(update_fields=["skipped_at"])
    return look


def _write(look: Look, marks: Mapping[Criterion, int], comment: str) -> None:
    # Two windows of one judge write one after the other.
    if Look.objects.select_for_update().filter(pk=look.pk).first() is None:
        raise Refused(_("You do not judge this team any more. Go on with the next project."))
    Look.objects.filter(pk=look.pk).update(comment=comment)
    Mark.objects.filter(look=look).delete()
    Mark.objects.bulk_create(
        Mark(look=look, criterion=criterion, points=points) for criterion, points in marks.items()
    )


def _order(judge: Judge) -> QuerySet[Look]:
    """Return the judge's looks, best first; another window of the judge cannot move them meanwhile."""
    Judge.objects.select_for_update().get(pk=judge.pk)
    return Look.objects.counting().filter(judge=judge).order_by("place", "pk")


def _renumber(looks: Sequence[Look]) -> None:
    for number, look in enumerate(looks, start=1):
        look.place = number
    Look.objects.bulk_update(looks, ["place"])


def _counted(lists: Iterable[Sequence[int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for projects in lists:
        for project in projects:
            counts[project] = counts.get(project, 0) + 1
    return counts


def _compared(lists: Iterable[Sequence[int]], seen: Sequence[int]) -> dict[int, int]:
    """Count how often each project was seen by somebody together with one of `seen`."""
    mine = set(seen)
    counts: dict[int, int] = {}
    for projects in lists:
        common = len(mine.intersection(projects))
        for project in projects:
            counts[project] = counts.get(project, 0) + common
    return counts
