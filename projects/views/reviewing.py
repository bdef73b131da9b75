"""Approving projects, for the course's staff."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.projects import ReviewFilter, ReviewForm, moment_seen

#: How many projects one page lists.
PROJECTS_A_PAGE = 50


@require_GET
def reviews(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List the projects with where their approval stands."""
    seat, event = access.hackathon_to_review(request, slug, pk)
    chosen = ReviewFilter(request.GET)
    found = queries.projects_to_review(hackathon=event, **chosen.asked())
    page = Paginator(found, PROJECTS_A_PAGE).get_page(request.GET.get("page"))
    counts = queries.count_reviews(hackathon=event)
    context = {
        "seat": seat,
        "event": event,
        "form": chosen,
        "page": page,
        "counts": counts,
        "anybody": any(count for _label, count in counts),
    }
    return render(request, "projects/reviews.html", context)


@require_POST
def review(request: HttpRequest, slug: str, pk: int, project: int) -> HttpResponse:
    """Approve a project, or say what should be changed."""
    seat, event, found = access.project_to_review(request, slug, pk, project)
    form = ReviewForm(request.POST)
    seen = moment_seen(request.POST.get("seen", ""))
    decide = services.approve if "approve" in request.POST else services.want_changes
    try:
        if not form.is_valid() or seen is None:
            raise Refused(
                " ".join(str(why) for whys in form.errors.values() for why in whys) or _("Look again.")
            )
        decide(project=found, seen=seen, words=form.cleaned_data["words"], by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        request.session[f"review:{found.pk}"] = form.data.get("words", "")[:2000]  # nothing typed is lost
        return redirect("projects:gallery_project", slug, event.pk, found.pk)
    messages.success(request, _("“%(title)s”: the team has been told.") % {"title": found.title})
    return redirect("projects:reviews", slug, event.pk)
