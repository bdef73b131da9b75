"""The schedule's rooms, and when rooms and people can be had."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classroom.access import Seat
from projects import access, services
from projects.errors import Refused
from projects.models import Hackathon
from projects.schedule_forms import AvailabilityForm, RoomForm


@require_http_methods(["GET", "POST"])
def rooms(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the rooms and availabilities; a POST adds a room."""
    seat, event = access.schedule_to_edit(request, slug, pk)
    form = RoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_room(hackathon=event, name=form.cleaned_data["name"], url=form.cleaned_data["url"])
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return redirect("projects:rooms", slug, pk)
    return _page(request, seat, event, room_form=form)


@require_POST
def remove_room(request: HttpRequest, slug: str, pk: int, room: int) -> HttpResponse:
    """Remove a room that nothing uses."""
    found = access.room_to_edit(request, slug, pk, room)
    try:
        services.remove_room(room=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect("projects:rooms", slug, pk)


@require_POST
def state(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say when a room or a person can be had."""
    seat, event = access.schedule_to_edit(request, slug, pk)
    form = AvailabilityForm(request.POST, hackathon=event)
    if form.is_valid():
        try:
            services.state_availability(
                hackathon=event,
                room=form.cleaned_data["room"],
                user=form.cleaned_data["email"],
                starts_at=form.cleaned_data["starts_at"],
                ends_at=form.cleaned_data["ends_at"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("projects:rooms", slug, pk)
    return _page(request, seat, event, availability_form=form)


@require_POST
def forget(request: HttpRequest, slug: str, pk: int, availability: int) -> HttpResponse:
    """Take back what was said of a room's or a person's time."""
    access.availability_to_edit(request, slug, pk, availability).delete()
    return redirect("projects:rooms", slug, pk)


def _page(
    request: HttpRequest,
    seat: Seat,
    event: Hackathon,
    room_form: RoomForm | None = None,
    availability_form: AvailabilityForm | None = None,
) -> HttpResponse:
    room_form = room_form or RoomForm()
    availability_form = availability_form or AvailabilityForm(hackathon=event, auto_id="id_time_%s")
    page = {
        "seat": seat,
        "event": event,
        "rooms": event.rooms.all(),
        "availabilities": event.availabilities.select_related("room", "user"),
        "room_form": room_form,
        "availability_form": availability_form,
    }
    failed = room_form.errors or availability_form.errors
    return render(request, "projects/rooms.html", page, status=422 if failed else 200)
