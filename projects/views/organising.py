"""Organising a hackathon: the list of events, dates and rules, and when it is shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from projects import access, services
from projects.errors import Refused
from projects.forms.event import EventForm
from projects.models import Hackathon


@require_GET
def hackathons(request: HttpRequest, slug: str) -> HttpResponse:
    """List the course's hackathons, the newest first."""
    seat, events = access.hackathons_to_organise(request, slug)
    page = {"seat": seat, "events": events.order_by("-starts_at", "-pk"), "now": clock.now()}
    return render(request, "projects/hackathons.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a hackathon: its dates and rules."""
    now = clock.now()
    seat, _events = access.hackathons_to_organise(request, slug)
    event = Hackathon(course=seat.course, max_team_size=seat.course.max_team_size)
    form = EventForm(request.POST or None, instance=event, course=seat.course)
    if request.method == "POST" and form.is_valid():
        services.create_event(event=form.instance, by=seat.user, now=now)
        messages.success(request, _("Created; only staff see it yet. Now its challenges."))
        return redirect("projects:edit_challenges", slug, form.instance.pk)
    page = {"seat": seat, "event": None, "form": form, "step": "event"}
    return render(request, "projects/edit_hackathon.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change dates and rules."""
    now = clock.now()
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = EventForm(request.POST or None, instance=event, course=seat.course)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_event(event=form.instance, fields=form.Meta.fields, by=seat.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:edit_hackathon", slug, pk)
    # The page's title is what is stored, not what was just typed.
    stored = access.hackathon_to_organise(request, slug, pk)[1] if form.errors else event
    page = {"seat": seat, "event": stored, "form": form, "step": "event"}
    return render(request, "projects/edit_hackathon.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what is ready and what is not; show the event to the course, or hide it again."""
    now = clock.now()
    seat, event = access.hackathon_to_organise(request, slug, pk)
    if request.method == "POST":
        if "hide" not in request.POST:
            services.publish(event=event, by=seat.user, now=now)
            messages.success(request, _("The course sees the hackathon now."))
            return redirect(event)
        try:
            services.unpublish(event=event, by=seat.user, now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Only staff see the hackathon now."))
        return redirect("projects:publish_hackathon", slug, pk)
    page = {
        "seat": seat,
        "event": event,
        "step": "publish",
        "challenge_count": event.challenges.count(),
        "question_count": event.questions.asked().count(),
        "stays_because": services.stays_because(event),
        "is_published": event.published_at is not None and event.published_at <= now,
        "now": now,
    }
    return render(request, "projects/publish_hackathon.html", page)


@require_POST
def delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a hackathon that holds nothing of other people."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    try:
        services.delete_event(event=event, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:publish_hackathon", slug, pk)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": event.title})
    return redirect("projects:hackathons", slug)
