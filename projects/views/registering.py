"""Registering for a hackathon, as participants do."""

from datetime import datetime
from pathlib import PurePath

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock, exports
from classroom.access import Seat
from projects import access, queries, services, tickets
from projects.errors import Refused
from projects.forms.registering import RegistrationForm
from projects.models import Hackathon, Registration
from projects.models.registration import State

#: Who may press "register"; the others change what they gave.
OUTSIDE = {None, State.DRAFT, State.WITHDRAWN, State.LAPSED}


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show where one's registration stands and the form; keep a draft, register, or change the answers."""
    now = clock.now()
    seat, event, _team = access.hackathon_to_join(request, slug, pk, now=now)
    if not event.registration_required:
        return redirect(event)
    services.settle_if_due(hackathon=event, now=now)
    mine = Registration.objects.filter(hackathon=event, user=seat.user).first()
    form = _form(request, seat, event, mine)
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, seat, event, form, now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    state = mine.state(now) if mine else None
    page = {
        "seat": seat,
        "event": event,
        "registration": mine,
        "state": state,
        "ahead": queries.waiting_ahead(registration=mine) if mine and state == State.WAITING else 0,
        "ticket": tickets.ticket_of(event.pk, seat.user.pk) if state == State.CONFIRMED else None,
        "outside": state in OUTSIDE,
        "files": queries.files_of(registration=mine) if mine else [],
        "form": form,
        "is_open": event.registration_opens_at <= now < event.registration_closes_at,
        "now": now,
    }
    return render(request, "projects/register.html", page, status=422 if form.errors else 200)


@require_POST
def accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Accept the place that is kept."""
    now = clock.now()
    seat, event, _team = access.hackathon_to_join(request, slug, pk, now=now)
    try:
        services.accept_offer(hackathon=event, user=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You take part."))
    return redirect("projects:register", slug, pk)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Withdraw; the place goes to the next who waits."""
    now = clock.now()
    seat, event, _team = access.hackathon_to_join(request, slug, pk, now=now)
    try:
        services.withdraw(hackathon=event, user=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have withdrawn; your place is free for somebody else."))
    return redirect("projects:register", slug, pk)


@require_GET
def file(request: HttpRequest, slug: str, pk: int, answer: int) -> HttpResponse:
    """Download an uploaded file; browsers save it and never show it."""
    _seat, found = access.answered_file(request, slug, pk, answer, now=clock.now())
    path = PurePath(found.value)
    suffix = path.suffix if path.suffix[1:].isascii() and path.suffix[1:].isalnum() else ""
    name = f"{slugify(path.stem) or 'file'}{suffix}"
    return exports.download(name, bytes(found.content or b""), "application/octet-stream")


def _form(request: HttpRequest, seat: Seat, event: Hackathon, mine: Registration | None) -> RegistrationForm:
    return RegistrationForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        questions=list(event.questions.asked()),
        answers=queries.answers_of(registration=mine) if mine else {},
        asks_consent=services.asks_consent(hackathon=event, user=seat.user),
        draft="draft" in request.POST,
    )


def _save(
    request: HttpRequest, seat: Seat, event: Hackathon, form: RegistrationForm, now: datetime
) -> HttpResponse:
    given = form.answers()
    if "draft" in request.POST:
        services.save_draft(hackathon=event, user=seat.user, answers=given, now=now)
        messages.success(request, _("Your draft is saved. You are not registered yet."))
        return redirect("projects:register", event.course.slug, event.pk)
    registration = services.register(hackathon=event, user=seat.user, answers=given, now=now)
    if registration.submitted_at != now:
        messages.success(request, _("Your changes are saved."))
    elif registration.state(now) == State.CONFIRMED:
        messages.success(request, _("You take part."))
    else:
        messages.success(request, _("All places are taken: you are on the waiting list."))
    return redirect("projects:register", event.course.slug, event.pk)
