"""Awards for the organisers: the list, who gets them, and when everybody learns of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.awards import AwardForm
from projects.models import Award, Project
from projects.views import orders

#: How many projects one page proposes.
CANDIDATES_A_PAGE = 50


@require_GET
def awards(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List the awards with the projects that get them."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    found = Award.objects.filter(hackathon=event).select_related("challenge", "track", "project__team")
    page = {"seat": seat, "event": event, "awards": list(found), "step": "awards"}
    return render(request, "projects/awards.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add an award."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = AwardForm(request.POST or None, instance=Award(hackathon=event), hackathon=event)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_award(event=event, award=form.instance)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The award is added."))
            return redirect("projects:awards", slug, pk)
    page = {"seat": seat, "event": event, "award": None, "form": form}
    return render(request, "projects/award.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, award: int) -> HttpResponse:
    """Change an award."""
    seat, event, found = access.award_to_organise(request, slug, pk, award)
    form = AwardForm(request.POST or None, instance=found, hackathon=event)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_award(award=form.instance, fields=form.stored)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:awards", slug, pk)
    page = {"seat": seat, "event": event, "award": found, "form": form}
    return render(request, "projects/award.html", page, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, pk: int, award: int) -> HttpResponse:
    """Move an award up or down."""
    _seat, event, found = access.award_to_organise(request, slug, pk, award)
    services.move(event=event, item=found, step=-1 if "up" in request.POST else 1)
    return redirect("projects:awards", slug, pk)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int, award: int) -> HttpResponse:
    """Remove an award."""
    _seat, _event, found = access.award_to_organise(request, slug, pk, award)
    try:
        services.remove_award(award=found, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The award is removed."))
    return redirect("projects:awards", slug, pk)


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, slug: str, pk: int, award: int) -> HttpResponse:
    """Show who could get it, in the judges' order; give it to one of them, or to nobody."""
    seat, event, found = access.award_to_organise(request, slug, pk, award)
    if request.method == "POST":
        chosen = _chosen(request, found)
        try:
            services.give_award(award=found, project=chosen, by=seat.user, now=clock.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("projects:give_award", slug, pk, award)
        if chosen:
            messages.success(
                request,
                _("“%(project)s” gets “%(award)s”.") % {"project": chosen.title, "award": found.title},
            )
        else:
            messages.success(request, _("Nobody gets “%(award)s” for now.") % {"award": found.title})
        return redirect("projects:awards", slug, pk)
    search = request.GET.get("q", "").strip()[:100]
    proposed = queries.candidates(award=found, search=search)
    context = {
        "seat": seat,
        "event": event,
        "award": found,
        "search": search,
        "page": Paginator(proposed, CANDIDATES_A_PAGE).get_page(request.GET.get("page")),
        "anybody_judged": any(standing.looks for standing in proposed),
    }
    return render(request, "projects/give_award.html", context)


@require_POST
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let everybody know, or hide the awards again."""
    now = clock.now()
    seat, event = access.hackathon_to_organise(request, slug, pk)
    if "hide" in request.POST:
        services.hide_awards(event=event, by=seat.user, now=now)
        messages.success(request, _("Only organisers see the awards now."))
        return redirect("projects:awards", slug, pk)
    try:
        services.publish_awards(event=event, by=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Everybody sees the awards now; the teams get an e-mail."))
    return redirect("projects:awards", slug, pk)


def _chosen(request: HttpRequest, award: Award) -> Project | None:
    """Return the project that was chosen; None where it was nobody."""
    wanted = request.POST.get("project", "")
    return access.project_to_award(award, orders.key(wanted) or 0) if wanted else None
