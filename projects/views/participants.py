"""Who takes part in a hackathon, for its organisers: the list, places, the table out and the table in."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock, exports
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.participants import ParticipantFilter, RosterForm
from projects.models import Membership, RegistrationQuestion
from projects.models.registration import State

#: How many people one page lists.
PEOPLE_A_PAGE = 50
#: How many lines a preview shows.
PREVIEWED = 100


@require_GET
def participants(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List who has registered, with search and filter."""
    now = clock.now()
    seat, event = access.hackathon_to_review(request, slug, pk)
    services.settle_if_due(hackathon=event, now=now)
    chosen = ParticipantFilter(request.GET)
    found = queries.participants(hackathon=event, **chosen.asked())
    page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    counts = queries.count_by_state(hackathon=event)
    context = {
        "seat": seat,
        "event": event,
        "form": chosen,
        "page": page,
        "rows": queries.participant_rows(hackathon=event, registrations=page.object_list, now=now),
        "counts": [(State(state).label, count) for state, count in counts.items() if count],
        "anybody": any(counts.values()),
    }
    return render(request, "projects/participants.html", context)


@require_POST
def give_place(request: HttpRequest, slug: str, pk: int, registration: int) -> HttpResponse:
    """Offer a place out of turn."""
    seat, found = access.registration_to_decide(request, slug, pk, registration)
    try:
        services.give_place(registration=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is offered a place.") % {"name": found.user})
    return redirect("projects:participants", slug, pk)


@require_POST
def decline(request: HttpRequest, slug: str, pk: int, registration: int) -> HttpResponse:
    """Decline a registration."""
    seat, found = access.registration_to_decide(request, slug, pk, registration)
    try:
        services.decline(registration=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is declined.") % {"name": found.user})
    return redirect("projects:participants", slug, pk)


@require_GET
def as_csv(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Download everybody with their answers, a column a question; of files, the name."""
    now = clock.now()
    seat, event = access.hackathon_to_review(request, slug, pk)
    services.settle_if_due(hackathon=event, now=now)
    questions = list(RegistrationQuestion.objects.filter(hackathon=event))
    answers = queries.given_answers(hackathon=event)
    teams = dict(Membership.objects.filter(hackathon=event).values_list("user_id", "team__name"))
    header = ["name", "e-mail", "state", "registered", "team", *(question.text for question in questions)]
    lines = (
        [
            str(each.user),
            each.user.email,
            each.state(now).value,
            localtime(each.submitted_at, seat.course.zone).isoformat(timespec="seconds")
            if each.submitted_at
            else "",
            teams.get(each.user_id, ""),
            *(answers.get(each.pk, {}).get(question.pk, "") for question in questions),
        ]
        for each in queries.participants(hackathon=event).iterator()
    )
    return exports.csv_stream(f"participants-{slugify(event.title)}", header, lines)


@require_http_methods(["GET", "POST"])
def import_people(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what a table would bring, with its problems by line; bring it in when that is confirmed."""
    now = clock.now()
    seat, event = access.hackathon_to_organise(request, slug, pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RosterForm(*sent)
    page: dict[str, object] = {"seat": seat, "event": event, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "projects/import_participants.html", page, status=422 if form.errors else 200)
    text = form.cleaned_data["text"]
    if "confirm" in request.POST:
        try:
            done = services.import_people(hackathon=event, text=text, by=seat.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return render(request, "projects/import_participants.html", page, status=422)
        messages.success(
            request,
            _("%(confirmed)d take part, %(waiting)d wait, %(already)d were registered already.")
            % {"confirmed": done.confirmed, "waiting": done.waiting, "already": done.already},
        )
        return redirect("projects:participants", slug, pk)
    roster = services.read_roster(text=text, hackathon=event)
    page |= {
        "text": text,
        "people": list(roster.people.items())[:PREVIEWED],
        "people_count": len(roster.people),
        "problems": roster.problems[:PREVIEWED],
        "problem_count": len(roster.problems),
        "places_left": event.places_left,
    }
    return render(request, "projects/import_participants.html", page)
