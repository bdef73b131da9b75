"""The challenges of a hackathon, for its organisers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from projects import access, services
from projects.errors import Refused
from projects.forms.event import EventChallengeForm
from projects.models import Challenge


@require_GET
def challenges(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List the challenges in their order."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    page = {"seat": seat, "event": event, "challenges": event.challenges.all(), "step": "challenges"}
    return render(request, "projects/edit_challenges.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a challenge."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    blank = Challenge(course=seat.course, hackathon=event)
    form = EventChallengeForm(request.POST or None, request.FILES or None, instance=blank)
    if request.method == "POST" and form.is_valid():
        services.add_challenge(event=event, challenge=form.instance, extras=form.extras(), now=clock.now())
        messages.success(request, _("“%(title)s” is added.") % {"title": form.instance.title})
        return redirect("projects:edit_challenges", slug, pk)
    page = {"seat": seat, "event": event, "challenge": None, "form": form, "step": "challenges"}
    return render(request, "projects/edit_challenge.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, challenge: int) -> HttpResponse:
    """Change a challenge."""
    seat, event, found = access.challenge_to_organise(request, slug, pk, challenge)
    form = EventChallengeForm(request.POST or None, request.FILES or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_challenge(
                challenge=form.instance, fields=form.Meta.fields, extras=form.extras(), now=clock.now()
            )
        except Refused as refusal:
            form.add_error("capacity", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:edit_challenges", slug, pk)
    page = {"seat": seat, "event": event, "challenge": found, "form": form, "step": "challenges"}
    return render(request, "projects/edit_challenge.html", page, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, pk: int, challenge: int) -> HttpResponse:
    """Move a challenge up or down."""
    _seat, event, found = access.challenge_to_organise(request, slug, pk, challenge)
    services.move(event=event, item=found, step=-1 if "up" in request.POST else 1)
    return redirect("projects:edit_challenges", slug, pk)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int, challenge: int) -> HttpResponse:
    """Delete a challenge nobody has chosen."""
    _seat, _event, found = access.challenge_to_organise(request, slug, pk, challenge)
    try:
        services.remove_challenge(challenge=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is removed.") % {"title": found.title})
    return redirect("projects:edit_challenges", slug, pk)
