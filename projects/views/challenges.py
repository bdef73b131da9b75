"""Exercises and homework: the list, the page where work is handed in, and handing in."""

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, exports
from classroom.access import Seat, seat_in
from projects import access, grading, queries, services, training
from projects.errors import Refused
from projects.forms import HandInForm
from projects.intake import MAX_SOURCE_BYTES
from projects.models import BoardData, Challenge, Hackathon, Source, Submission, Team


@require_GET
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """List what there is to hand in."""
    now = clock.now()
    seat = seat_in(request, slug)
    return render(
        request,
        "projects/index.html",
        {"seat": seat, "cards": queries.cards_for(user=seat.user, course=seat.course, now=now)},
    )


@require_GET
def challenge(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the task, the editor, the latest grade sheet and the history."""
    now = clock.now()
    seat, task = access.challenge_to_see(request, slug, pk, now=now)
    return render(request, "projects/challenge.html", _page(seat, task, now))


@require_POST
def hand_in(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a file or a pasted text in; whatever is refused stays in the editor."""
    now = clock.now()
    seat, task = access.challenge_to_hand_in(request, slug, pk, now=now)
    form = HandInForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
        filename, source = form.content(MAX_SOURCE_BYTES)
        submission = services.hand_in(
            challenge=task, user=seat.user, filename=filename, source=source, now=now
        )
    except Refused as refusal:
        return _refused(request, seat, task, now, str(refusal))
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(submission)
    sheet = queries.sheet_of(submission=submission, now=now)
    answer = render(
        request, "projects/challenge.html#outcome", {"seat": seat, "sheet": sheet, "challenge": task}
    )
    saved = {"text": gettext("Handed in."), "tone": "good"}
    answer.headers["HX-Trigger"] = json.dumps({"handed-in": {}, "toast": saved})
    return answer


@require_GET
def past(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the history alone, for a page that asks again once a sheet has settled."""
    now = clock.now()
    seat, task = access.challenge_to_see(request, slug, pk, now=now)
    team = _team(seat, task)
    mine = list(services.submissions_of(challenge=task, user=seat.user, team=team).select_related("user"))
    rows = queries.history(challenge=task, submissions=mine, now=now)
    return render(request, "projects/_history.html", {"seat": seat, "challenge": task, "history": rows})


@require_GET
def data(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download the challenge's data; browsers save it and never show it."""
    _seat, found = access.data_to_download(request, slug, pk, now=clock.now())
    return exports.download(found.name, bytes(found.content), "application/octet-stream")


def _refused(request: HttpRequest, seat: Seat, task: Challenge, now: datetime, why: str) -> HttpResponse:
    page = _page(seat, task, now) | {"refusal": why}
    written = request.POST.get("source")
    if written:
        page["source"] = written
    name = "projects/challenge.html#outcome" if request.htmx else "projects/challenge.html"  # type: ignore[attr-defined]
    return render(request, name, page, status=422)


def _page(seat: Seat, task: Challenge, now: datetime) -> dict[str, object]:
    team = _team(seat, task)
    handed_in = services.submissions_of(challenge=task, user=seat.user, team=team)
    mine = list(handed_in.select_related("user").order_by("-number"))
    for one in mine:
        one.challenge = task  # whose board and course are at hand
    latest = mine[0] if mine else None
    rows = (
        queries.challenge_rows(hackathon=task.hackathon, now=now, all_of_them=True) if task.hackathon else []
    )
    return {
        "seat": seat,
        "challenge": task,
        "furnished": next((row for row in rows if row.challenge_id == task.pk), None),
        "team": team,
        "info": grading.exercise_info(task.exercise) if task.exercise else None,
        "source": _editor_text(task, latest),
        "limit": MAX_SOURCE_BYTES,
        "now": now,
        "deadline": clock.effective_deadline(seat.user, task),
        "late_percent": 100 * services.late_factor(challenge=task, user=seat.user, now=now),
        "closed_because": _closed_because(seat, task, now),
        "next_free": services.next_free_try(challenge=task, earlier=handed_in, now=now),
        "board": (board := task.board if task.has_board else None),
        "data": BoardData.objects.defer("content").get(pk=board.pk) if board else None,
        "quota": services.run_quota(challenge=task, earlier=handed_in, now=now) if team else None,
        "sheet": queries.sheet_of(submission=latest, now=now) if latest else None,
        "history": queries.history(challenge=task, submissions=mine, now=now),
    }


def _team(seat: Seat, task: Challenge) -> Team | None:
    if not task.is_for_teams:
        return None
    event: Hackathon | None = task.hackathon
    return access.team_of(seat, event) if event else None


def _closed_because(seat: Seat, task: Challenge, now: datetime) -> str:
    try:
        services.check_open(challenge=task, user=seat.user, now=now)
    except Refused as refusal:
        return str(refusal)
    return ""


def _editor_text(task: Challenge, latest: Submission | None) -> str:
    """Begin with the latest hand-in where it was plain Python, else with the starter code."""
    if latest and latest.filename.endswith(".py"):
        stored = Source.objects.filter(pk=latest.pk).first()
        if stored:
            return bytes(stored.content).decode("utf-8-sig", "replace")
    if task.has_board and not task.starter_code:
        return training.starter(task.board.metric)
    return task.starter_code or grading.skeleton(task.exercise)
