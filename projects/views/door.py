"""The door: the list on a device that may lose its connection, and what it saw.

Without script the same page searches and checks in on the server.
"""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from projects import access, queries, services, tickets
from projects.errors import Refused
from projects.forms.door import AdmitForm, CheckInForm, read_report
from projects.models import Scan
from projects.services import Seen

#: How many people the page lists without script.
FOUND = 25
#: How long after the event a device may keep its list.
KEPT_AFTER = timedelta(days=1)


@require_GET
def door(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the door's page; with `q` whom that finds."""
    seat, event = access.hackathon_with_door(request, slug, pk)
    asked = request.GET.get("q", "").strip()
    page = {
        "seat": seat,
        "event": event,
        "counts": queries.door_counts(hackathon=event),
        "asked": asked,
        "found": queries.found_at_door(hackathon=event, text=asked, limit=FOUND),
        "is_code": tickets.read(asked) is not None,
        "admit_form": AdmitForm(),
    }
    return render(request, "projects/door.html", page)


@require_GET
def worker(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Return the service worker, from within the door's address: it answers for nothing else."""
    _seat, event = access.hackathon_with_door(request, slug, pk)
    page = reverse("projects:door", args=[slug, event.pk])
    answer = render(
        request, "projects/door_worker.js", {"page": page, "event": event}, content_type="text/javascript"
    )
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
@never_cache
def people(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Return whom the door knows, with the hash of each ticket instead of the ticket."""
    _seat, event = access.hackathon_with_door(request, slug, pk)
    return JsonResponse(
        {
            "people": queries.door_list(hackathon=event),
            "until": (event.ends_at + KEPT_AFTER).isoformat(),
            "now": clock.now().isoformat(),
        }
    )


@require_POST
@never_cache
def sync(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take in what a device saw; return what became of it, and what other doors saw meanwhile."""
    now = clock.now()
    seat, event = access.hackathon_with_door(request, slug, pk)
    try:
        cursor, seen, senseless = read_report(request.body)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    outcomes = services.record(hackathon=event, seen=seen, by=seat.user, now=now) if seen else []
    answer: dict[str, object] = {
        "outcomes": [[str(one.key), one.word] for one in outcomes] + [[key, "unknown"] for key in senseless],
        "scans": [_row(scan) for scan in queries.scans_since(hackathon=event, cursor=cursor)],
        "now": now.isoformat(),
    }
    return JsonResponse(answer)


@require_POST
def check_in(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Check somebody in, or undo it, where the page runs without script."""
    now = clock.now()
    seat, event = access.hackathon_with_door(request, slug, pk)
    form = CheckInForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    user, text = given.get("user"), given.get("code", "")
    if text and not user and tickets.read(text) is None:
        return redirect(f"{reverse('projects:door', args=[slug, pk])}?{urlencode({'q': text})}")
    try:
        user = user or services.person_with_code(hackathon=event, text=text).pk
        seen = Seen(uuid4(), user, undoes=bool(given.get("undo")))
        (outcome,) = services.record(hackathon=event, seen=[seen], by=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        _say(request, outcome)
    return redirect("projects:door", slug, pk)


@require_POST
def admit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let somebody in who is not on the list."""
    now = clock.now()
    seat, event = access.hackathon_with_door(request, slug, pk)
    form = AdmitForm(request.POST)
    if form.is_valid():
        try:
            user = services.admit(hackathon=event, by=seat.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s takes part and is checked in.") % {"name": user})
            return redirect("projects:door", slug, pk)
    page = {"seat": seat, "event": event, "admit_form": form, "counts": queries.door_counts(hackathon=event)}
    return render(request, "projects/door.html", page, status=422)


def _row(scan: Scan) -> list[object]:
    return [scan.pk, scan.user_id, scan.undoes, scan.at.isoformat(), scan.door, str(scan.key)]


def _say(request: HttpRequest, outcome: services.Outcome) -> None:
    name = outcome.arrival.user if outcome.arrival else ""
    match outcome.word:
        case "first":
            messages.success(request, _("%(name)s is checked in.") % {"name": name})
        case "already":
            messages.warning(request, _("%(name)s has come in before.") % {"name": name})
        case "undone":
            messages.success(request, _("The check-in is undone."))
        case _:
            messages.error(request, _("This person is not expected at this hackathon."))
