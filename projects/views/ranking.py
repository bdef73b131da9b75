"""The ranking: staff look at it and publish it, everybody reads what is published."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.voting import PublishRankingForm

#: How many places one page shows, and of the vote at most.
PLACES_A_PAGE = 100


@require_GET
def ranking(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the first places, the vote, and to a team what the judges wrote to it."""
    now = clock.now()
    seat, event = access.ranking_to_see(request, slug, pk, now=now)
    team = access.team_of(seat, event)
    project = queries.project_of(team=team) if team and event.ranking_published_at else None
    shown = event.ranking_places if event.ranking_published_at else None
    vote = queries.vote_count(hackathon=event) if event.vote_opens_at else None
    tracks = list(event.tracks.all())
    track = next((one for one in tracks if str(one.pk) == request.GET.get("track")), None)
    report = queries.judging_report(hackathon=event, track=track)
    page = {
        "seat": seat,
        "event": event,
        "tracks": tracks,
        "track": track,
        "report": report,
        "enough": queries.ENOUGH_LOOKS,
        "page": Paginator(report.board(shown), PLACES_A_PAGE).get_page(request.GET.get("page")),
        "vote": vote,
        "vote_lines": [
            line for line in (vote.lines if vote else []) if line.place <= (shown or PLACES_A_PAGE)
        ],
        "feedback": queries.feedback(project=project) if project else None,
        "form": PublishRankingForm(),
        "step": "ranking",
    }
    return render(request, "projects/ranking.html", page)


@require_POST
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Publish the ranking, or hide it again."""
    now = clock.now()
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = PublishRankingForm(request.POST)
    try:
        if "hide" in request.POST:
            services.hide_ranking(event=event, by=seat.user, now=now)
            messages.success(request, _("Only staff see the ranking now."))
        elif form.is_valid():
            services.publish_ranking(event=event, shown=form.cleaned_data["shown"], by=seat.user, now=now)
            messages.success(request, _("The ranking is published."))
        else:
            messages.error(request, _("Give a number of places from 1 to 1,000, or leave it empty."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("projects:ranking", slug, pk)
