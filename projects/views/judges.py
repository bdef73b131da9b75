"""Judging for the organisers: how far it is, the ranking, the judges, their conflicts, what they said."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock, exports
from classroom.access import Seat
from projects import access, queries, ranking, services
from projects.errors import Refused
from projects.forms.judging import AssignForm, ConflictForm, InviteJudgesForm
from projects.models import Hackathon, Project, Team

#: What the suggestion of how many judges assumes where no window is set, in minutes.
JUDGING_MINUTES = 120
#: How many projects one page ranks.
STANDINGS_A_PAGE = 50
#: Of how many projects one page shows the marks.
MARKED_A_PAGE = 20


@require_GET
def judging(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the ranking with its uncertainty, and who is how far."""
    seat, event = access.hackathon_to_review(request, slug, pk)
    return _page(request, seat, event)


@require_GET
def judging_panel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show who is how far alone, for a page that asks again and again."""
    seat, event = access.hackathon_to_review(request, slug, pk)
    progress = queries.judging_progress(hackathon=event)
    return render(request, "projects/_judging_panel.html", _progress(seat, event, progress))


@require_POST
def invite(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let people judge, and write to them."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = InviteJudgesForm(request.POST, hackathon=event)
    if not form.is_valid():
        return _page(request, seat, event, form=form)
    invited = services.invite_judges(
        hackathon=event,
        people=form.cleaned_data["people"],
        track=form.cleaned_data.get("track"),
        by=seat.user,
        now=clock.now(),
    )
    text = ngettext("%(n)d judge is invited.", "%(n)d judges are invited.", len(invited))
    messages.success(request, text % {"n": len(invited)})
    return redirect("projects:judging", slug, pk)


@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, slug: str, pk: int, judge: int) -> HttpResponse:
    """Show a judge's conflicts of interest; declare one for them."""
    seat, found = access.judge_to_organise(request, slug, pk, judge)
    teams = services.may_judge(found).order_by("team__name", "team").values_list("team_id", "team__name")
    form = ConflictForm(request.POST if request.method == "POST" else None, teams=list(teams))
    if request.method == "POST" and form.is_valid():
        team = Team.objects.get(hackathon=found.hackathon_id, pk=form.cleaned_data["team"])
        try:
            services.declare_conflict(judge=found, team=team, now=clock.now(), by=seat.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(team)s” is left out.") % {"team": team.name})
            return redirect("projects:judge_conflicts", slug, pk, judge)
    page = {
        "seat": seat,
        "event": found.hackathon,
        "judge": found,
        "conflicts": found.conflicts.select_related("team").order_by("team__name"),
        "form": form,
        "assign_form": AssignForm(hackathon=found.hackathon, initial={"track": found.track_id}),
    }
    return render(request, "projects/judge_conflicts.html", page, status=422 if form.errors else 200)


@require_POST
def assign(request: HttpRequest, slug: str, pk: int, judge: int) -> HttpResponse:
    """Let a judge judge in a track, or the whole."""
    _seat, found = access.judge_to_organise(request, slug, pk, judge)
    form = AssignForm(request.POST, hackathon=found.hackathon)
    try:
        if not form.is_valid():
            raise Refused(_("This track is gone. Choose another one."))
        services.assign_judge(judge=found, track=form.cleaned_data.get("track"))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("projects:judge_conflicts", slug, pk, judge)


@require_POST
def revoke_conflict(request: HttpRequest, slug: str, pk: int, conflict: int) -> HttpResponse:
    """Take back a conflict of interest that was declared by mistake."""
    seat, found = access.conflict_to_organise(request, slug, pk, conflict)
    services.revoke_conflict(conflict=found, by=seat.user, now=clock.now())
    messages.success(request, _("“%(team)s” may be judged by them.") % {"team": found.team.name})
    return redirect("projects:judge_conflicts", slug, pk, found.judge_id)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int, judge: int) -> HttpResponse:
    """Let a judge go."""
    seat, found = access.judge_to_organise(request, slug, pk, judge)
    services.remove_judge(judge=found, by=seat.user, now=clock.now())
    messages.success(request, _("%(name)s judges no more; what they said counts on.") % {"name": found.user})
    return redirect("projects:judging", slug, pk)


@require_GET
def marks(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what every judge said about every project."""
    seat, event = access.hackathon_to_review(request, slug, pk)
    page = Paginator(_judged(event), MARKED_A_PAGE).get_page(request.GET.get("page"))
    lines = list(queries.mark_lines(hackathon=event, projects=[one.pk for one in page]))
    context = {"seat": seat, "event": event, "page": page, "lines": lines, "criteria": event.criteria.all()}
    return render(request, "projects/marks.html", context)


@require_GET
def marks_csv(request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """Download what every judge said, one line a judge and project."""
    _seat, event = access.hackathon_to_review(request, slug, pk)
    criteria = list(event.criteria.all())
    header = [
        "project",
        "team",
        "judge",
        "track",
        "place",
        *(one.title for one in criteria),
        "mean",
        "comment",
    ]
    rows = (
        [
            line.project,
            line.team,
            line.judge,
            line.track,
            line.place,
            *(points for _title, points in line.marks),
            line.mean,
            line.comment,
        ]
        for line in queries.mark_lines(hackathon=event)
    )
    return exports.csv_stream(f"judging-{slugify(event.title)}", header, rows)


def _judged(event: Hackathon) -> QuerySet[Project]:
    return (
        Project.objects.registered()
        .approved()
        .filter(team__hackathon=event, looks__placed_at__isnull=False)
        .order_by("title", "pk")
        .distinct()
    )


def _progress(seat: Seat, event: Hackathon, progress: queries.JudgingProgress) -> dict[str, object]:
    minutes = JUDGING_MINUTES
    if event.judging_opens_at and event.judging_closes_at:
        minutes = max(1, int((event.judging_closes_at - event.judging_opens_at).total_seconds() // 60))
    # A judge looks at each project once, so it takes as many judges as looks.
    suggested = [
        max(ranking.judges_needed(projects=row.projects, minutes=minutes), queries.ENOUGH_LOOKS)
        for row in progress.tracks
    ]
    return {
        "seat": seat,
        "event": event,
        "progress": progress,
        "rows": list(zip(progress.tracks, suggested, strict=True)),
        "minutes": minutes,
        "enough": queries.ENOUGH_LOOKS,
    }


def _page(
    request: HttpRequest, seat: Seat, event: Hackathon, form: InviteJudgesForm | None = None
) -> HttpResponse:
    progress = queries.judging_progress(hackathon=event)
    page = _progress(seat, event, progress)
    wanted = request.GET.get("track", "")
    tracks = [row.track for row in progress.tracks if row.track]
    track = next((one for one in tracks if str(one.pk) == wanted), None)
    standings = queries.judging_report(hackathon=event, track=track).standings
    page |= {
        "tracks": tracks,
        "track": track,
        "page": Paginator(standings, STANDINGS_A_PAGE).get_page(request.GET.get("page")),
        "form": form or InviteJudgesForm(hackathon=event),
        "step": "judging",
    }
    return render(request, "projects/judging.html", page, status=422 if form else 200)
