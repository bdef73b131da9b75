"""The editor of the schedule's draft, and its releases."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from projects import access, queries, services
from projects.errors import Refused
from projects.models import Hackathon, Session, Slot
from projects.schedule_forms import USUAL_MINUTES, PitchesForm, ReleaseForm, SessionForm
from projects.services import Nudge, Pitches, Place


@require_GET
def planning(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one day of the draft as a grid, what waits to be placed, and what clashes."""
    seat, event = access.schedule_to_edit(request, slug, pk)
    plan = queries.plan(hackathon=event, day=_day(request.GET.get("day")))
    page = {"seat": seat, "event": event, "plan": plan, "form": ReleaseForm()}
    return render(request, "projects/planning.html", page)


@require_POST
def release(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Release the draft as the next version."""
    now = clock.now()
    seat, event = access.schedule_to_edit(request, slug, pk)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        page = {"seat": seat, "event": event, "plan": queries.plan(hackathon=event, day=None), "form": form}
        return render(request, "projects/planning.html", page, status=422)
    try:
        released = services.release(hackathon=event, by=seat.user, note=form.cleaned_data["note"], now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Version %(number)d is what everybody sees now.") % {"number": released.version}
        )
    return redirect("projects:planning", slug, pk)


@require_POST
def restore(request: HttpRequest, slug: str, pk: int, version: int) -> HttpResponse:
    """Make the draft what a released version is."""
    seat, found = access.version_to_restore(request, slug, pk, version)
    services.restore(version=found, by=seat.user, now=clock.now())
    messages.success(
        request,
        _("The draft is version %(number)d again. Release it to show it to everybody.") % {"number": version},
    )
    return redirect("projects:planning", slug, pk)


@require_http_methods(["GET", "POST"])
def add_session(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a session or a break."""
    seat, event = access.schedule_to_edit(request, slug, pk)
    form = SessionForm(request.POST or None, hackathon=event, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_session(
                hackathon=event,
                details=form.details(),
                speakers=form.cleaned_data["speakers"],
                place=form.place(),
            )
        except Refused as refusal:
            form.add_error("starts_at", str(refusal))
        else:
            return _to_day(event, added)
    page = {"seat": seat, "event": event, "form": form}
    return render(request, "projects/session.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest, slug: str, pk: int, session: int) -> HttpResponse:
    """Change a session, and where and when the draft has it."""
    found = access.session_to_edit(request, slug, pk, session)
    form = SessionForm(
        request.POST or None, instance=found, hackathon=found.hackathon, slot=_draft_slot(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_session(
                session=found,
                details=form.details(),
                speakers=form.cleaned_data["speakers"],
                place=form.place(),
            )
        except Refused as refusal:
            form.add_error("starts_at", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return _to_day(found.hackathon, found)
    page = {"event": found.hackathon, "session": found, "form": form}
    return render(request, "projects/session.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def pitches(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Place a pitch for every team that has none."""
    seat, event = access.schedule_to_edit(request, slug, pk)
    form = PitchesForm(request.POST or None, hackathon=event)
    if request.method == "POST" and form.is_valid():
        try:
            done = services.plan_pitches(
                hackathon=event,
                room=form.cleaned_data["room"],
                windows=form.windows(),
                minutes=form.cleaned_data["minutes"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _tell(request, done)
            return redirect("projects:planning", slug, pk)
    page = {"seat": seat, "event": event, "form": form, "has_rooms": event.rooms.exists()}
    return render(request, "projects/pitches.html", page, status=422 if form.errors else 200)


@require_POST
def delete_session(request: HttpRequest, slug: str, pk: int, session: int) -> HttpResponse:
    """Delete a session that was never released."""
    found = access.session_to_edit(request, slug, pk, session)
    try:
        services.delete_session(session=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:session", slug, pk, session)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": found.title})
    return redirect("projects:planning", slug, pk)


@require_POST
def move(request: HttpRequest, slug: str, pk: int, session: int) -> HttpResponse:
    """Move a session: by a step (`nudge`), or to where it was dropped (`room`, `starts_at`)."""
    found = access.session_to_edit(request, slug, pk, session)
    refusal = ""
    try:
        nudge = request.POST.get("nudge", "")
        if nudge in set(Nudge):
            services.nudge_session(session=found, nudge=Nudge(nudge))
        else:
            services.place_session(session=found, place=_dropped(request, found))
    except Refused as refused:
        refusal = str(refused)
    if not getattr(request, "htmx", False):
        if refusal:
            messages.error(request, refusal)
        return _to_day(found.hackathon, found)
    plan = queries.plan(hackathon=found.hackathon, day=_day_of(found) or _day(request.POST.get("day")))
    page = {"event": found.hackathon, "plan": plan, "moved": _draft_slot(found), "refusal": refusal}
    return render(request, "projects/_planning.html", page)


def _tell(request: HttpRequest, done: Pitches) -> None:
    messages.success(
        request,
        ngettext("%(count)d pitch is placed.", "%(count)d pitches are placed.", done.placed)
        % {"count": done.placed},
    )
    if done.without:
        messages.warning(
            request,
            _("No time was left for: %(teams)s. Add a window or free the room, then run it again.")
            % {"teams": ", ".join(done.without)},
        )


def _dropped(request: HttpRequest, found: Session) -> Place:
    """Return where a session was dropped; it stays as long as it was."""
    starts_at = _moment(request.POST.get("starts_at", ""))
    if starts_at is None:
        raise Refused(_("This is no time on the schedule. Load the page again."))
    wanted = request.POST.get("room", "")
    room = next((room for room in found.hackathon.rooms.all() if str(room.pk) == wanted), None)
    if wanted and room is None:
        raise Refused(_("This room no longer exists. Choose another one."))
    slot = _draft_slot(found)
    length = slot.ends_at - slot.starts_at if slot else timedelta(minutes=USUAL_MINUTES)
    return Place(room, starts_at, starts_at + length)


def _asked(request: HttpRequest) -> dict[str, object]:
    """Return what a link of the grid asks a new session to begin with."""
    return {"starts_at": _moment(request.GET.get("at", ""))}


def _moment(text: str) -> datetime | None:
    """Read a time with its offset; None for anything else, and for years in which nobody plans."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if is_aware(at) and 2000 < at.year < 3000 else None


def _draft_slot(session: Session) -> Slot | None:
    return Slot.objects.select_related("room").filter(session=session, schedule__version=None).first()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _day_of(session: Session) -> date | None:
    slot = _draft_slot(session)
    return slot.starts_at.astimezone(session.hackathon.course.zone).date() if slot else None


def _to_day(event: Hackathon, session: Session) -> HttpResponse:
    day = _day_of(session)
    address = reverse("projects:planning", args=[event.course.slug, event.pk])
    return redirect(f"{address}?day={day}#session-{session.pk}" if day else address)
