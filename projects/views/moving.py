"""One team, for staff: who is in it and what became of it; moving, removing and merging, with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.access import Seat
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.moving import AddMemberForm, MergeForm, ReasonForm
from projects.models import Team


@require_GET
def team(request: HttpRequest, slug: str, pk: int, team: int) -> HttpResponse:
    """Show a team, its project and what staff changed about it."""
    seat, found = access.team_to_review(request, slug, pk, team)
    return render(request, "projects/staff_team.html", _page(seat, found, clock.now()))


@require_POST
def add(request: HttpRequest, slug: str, pk: int, team: int) -> HttpResponse:
    """Put a student of the course into the team, out of the one they may be in."""
    seat, found = access.team_to_organise(request, slug, pk, team)
    now = clock.now()

    def act(given: dict[str, Any]) -> str:
        services.move_member(
            user=given["email"],
            to=found,
            reason=given["reason"],
            as_author=given["as_author"],
            by=seat.user,
            now=now,
        )
        return _("%(name)s is in the team now.") % {"name": given["email"]}

    return _respond(request, seat, found, "add_form", AddMemberForm(request.POST, team=found), act)


@require_POST
def take_out(request: HttpRequest, slug: str, pk: int, team: int, user: int) -> HttpResponse:
    """Remove a member."""
    seat, found, member = access.member_to_organise(request, slug, pk, team, user)
    now = clock.now()

    def act(given: dict[str, Any]) -> str:
        services.take_out(team=found, user=member, reason=given["reason"], by=seat.user, now=now)
        return _(
            "%(name)s is no longer in the team. The code is a new one, and open invitations have ended."
        ) % {"name": member}

    return _respond(request, seat, found, "reason_form", ReasonForm(request.POST), act)


@require_POST
def merge(request: HttpRequest, slug: str, pk: int, team: int) -> HttpResponse:
    """Put all members into another team."""
    seat, found = access.team_to_organise(request, slug, pk, team)
    now = clock.now()

    def act(given: dict[str, Any]) -> str:
        services.merge_teams(team=found, into=given["into"], reason=given["reason"], by=seat.user, now=now)
        return _("“%(name)s” is merged into “%(into)s”.") % {"name": found.name, "into": given["into"].name}

    return _respond(request, seat, found, "merge_form", MergeForm(request.POST, team=found), act)


@require_POST
def end(request: HttpRequest, slug: str, pk: int, team: int) -> HttpResponse:
    """Dissolve the team; what it handed in stays."""
    seat, found = access.team_to_organise(request, slug, pk, team)
    now = clock.now()

    def act(given: dict[str, Any]) -> str:
        services.end_team(team=found, reason=given["reason"], by=seat.user, now=now)
        return _("“%(name)s” is dissolved.") % {"name": found.name}

    return _respond(request, seat, found, "reason_form", ReasonForm(request.POST), act)


def _respond(
    request: HttpRequest,
    seat: Seat,
    found: Team,
    name: str,
    form: ReasonForm,
    act: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """Do it and say so, or show the form again with what is wrong."""
    if form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data))
            return redirect("projects:staff_team", seat.course.slug, found.hackathon_id, found.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    found.refresh_from_db()
    page = _page(seat, found, clock.now()) | {name: form}
    return render(request, "projects/staff_team.html", page, status=422)


def _page(seat: Seat, found: Team, now: datetime) -> dict[str, object]:
    project = queries.project_of(team=found)
    return {
        "seat": seat,
        "event": found.hackathon,
        "team": found,
        "members": queries.members_of(team=found),
        "project": project,
        "authors": queries.authors_of(project=project) if project else [],
        "frozen": services.frozen_because(team=found, now=now),
        "acts": queries.acts_of_staff(team=found),
        "add_form": AddMemberForm(team=found, auto_id="id_add_%s"),
        "merge_form": MergeForm(team=found, auto_id="id_merge_%s"),
        "reason_form": ReasonForm(),
    }
