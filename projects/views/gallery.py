"""The gallery: what the teams made, for the course and, where the organisers say so, for anybody."""

from collections.abc import Callable
from functools import wraps
from pathlib import PurePath
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from classroom import clock, exports, pictures
from projects import access, queries
from projects.forms.gallery import GalleryFilter
from projects.forms.projects import ReviewForm
from projects.models import Notebook

#: How many projects one page shows.
CARDS_A_PAGE = 24
#: How many others are offered for a comparison; the search finds the rest.
OTHERS_SHOWN = 50


def open_to_strangers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let people without an account in where the projects are public; elsewhere they sign in first."""

    @require_GET
    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, slug: str, pk: int, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - an address's parts
        if not request.user.is_authenticated and not access.shows_strangers(slug, pk, now=clock.now()):
            return redirect_to_login(request.get_full_path())
        return view(request, slug, pk, **kwargs)

    return opened


@open_to_strangers
def gallery(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the projects in pages, with search and filter."""
    now = clock.now()
    seat, event = access.gallery_to_see(request, slug, pk, now=now)
    chosen = GalleryFilter(request.GET, hackathon=event)
    found = queries.gallery_projects(hackathon=event, **chosen.asked())
    page = Paginator(found, CARDS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "seat": seat,
        "event": event,
        "form": chosen,
        "page": page,
        "cards": queries.cards_of(hackathon=event, projects=list(page.object_list), now=now),
        "embargo": not event.shows_projects(now),
    }
    return render(request, "projects/gallery.html", context)


@open_to_strangers
def project(request: HttpRequest, slug: str, pk: int, project: int) -> HttpResponse:
    """Show one project."""
    now = clock.now()
    seat, event, found = access.project_to_see(request, slug, pk, project, now=now)
    page: dict[str, object] = {
        "seat": seat,
        "event": event,
        "project": found,
        "card": queries.project_page(hackathon=event, pk=project, now=now),
        "pictures": found.pictures.defer("content"),
        "has_notebook": Notebook.objects.filter(project=found).exists(),
        "is_shown": event.shows_projects(now) and bool(not event.projects_reviewed or found.approved_at),
    }
    if seat and seat.is_grader:
        words = request.session.pop(f"review:{found.pk}", "")
        page["review_form"] = ReviewForm(initial={"words": words})
    return render(request, "projects/gallery_project.html", page)


@open_to_strangers
def compare(request: HttpRequest, slug: str, pk: int, project: int) -> HttpResponse:
    """Show a project beside another one of its challenge, `with`; without it, let one choose."""
    now = clock.now()
    seat, event = access.gallery_to_see(request, slug, pk, now=now)
    first = get_object_or_404(queries.gallery_projects(hackathon=event), pk=project)
    search = request.GET.get("q", "")[:100].replace("\0", "")
    others = queries.comparable(hackathon=event, project=first)
    wanted = request.GET.get("with", "")
    second = others.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    page = {
        "seat": seat,
        "event": event,
        "first": first,
        "second": second,
        "search": search,
        "others": queries.comparable(hackathon=event, project=first, search=search)[:OTHERS_SHOWN],
        "comparison": second and queries.comparison(hackathon=event, first=first, second=second, now=now),
    }
    return render(request, "projects/compare.html", page)


@open_to_strangers
def picture(request: HttpRequest, slug: str, pk: int, project: int, digest: str) -> HttpResponse:
    """Send a picture of a project or its notebook."""
    found = access.picture_to_see(request, slug, pk, project, digest, now=clock.now())
    name = pictures.file_name("picture", found.media_type)
    return pictures.sent(bytes(found.content), media_type=found.media_type, name=name)


@open_to_strangers
def notebook(request: HttpRequest, slug: str, pk: int, project: int) -> HttpResponse:
    """Show a project's notebook, its cells and what they printed and drew."""
    event, found = access.notebook_to_see(request, slug, pk, project, now=clock.now())
    page = {"event": event, "project": found.project, "notebook": found}
    return render(request, "projects/notebook.html", page)


@open_to_strangers
def notebook_file(request: HttpRequest, slug: str, pk: int, project: int) -> HttpResponse:
    """Download a project's notebook as it was uploaded; browsers save it and never show it."""
    _event, found = access.notebook_to_see(request, slug, pk, project, now=clock.now())
    name = slugify(PurePath(found.name).stem) or "notebook"
    return exports.download(f"{name}.ipynb", bytes(found.content), "application/octet-stream")


@open_to_strangers
def as_json(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download all projects as JSON."""
    now = clock.now()
    _seat, event = access.gallery_to_see(request, slug, pk, now=now)
    cards = [_plain(card) for card in queries.gallery(hackathon=event, now=now)]
    return JsonResponse({"hackathon": event.title, "projects": cards})


def _plain(card: queries.ProjectCard) -> dict[str, object]:
    """Return a card as JSON takes it; `dataclasses.asdict` copies a thousand of them too slowly."""
    inner = {"cover": card.cover, "result": card.result}
    return vars(card) | {name: vars(part) if part else None for name, part in inner.items()}
