"""What a course has to do with platforms: for its staff."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.errors import Refused
from classroom.lti import access, enrolling, grades, queries, rosters

#: Lines of the log on a page.
A_PAGE = 50


@never_cache
@require_GET
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the platforms' courses that are connected, and what is linked in them."""
    seat = access.platforms_to_see(request, slug)
    context = {"seat": seat, "contexts": queries.contexts_of(seat.course, clock.now())}
    return render(request, "lti/course.html", context)


@require_POST
def disconnect(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Disconnect a platform's course."""
    seat, context = access.context_to_manage(request, slug, pk)
    enrolling.disconnect_course(context=context, by=seat.user, now=clock.now())
    messages.success(request, _("%(context)s is no longer connected.") % {"context": context})
    return redirect("lti:course", slug)


@never_cache
@require_GET
def scores(request: HttpRequest, slug: str) -> HttpResponse:
    """Show which scores were sent, wait, or failed; `?failed=1` shows those only."""
    seat = access.platforms_to_see(request, slug)
    failed_only = request.GET.get("failed") == "1"
    found = Paginator(queries.scores_of(seat.course, failed_only=failed_only), A_PAGE)
    page = found.get_page(request.GET.get("page"))
    rows = queries.score_rows(page.object_list, seat.course, clock.now())
    context = {"seat": seat, "rows": rows, "page": page, "failed_only": failed_only}
    return render(request, "lti/scores.html", context)


@require_POST
def send_again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Try a score again that was given up."""
    seat, score = access.score_to_send(request, slug, pk)
    try:
        grades.send_again(score=score, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is sent again in a moment."))
    return redirect("lti:scores", slug)


@require_POST
def fetch_roster(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask for the list of the platform's people."""
    seat, context = access.context_to_manage(request, slug, pk)
    try:
        asked = rosters.ask(context=context, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("lti:course", slug)
    return redirect("lti:roster", slug, asked.pk)


@never_cache
@require_GET
def roster(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what a list would do, before it does it; asks again by itself until it is there."""
    seat, found = access.roster_to_see(request, slug, pk)
    context: dict[str, object] = {"seat": seat, "roster": found}
    if found.fetched_at and not found.applied_at:
        lines = rosters.plan_of(found)
        context |= {
            "lines": lines,
            "to_add": sum(line.plan == rosters.Plan.ADD for line in lines),
            "missing": rosters.missing_of(found, lines),
        }
    waits = not (found.fetched_at or found.error)
    part = "lti/_roster.html" if request.headers.get("HX-Target") == "roster" else "lti/roster.html"
    # 286 ends htmx's polling.
    return render(request, part, context, status=200 if waits or part == "lti/roster.html" else 286)


@require_POST
def apply_roster(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Enrol whom the list would add."""
    seat, found = access.roster_to_see(request, slug, pk)
    try:
        added = rosters.apply(roster=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("lti:course", slug)
    messages.success(request, ngettext("%(n)d person added.", "%(n)d people added.", added) % {"n": added})
    return redirect("people", slug)
