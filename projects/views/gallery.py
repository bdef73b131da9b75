"""The gallery: what the teams made."""

from dataclasses import asdict

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from classroom import clock
from projects import access, queries
from projects.forms.projects import ReviewForm

#: How many projects one page shows.
CARDS_A_PAGE = 48


@require_GET
def gallery(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show all projects; `q` searches, `challenge` filters."""
    now = clock.now()
    seat, event = access.gallery_to_see(request, slug, pk, now=now)
    search = request.GET.get("q", "").strip()[:100]
    wanted = request.GET.get("challenge", "")
    challenge = int(wanted) if wanted.isdecimal() else None
    cards = queries.gallery(hackathon=event, search=search, challenge=challenge)
    context = {
        "seat": seat,
        "event": event,
        "page": (page := Paginator(cards, CARDS_A_PAGE).get_page(request.GET.get("page"))),
        "cards": page.object_list,
        "challenges": event.challenges.values_list("pk", "title"),
        "search": search,
        "chosen": challenge,
        "embargo": not event.shows_projects(now),
    }
    return render(request, "projects/gallery.html", context)


@require_GET
def project(request: HttpRequest, slug: str, pk: int, project: int) -> HttpResponse:
    """Show one project."""
    now = clock.now()
    seat, event, found = access.project_to_see(request, slug, pk, project, now=now)
    page = {
        "seat": seat,
        "event": event,
        "project": found,
        "card": queries.project_page(hackathon=event, pk=project),
        "is_shown": event.shows_projects(now) and (not event.projects_reviewed or found.approved_at),
        "review_form": ReviewForm(initial={"words": request.session.pop(f"review:{found.pk}", "")}),
    }
    return render(request, "projects/gallery_project.html", page)


@require_GET
def as_json(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download all projects as JSON."""
    _seat, event = access.gallery_to_see(request, slug, pk, now=clock.now())
    cards = [asdict(card) for card in queries.gallery(hackathon=event)]
    return JsonResponse({"hackathon": event.title, "projects": cards})
