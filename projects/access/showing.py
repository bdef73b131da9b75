"""The doors to projects that are shown, to reviewers and to strangers."""

from datetime import datetime

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone

from classroom.access import (
    Seat,
    grader_seat,
)
from projects.access.events import hackathon_to_join, hackathon_to_see
from projects.access.judging import judge_of, judgeships
from projects.access.rows import embargo, one_of
from projects.models import (
    Hackathon,
    Notebook,
    NotebookPicture,
    Project,
    ProjectPicture,
)


def project_to_review(
    request: HttpRequest, slug: str, pk: int, project: int
) -> tuple[Seat, Hackathon, Project]:
    """Return a registered project that an assistant or instructor may approve."""
    seat = grader_seat(request, slug)
    event = one_of(Hackathon.objects.select_related("course").filter(course=seat.course, pk=pk).first())
    return seat, event, one_of(Project.objects.registered().filter(team__hackathon=event, pk=project).first())


def shows_strangers(slug: str, pk: int, *, now: datetime) -> bool:
    """Tell whether somebody without an account may see the event's projects now."""
    return _public_event(slug, pk, now) is not None


def gallery_to_see(
    request: HttpRequest, slug: str, pk: int, *, now: datetime
) -> tuple[Seat | None, Hackathon]:
    """Return a hackathon whose projects may be shown: to staff always, to others after the embargo.

    Who has no seat in the course may see them where the organisers made them public.
    """
    seat, event = _seat_or_stranger(request, slug, pk, now)
    if not (seat and seat.is_staff) and not event.shows_projects(now):
        raise embargo()
    return seat, event


def project_to_see(
    request: HttpRequest, slug: str, pk: int, project: int, *, now: datetime
) -> tuple[Seat | None, Hackathon, Project]:
    """Return a project: to staff, its team and the event's judges always, to others once it is shown."""
    seat, event = _seat_or_stranger(request, slug, pk, now)
    projects = Project.objects.registered().filter(team__hackathon=event, pk=project)
    projects = projects.select_related("team", "challenge", "reviewed_by")
    found = projects.first()
    own = Q(team__memberships__user=seat.user) | Q(authors=seat.user) if seat else Q(pk=None)
    if seat and (
        seat.is_staff
        or event.judges.filter(user=seat.user, left_at=None).exists()
        or (found and Project.objects.filter(own, pk=found.pk).exists())
    ):
        return seat, event, one_of(found)
    if not event.shows_projects(now):
        raise embargo()
    return seat, event, one_of(projects.approved().first())


def picture_to_see(
    request: HttpRequest, slug: str, pk: int, project: int, digest: str, *, now: datetime
) -> ProjectPicture | NotebookPicture:
    """Return a picture of a project, or of its notebook, that the person may see."""
    _seat, _event, found = project_to_see(request, slug, pk, project, now=now)
    own = ProjectPicture.objects.filter(project=found, digest=digest).first()
    return own or one_of(NotebookPicture.objects.filter(notebook=found.pk, digest=digest).first())


def notebook_to_see(
    request: HttpRequest, slug: str, pk: int, project: int, *, now: datetime
) -> tuple[Hackathon, Notebook]:
    """Return the notebook of a project that the person may see."""
    _seat, event, found = project_to_see(request, slug, pk, project, now=now)
    return event, one_of(Notebook.objects.select_related("project__team").filter(project=found).first())


def project_to_furnish(request: HttpRequest, slug: str, pk: int, *, now: datetime) -> tuple[Seat, Project]:
    """Return the registered project of the student's team; whether it may still change the service says."""
    seat, event, team = hackathon_to_join(request, slug, pk, now=now)
    projects = Project.objects.registered().select_related("team__hackathon__course")
    return seat, one_of(projects.filter(team=team, team__hackathon=event).first() if team else None)


def picture_to_change(
    request: HttpRequest, slug: str, pk: int, picture: int, *, now: datetime
) -> ProjectPicture:
    """Return a picture of the project of the student's team."""
    _seat, project = project_to_furnish(request, slug, pk, now=now)
    found = ProjectPicture.objects.select_related("project").filter(project=project, pk=picture)
    return one_of(found.defer("content").first())


def _seat_or_stranger(
    request: HttpRequest, slug: str, pk: int, now: datetime
) -> tuple[Seat | None, Hackathon]:
    if request.user.is_authenticated:
        try:
            return hackathon_to_see(request, slug, pk, now=now)
        except Http404:  # a judge from outside, or a stranger like others
            if judgeships(request.user.pk, slug, pk).exists():
                seat, judge = judge_of(request, slug, pk)
                return seat, judge.hackathon
    event = one_of(_public_event(slug, pk, now))
    timezone.activate(event.course.zone)
    return None, event


def _public_event(slug: str, pk: int, now: datetime) -> Hackathon | None:
    public = Hackathon.objects.filter(gallery_is_public=True, published_at__lte=now)
    event = public.select_related("course").filter(course__slug=slug, pk=pk).first()
    return event if event and event.shows_projects(now) else None
