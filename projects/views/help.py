"""The help queue of a hackathon: asking, and serving as a mentor."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, errors, helpdesk
from classroom.access import Seat
from classroom.live import address_of
from classroom.models import HelpDesk
from projects import access, services
from projects.errors import Refused
from projects.forms.help import AskForm, ResolveForm
from projects.models import Hackathon


@require_GET
@never_cache
def queue(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one's request and its place, to mentors the queue; the page follows it by itself."""
    now = clock.now()
    seat, event, serves = access.help_desk(request, slug, pk, now=now)
    return render(request, "projects/help.html", _page(seat, event, serves, now))


@require_GET
@never_cache
def panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Return what changes on the page."""
    now = clock.now()
    seat, event, serves = access.help_desk(request, slug, pk, now=now)
    return render(request, "projects/_help_panel.html", _page(seat, event, serves, now))


@require_POST
def ask(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Queue a request."""
    now = clock.now()
    seat, event, team = access.hackathon_to_join(request, slug, pk, now=now)
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            services.ask_for_help(hackathon=event, team=team, user=seat.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your request is in the queue."))
            return redirect("projects:help", slug, pk)
    page = _page(seat, event, access.serves_at(seat, event), now) | {"form": form}
    return render(request, "projects/help.html", page, status=422)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take one's open request back."""
    now = clock.now()
    seat, event, team = access.hackathon_to_join(request, slug, pk, now=now)
    desk = services.desk_of(event)
    try:
        helpdesk.withdraw(desk=desk, parties=services.parties_of(seat.user, team), now=now)
    except errors.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your request is withdrawn."))
    return redirect("projects:help", slug, pk)


@require_POST
def serve(request: HttpRequest, slug: str, pk: int, help_request: int) -> HttpResponse:
    """Claim a request, hand it back, or resolve it."""
    now = clock.now()
    seat, _event, found = access.help_request_to_serve(request, slug, pk, help_request, now=now)
    form = ResolveForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        match request.POST.get("act"):
            case "claim":
                page = reverse("projects:help", args=[slug, pk])
                helpdesk.claim(request=found, by=seat.user, page=page, now=now)
                messages.success(request, _("It is yours: %(place)s") % {"place": found.place})
            case "hand_back":
                helpdesk.hand_back(request=found)
                messages.success(request, _("The request waits again, where it stood."))
            case "resolve" if form.is_valid():
                helpdesk.resolve(request=found, by=seat.user, note=note, now=now)
                messages.success(request, _("Resolved. Thank you!"))
            case _:
                messages.error(request, _("Nothing has changed: a note has at most 500 characters."))
    except errors.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("projects:help", slug, pk)


def _page(seat: Seat, event: Hackathon, serves: bool, now: datetime) -> dict[str, object]:
    desk = services.desk_of(event)
    page: dict[str, object] = {
        "seat": seat,
        "event": event,
        "serves": serves,
        "may_act": serves and not seat.viewing_as_student and (seat.is_grader or not seat.is_staff),
        "desk": desk,
        "live_url": address_of(desk.token),
        "now": now,
    }
    if serves:
        page |= {
            "requests": helpdesk.open_requests(desk=desk, by=seat.user),
            "resolved": helpdesk.resolved_requests(desk=desk),
            "figures": helpdesk.figures(desk=desk),
        }
    if not seat.is_staff:
        page |= _own(seat, event, desk, now)
    return page


def _own(seat: Seat, event: Hackathon, desk: HelpDesk, now: datetime) -> dict[str, object]:
    """Return the request of the person or the team, and what they may expect."""
    team = access.team_of(seat, event)
    mine = helpdesk.request_of(desk=desk, parties=services.parties_of(seat.user, team))
    waits = mine is not None and mine.is_open and mine.claimed_at is None
    return {
        "team": team,
        "mine": mine,
        "waiting": helpdesk.waiting_for(request=mine, now=now) if mine and waits else None,
        "may_ask": event.registration_opens_at <= now < event.ends_at and not (mine and mine.is_open),
        "form": AskForm(initial={"place": mine.place if mine else ""}),
    }
