"""The doors to judging, to the vote and to what came of both."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from classroom.access import (
    Seat,
    guest_seat,
    seat_in,
    signed_in,
)
from classroom.models import Enrolment, Role
from projects.access.events import hackathon_to_organise, hackathon_to_see
from projects.access.rows import embargo, one_of
from projects.models import (
    Conflict,
    Criterion,
    Hackathon,
    Judge,
    Look,
    Track,
)


def judgeships(user: int | None, slug: str, pk: int) -> QuerySet[Judge]:
    """Return the person's judgeship at an event; none where the number is larger than any row's."""
    return Judge.objects.filter(
        hackathon__in=Hackathon.objects.filter(course__slug=slug, pk=pk), user=user, left_at=None
    )


def judge_of(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Judge]:
    """Return the asking person's judgeship; whoever does not judge here finds nothing.

    Judges need not take part in the course: those from outside sit as guests, who see nothing else of it. So
    do viewers, who change nothing anywhere else.
    """
    user = signed_in(request)
    found = judgeships(user.pk, slug, pk).select_related("hackathon__course", "user", "track")
    judge = one_of(found.first())
    members = Enrolment.objects.filter(course=judge.hackathon.course, user=user, left_at=None)
    if members.exclude(role__in=(Role.GUEST, Role.VIEWER)).exists():
        return seat_in(request, slug), judge
    return guest_seat(request, judge.hackathon.course), judge


def look_of(request: HttpRequest, slug: str, pk: int, look: int) -> tuple[Seat, Look]:
    """Return a look of the asking judge's own."""
    seat, judge = judge_of(request, slug, pk)
    looks = Look.objects.select_related(
        "judge__hackathon__course", "judge__user", "judge__track", "project__team"
    )
    return seat, one_of(looks.filter(judge=judge, pk=look, project__withdrawn_at=None).first())


def judge_to_organise(request: HttpRequest, slug: str, pk: int, judge: int) -> tuple[Seat, Judge]:
    """Return a judge of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    judges = Judge.objects.select_related("hackathon__course", "user", "track").filter(hackathon=event)
    return seat, one_of(judges.filter(pk=judge).first())


def conflict_to_organise(request: HttpRequest, slug: str, pk: int, conflict: int) -> tuple[Seat, Conflict]:
    """Return a conflict of interest at a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    conflicts = Conflict.objects.select_related("judge__hackathon__course", "judge__user", "team")
    return seat, one_of(conflicts.filter(judge__hackathon=event, pk=conflict).first())


def criterion_to_organise(
    request: HttpRequest, slug: str, pk: int, criterion: int
) -> tuple[Seat, Hackathon, Criterion]:
    """Return a criterion of a hackathon's rubric, for an instructor."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, event, one_of(Criterion.objects.filter(hackathon=event, pk=criterion).first())


def track_to_organise(request: HttpRequest, slug: str, pk: int, track: int) -> tuple[Seat, Hackathon, Track]:
    """Return a track of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    tracks = Track.objects.select_related("challenge", "hackathon")
    return seat, event, one_of(tracks.filter(hackathon=event, pk=track).first())


def vote_to_cast(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Hackathon]:
    """Return a hackathon whose projects the person sees and may vote on; when is the service's to say."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    if not seat.is_staff and not event.shows_projects(now):
        raise embargo()
    return seat, event


def ranking_to_see(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Hackathon]:
    """Return a hackathon whose ranking may be read: by staff always, by the course once it is published."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    if not seat.is_staff and not event.ranking_published_at:
        raise PermissionDenied(_("The results are not published yet. Come back later."))
    return seat, event
