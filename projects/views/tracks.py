"""Tracks: for the organisers which there are, for a team which ones its project enters."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.judging import EnterTracksForm, TrackForm
from projects.models import Track


@require_GET
def tracks(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List the tracks in their order."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    found = list(event.tracks.select_related("challenge"))
    return render(request, "projects/tracks.html", {"seat": seat, "event": event, "tracks": found})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a track."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = TrackForm(request.POST or None, instance=Track(hackathon=event), hackathon=event)
    if request.method == "POST" and form.is_valid():
        services.add_track(event=event, track=form.instance)
        messages.success(request, _("The track is added."))
        return redirect("projects:tracks", slug, pk)
    page = {"seat": seat, "event": event, "track": None, "form": form}
    return render(request, "projects/track.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, track: int) -> HttpResponse:
    """Change a track."""
    seat, event, found = access.track_to_organise(request, slug, pk, track)
    form = TrackForm(request.POST or None, instance=found, hackathon=event)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_track(track=form.instance, fields=form.Meta.fields)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:tracks", slug, pk)
    page = {"seat": seat, "event": event, "track": found, "form": form}
    return render(request, "projects/track.html", page, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, pk: int, track: int) -> HttpResponse:
    """Move a track up or down."""
    _seat, event, found = access.track_to_organise(request, slug, pk, track)
    services.move(event=event, item=found, step=-1 if "up" in request.POST else 1)
    return redirect("projects:tracks", slug, pk)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int, track: int) -> HttpResponse:
    """Delete a track nobody judges in."""
    _seat, _event, found = access.track_to_organise(request, slug, pk, track)
    try:
        services.remove_track(track=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is removed.") % {"title": found.title})
    return redirect("projects:tracks", slug, pk)


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Choose in which tracks the team's project competes."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    project = queries.project_of(team=mine) if mine else None
    if project is None:
        messages.error(request, _("Register your project first."))
        return redirect("projects:project", slug, pk)
    entered = [str(pk) for pk in project.track_entries.values_list("track_id", flat=True)]
    form = EnterTracksForm(
        request.POST if request.method == "POST" else None,
        tracks=services.tracks_to_enter(project=project),
        initial={"tracks": entered},
    )
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.enter_tracks(project=project, tracks=form.chosen(), now=now)
        except Refused as why:
            refusal = str(why)
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:project", slug, pk)
    page = {"seat": seat, "event": event, "project": project, "form": form, "refusal": refusal}
    return render(request, "projects/enter_tracks.html", page, status=422 if form.errors or refusal else 200)
