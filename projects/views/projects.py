"""A team's project: its draft, registering it, changing it, and giving its place back."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.projects import ProjectForm, moment_seen
from projects.models import Hackathon, Project, ProjectDraft, Team


@require_http_methods(["GET", "POST"])
def project(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Keep a draft of the team's project, register it, or change it."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    if mine is None:
        messages.error(request, _("Projects are registered by teams: create one first, or join one."))
        return redirect("projects:team", slug, pk)
    registered = queries.project_of(team=mine)
    draft = (
        None if registered else ProjectDraft.objects.filter(team=mine).select_related("changed_by").first()
    )
    form = ProjectForm(
        request.POST if request.method == "POST" else None,
        instance=registered,
        hackathon=event,
        initial=draft.typed if draft else None,
    )
    refusal = ""
    if request.method == "POST":
        try:
            done = _saved(request, seat, mine, form, now)
        except Refused as why:
            refusal = str(why)
        else:
            if done:
                return done
    stored = registered or draft
    page = {
        "seat": seat,
        "event": event,
        "team": mine,
        "project": registered,
        "draft": draft,
        "form": form,
        "refusal": refusal,
        "seen": stored.changed_at.isoformat() if stored else "",
        "is_due": now >= event.submission_closes_at,
        "requirements": _requirements(registered) if registered else [],
        "tracks": services.tracks_to_enter(project=registered) if registered else [],
    }
    return render(request, "projects/project.html", page, status=422 if request.method == "POST" else 200)


@require_POST
def withdraw_project(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give the team's place back."""
    now = clock.now()
    _seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    try:
        if mine is None:
            raise Refused(_("You are in no team of this hackathon."))
        services.withdraw_project(team=mine, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your project is withdrawn; its place is free again."))
    return redirect(event)


def _saved(
    request: HttpRequest, seat: Seat, mine: Team, form: ProjectForm, now: datetime
) -> HttpResponse | None:
    """Keep the draft or register; None where the form has faults."""
    event: Hackathon = mine.hackathon
    seen = moment_seen(request.POST.get("seen", ""))
    if "draft" in request.POST:
        services.keep_draft(team=mine, typed=form.typed(), by=seat.user, now=now, seen=seen)
        messages.success(request, _("Your draft is kept. It is not registered and has no place yet."))
        return redirect("projects:project", event.course.slug, event.pk)
    if not form.is_valid():
        return None
    is_new = form.instance.pk is None
    saved = services.register_project(
        team=mine, challenge=form.cleaned_data["challenge"], details=form.details(), now=now, seen=seen
    )
    if is_new:
        messages.success(request, _("Your project is registered. Now add pictures and your notebook."))
    elif event.projects_reviewed and saved.review == Project.Review.SUBMITTED:
        messages.success(request, _("Saved. The reviewers look at it."))
    else:
        messages.success(request, _("Saved."))
    return redirect("projects:project", event.course.slug, event.pk)


def _requirements(project: Project) -> list[tuple[str, bool, str]]:
    """Return what the course asks of a project: the requirement, whether it is met, and what is missing."""
    return [
        (
            _("A public repository"),
            project.has_public_repository and bool(project.repository_url),
            _("give its link and tick that it is public"),
        ),
        (
            _("A notebook with working code and comments"),
            project.has_commented_notebook,
            _("tick it once its code runs from top to bottom"),
        ),
        (
            _("A short video"),
            project.has_video and bool(project.video_url),
            _("give its link and tick that it is there"),
        ),
    ]
