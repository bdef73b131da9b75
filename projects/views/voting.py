"""The public vote: a ballot that is put together project by project."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from projects import access, services
from projects.errors import Refused
from projects.models import Choice
from projects.views import orders

#: How many projects one page offers.
OFFERED_A_PAGE = 24


@require_GET
def vote(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the person's ballot and the projects; `q` searches."""
    return _page(request, slug, pk)


@require_POST
def cast(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take over the ballot as it was seen, with the one change that was asked for."""
    now = clock.now()
    seat, event = access.vote_to_cast(request, slug, pk, now=now)
    try:
        services.cast_ballot(hackathon=event, user=seat.user, order=_wanted(request), now=now)
    except Refused as refusal:
        return _page(request, slug, pk, refusal=str(refusal))
    if request.headers.get("HX-Request"):
        return _page(request, slug, pk)
    return redirect("projects:vote", slug, pk)


def _page(request: HttpRequest, slug: str, pk: int, refusal: str = "") -> HttpResponse:
    now = clock.now()
    seat, event = access.vote_to_cast(request, slug, pk, now=now)
    closed = ""
    try:
        services.check_vote_open(hackathon=event, now=now)
    except Refused as why:
        closed = str(why)
    choices = list(
        Choice.objects.filter(ballot__hackathon=event, ballot__user=seat.user)
        .select_related("project__team")
        .order_by("place")
    )
    search = (request.GET.get("q") or request.POST.get("q") or "").replace("\x00", "").strip()[:100]
    offered = services.votable(hackathon=event, user=seat.user).select_related("team")
    offered = offered.exclude(pk__in=[choice.project_id for choice in choices])
    if search:
        offered = offered.filter(Q(title__icontains=search) | Q(team__name__icontains=search))
    pages = Paginator(offered.order_by("title", "pk"), OFFERED_A_PAGE)
    context = {
        "seat": seat,
        "event": event,
        "choices": choices,
        "closed": closed,
        "refusal": refusal,
        "search": search,
        "page": pages.get_page(request.GET.get("page") or request.POST.get("page")),
        "is_full": len(choices) >= event.vote_places,
        "added": orders.key(request.POST.get("add", "")),
        "removed": "remove" in request.POST,
        "said": _said(request, choices) if request.method == "POST" and not refusal else "",
    }
    piece = "projects/_ballot.html" if request.headers.get("HX-Request") else "projects/vote.html"
    return render(request, piece, context, status=422 if refusal else 200)


def _wanted(request: HttpRequest) -> list[int]:
    order = orders.sent(request, "choice")
    added, removed = orders.key(request.POST.get("add", "")), orders.key(request.POST.get("remove", ""))
    if removed in order:
        order.remove(removed)
    if added is not None and added not in order:
        order.append(added)
    return order


def _said(request: HttpRequest, choices: list[Choice]) -> str:
    changed = request.POST.get("add") or request.POST.get("up") or request.POST.get("down")
    for choice in choices:
        if str(choice.project_id) == changed:
            return _("%(title)s: place %(place)d") % {"title": choice.project, "place": choice.place}
    return _("Taken off your ballot.") if request.POST.get("remove") else ""
