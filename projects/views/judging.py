"""The judge's pages: where they are, one project after the other, and the order they make."""

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.judging import ConflictForm, LookForm
from projects.models import EventAnnouncement, Hackathon, Judge, Look, Team
from projects.queries.announcements import NEWEST, announcements_for
from projects.services import announcing
from projects.views import orders


@require_GET
def judge(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show how far the judge is, what comes now, and the order so far."""
    seat, found = access.judge_of(request, slug, pk)
    return render(request, "projects/judge.html", _desk(seat, found, clock.now()))


@require_POST
def next_project(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Lead the judge to the next project."""
    _seat, found = access.judge_of(request, slug, pk)
    return _to_next(request, found, clock.now())


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, slug: str, pk: int, look: int) -> HttpResponse:
    """Show one project; keep what the judge says so far, or place it and go on."""
    now = clock.now()
    seat, found = access.look_of(request, slug, pk, look)
    draft = request.method == "POST" and "place_it" not in request.POST
    form = _look_form(request, found, draft=draft)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            if draft:
                return _save(request, found, form, now)
            return _place(request, found, form, now)
        except Refused as refused:
            refusal = str(refused)
    if request.method == "POST" and request.headers.get("HX-Request"):
        return render(request, "projects/_saved.html", {"problem": refusal or _first_error(form)})
    page = {"seat": seat, "event": found.judge.hackathon, "look": found, "form": form, "refusal": refusal}
    return render(request, "projects/look.html", page, status=422 if form.errors or refusal else 200)


@require_POST
def skip(request: HttpRequest, slug: str, pk: int, look: int) -> HttpResponse:
    """Put a project off and go on."""
    now = clock.now()
    _seat, found = access.look_of(request, slug, pk, look)
    try:
        services.skip(look=found, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:judge", slug, pk)
    return _to_next(request, found.judge, now)


@require_POST
def order(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take over a new order: the whole list, and which one to move up or down where a button was pressed."""
    now = clock.now()
    seat, found = access.judge_of(request, slug, pk)
    problem = ""
    try:
        services.reorder(judge=found, order=orders.sent(request, "look"), now=now)
    except Refused as refusal:
        problem = str(refusal)
    if request.headers.get("HX-Request"):
        page = _desk(seat, found, now) | {"problem": problem, "moved": _moved(request)}
        return render(request, "projects/_order.html", page)
    if problem:
        messages.error(request, problem)
    return redirect("projects:judge", slug, pk)


@require_POST
def conflict(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave a team out for good."""
    now = clock.now()
    seat, found = access.judge_of(request, slug, pk)
    form = _conflict_form(found, request)
    if not form.is_valid():
        page = _desk(seat, found, now) | {"conflict_form": form}
        return render(request, "projects/judge.html", page, status=422)
    team = Team.objects.get(hackathon=found.hackathon_id, pk=form.cleaned_data["team"])
    try:
        services.declare_conflict(judge=found, team=team, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You will not be asked about “%(team)s” (again).") % {"team": team.name})
    return redirect("projects:judge", slug, pk)


def _desk(seat: Seat, found: Judge, now: datetime) -> dict[str, object]:
    try:
        services.check_judging_open(hackathon=found.hackathon, now=now)
        refusal = ""
    except Refused as refused:
        refusal = str(refused)
    return {
        "seat": seat,
        "event": found.hackathon,
        "desk": queries.judge_desk(judge=found),
        "refusal": refusal,
        "enough": queries.ENOUGH_LOOKS,
        "conflict_form": _conflict_form(found),
        "shows_projects": found.hackathon.shows_projects(now),
        "news": _news(seat, found.hackathon, now),
    }


def _news(seat: Seat, event: Hackathon, now: datetime) -> QuerySet[EventAnnouncement]:
    """Return what is announced to the judge, who may see no other page of the event."""
    shown = announcements_for(hackathon=event, user=seat.user, is_staff=False, now=now)[:NEWEST]
    announcing.read_by(seat=seat, announcements=shown, now=now)
    return shown


def _to_next(request: HttpRequest, found: Judge, now: datetime) -> HttpResponse:
    slug, pk = found.hackathon.course.slug, found.hackathon_id
    try:
        coming = services.next_look(judge=found, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:judge", slug, pk)
    return redirect("projects:look", slug, pk, coming.pk) if coming else redirect("projects:judge", slug, pk)


def _look_form(request: HttpRequest, found: Look, *, draft: bool) -> LookForm:
    others = Look.objects.counting().filter(judge=found.judge).exclude(pk=found.pk).order_by("place", "pk")
    return LookForm(
        request.POST if request.method == "POST" else None,
        look=found,
        criteria=list(found.judge.hackathon.criteria.all()),
        others=list(others.values_list("project__title", flat=True)),
        draft=draft,
    )


def _save(request: HttpRequest, found: Look, form: LookForm, now: datetime) -> HttpResponse:
    services.save_look(look=found, marks=form.marks(), comment=form.cleaned_data["comment"], now=now)
    if request.headers.get("HX-Request"):
        return render(request, "projects/_saved.html", {"problem": ""})
    messages.success(request, _("Saved."))
    return redirect("projects:look", found.judge.hackathon.course.slug, found.judge.hackathon_id, found.pk)


def _place(request: HttpRequest, found: Look, form: LookForm, now: datetime) -> HttpResponse:
    services.place(
        look=found,
        at=form.cleaned_data["place"],
        marks=form.marks(),
        comment=form.cleaned_data["comment"],
        now=now,
    )
    if found.placed_at:
        messages.success(request, _("Saved."))
        return redirect("projects:judge", found.judge.hackathon.course.slug, found.judge.hackathon_id)
    messages.success(request, _("“%(title)s” is placed; you can still move it.") % {"title": found.project})
    return _to_next(request, found.judge, now)


def _first_error(form: LookForm) -> str:
    return next((str(error) for errors in form.errors.values() for error in errors), "")


def _conflict_form(found: Judge, request: HttpRequest | None = None) -> ConflictForm:
    teams = services.may_judge(found).order_by("team__name", "team").values_list("team_id", "team__name")
    return ConflictForm(request.POST if request else None, teams=list(teams))


def _moved(request: HttpRequest) -> int | None:
    return orders.key(request.POST.get("up") or request.POST.get("down") or "")
