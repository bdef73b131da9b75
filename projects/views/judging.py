"""Judging: the judge's page, and what the organisers see of it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.models import User
from projects import access, queries, ranking, services
from projects.errors import Refused
from projects.forms import AddJudgeForm, LookForm
from projects.models import Judge, Look

#: What the suggestion of how many judges assumes, in minutes.
JUDGING_MINUTES = 120


@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what to look at now and the order so far; take in what the judge says."""
    now = clock.now()
    seat, found = access.judge_of(request, slug, pk)
    placed = list(found.looks.exclude(placed_at=None).select_related("project__team").order_by("place", "pk"))
    page = {"seat": seat, "event": found.hackathon, "placed": placed, "refusal": ""}
    try:
        current = services.next_look(judge=found, now=now)
    except Refused as refusal:
        return render(request, "projects/judge.html", page | {"refusal": str(refusal)})
    if current is None:
        return render(request, "projects/judge.html", page)
    form = LookForm(
        request.POST or None,
        criteria=list(found.hackathon.criteria.all()),
        behind=[look.project.title for look in placed],
    )
    if request.method == "POST" and str(current.pk) != request.POST.get("look"):
        messages.error(request, _("This project has been placed in another window; here is the next one."))
        return redirect("projects:judge", slug, pk)
    if request.method == "POST" and form.is_valid():
        return _place(request, current, form, now)
    page |= {"look": current, "form": form}
    return render(request, "projects/judge.html", page, status=422 if form.errors else 200)


@require_POST
def order(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take over a new order: the whole list, and which one to move up or down where a button was pressed."""
    now = clock.now()
    _seat, found = access.judge_of(request, slug, pk)
    try:
        services.reorder(judge=found, order=_wanted(request), now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("projects:judge", slug, pk)


@require_POST
def conflict(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave a team out for good."""
    now = clock.now()
    _seat, found = access.judge_of(request, slug, pk)
    look = _look(found, request.POST.get("look"))
    if look:
        services.declare_conflict(judge=found, team=look.project.team, now=now)
        messages.success(request, _("You will not be asked about this team again."))
    return redirect("projects:judge", slug, pk)


@require_GET
def judging(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the ranking with its uncertainty, and who is how far."""
    seat, event = access.hackathon_to_review(request, slug, pk)
    report = queries.judging_report(hackathon=event)
    minutes = JUDGING_MINUTES
    if event.judging_opens_at and event.judging_closes_at:
        minutes = max(1, int((event.judging_closes_at - event.judging_opens_at).total_seconds() // 60))
    needed = ranking.judges_needed(projects=len(report.standings), minutes=minutes)
    needed = max(needed, queries.ENOUGH_LOOKS)  # a judge looks at each project once
    page = {"seat": seat, "event": event, "report": report, "needed": needed, "minutes": minutes}
    return render(request, "projects/judging.html", page | {"form": AddJudgeForm()})


@require_POST
def add_judge(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let somebody of the course judge."""
    now = clock.now()
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = AddJudgeForm(request.POST)
    people = User.objects.filter(enrolments__course=seat.course, enrolments__left_at=None)
    person = people.filter(email=form.cleaned_data["email"].lower()).first() if form.is_valid() else None
    if person:
        services.add_judge(hackathon=event, user=person, now=now)
        messages.success(request, _("%(name)s judges now.") % {"name": person})
    else:
        messages.error(request, _("Nobody in this course has this address. Enrol the person first."))
    return redirect("projects:judging", slug, pk)


def _place(request: HttpRequest, look: Look, form: LookForm, now: datetime) -> HttpResponse:
    services.place(
        look=look,
        at=form.cleaned_data["place"],
        marks=form.marks(),
        comment=form.cleaned_data["comment"],
        now=now,
    )
    messages.success(request, _("Placed. You can still move it."))
    return redirect("projects:judge", look.judge.hackathon.course.slug, look.judge.hackathon_id)


def _wanted(request: HttpRequest) -> list[int]:
    listed = [int(pk) for pk in request.POST.getlist("look") if pk.isdecimal()]
    for name, step in (("up", -1), ("down", 1)):
        moved = request.POST.get(name, "")
        if moved.isdecimal() and int(moved) in listed:
            at = listed.index(int(moved))
            listed.insert(max(0, at + step), listed.pop(at))
    return listed


def _look(found: Judge, pk: str | None) -> Look | None:
    if not pk or not pk.isdecimal():
        return None
    return found.looks.select_related("project__team").filter(pk=int(pk)).first()
