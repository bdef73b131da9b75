"""A participant's team: how one gets one, who is in it, and what its leader may do."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat
from classroom.models import User
from projects import access, queries, services
from projects.errors import Refused
from projects.forms import JoinForm, MemberForm, TeamForm
from projects.models import Hackathon, Team
from projects.models.registration import State
from projects.views.hackathon import registration_state


@require_GET
def team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one's team, or the ways to get one."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    return render(request, "projects/team.html", _team_page(seat, event, mine, now))


@require_POST
def create_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Create a team."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    form = TeamForm(request.POST, asks_consent=services.asks_consent(hackathon=event, user=seat.user))
    if form.is_valid():
        try:
            services.give_consent(hackathon=event, user=seat.user, now=now)
            services.create_team(hackathon=event, user=seat.user, name=form.cleaned_data["name"], now=now)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Your team is ready. Pass the code on."))
            return _to_team(event)
    page = _team_page(seat, event, mine, now) | {"team_form": form}
    return render(request, "projects/team.html", page, status=422)


@require_http_methods(["GET", "POST"])
def join_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Join by code; an invitation link brings the code along and asks before it joins."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    asks = services.asks_consent(hackathon=event, user=seat.user)
    if request.method == "GET":
        form = JoinForm(initial={"code": request.GET.get("code", "")}, asks_consent=asks)
        return render(request, "projects/team.html", _team_page(seat, event, mine, now) | {"join_form": form})
    form = JoinForm(request.POST, asks_consent=asks)
    if form.is_valid():
        try:
            services.give_consent(hackathon=event, user=seat.user, now=now)
            joined = services.join_team(
                hackathon=event, user=seat.user, code=form.cleaned_data["code"], now=now
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _("You are in “%(name)s” now.") % {"name": joined.name})
            return _to_team(event)
    page = _team_page(seat, event, mine, now) | {"join_form": form}
    return render(request, "projects/team.html", page, status=422)


@require_POST
def leave_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave one's team."""
    now = clock.now()
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=now)
    try:
        left = services.leave_team(hackathon=event, user=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have left “%(name)s”.") % {"name": left.name})
    return _to_team(event)


@require_POST
def hand_over(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make another member the leader."""
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=clock.now())
    heir = _chosen(request) or seat.user
    try:
        services.hand_over(hackathon=event, user=seat.user, to=heir)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s leads the team now.") % {"name": heir})
    return _to_team(event)


@require_POST
def remove_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a member out of the team one leads."""
    now = clock.now()
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=now)
    member = _chosen(request) or seat.user
    try:
        services.remove_member(hackathon=event, user=seat.user, member=member, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(name)s is no longer in the team, and the code is a new one.") % {"name": member},
        )
    return _to_team(event)


@require_POST
def dissolve_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Dissolve the team one leads."""
    now = clock.now()
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=now)
    try:
        gone = services.dissolve_team(hackathon=event, user=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is dissolved.") % {"name": gone.name})
    return _to_team(event)


@require_POST
def renew_code(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Replace the join code."""
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=clock.now())
    try:
        services.renew_join_code(hackathon=event, user=seat.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("There is a new code; the old one no longer works."))
    return _to_team(event)


def _team_page(seat: Seat, event: Hackathon, mine: Team | None, now: datetime) -> dict[str, object]:
    members = queries.members_of(team=mine) if mine else []
    registered = queries.project_of(team=mine) if mine else None
    registered = queries.project_of(team=mine) if mine else None
    asks = mine is None and services.asks_consent(hackathon=event, user=seat.user)
    registers_first = (
        mine is None
        and event.registration_required
        and registration_state(seat, event, now) != State.CONFIRMED
    )
    return {
        "seat": seat,
        "event": event,
        "team": mine,
        "members": members,
        "leads": any(member.is_leader and member.user_id == seat.user.pk for member in members),
        "project": registered,
        "awards": queries.awards_of(projects=[registered.pk]).get(registered.pk) if registered else None,
        "team_form": TeamForm(asks_consent=asks, auto_id="id_team_%s"),
        "join_form": JoinForm(asks_consent=asks),
        "invitation": _invitation(event, mine) if mine else "",
        "frozen": services.frozen_because(team=mine, now=now) if mine else "",
        "registration_open": event.registration_opens_at <= now < event.teams_close_at,
        "registers_first": registers_first,
    }


def _chosen(request: HttpRequest) -> User | None:
    form = MemberForm(request.POST)
    return User.objects.filter(pk=form.cleaned_data["user"]).first() if form.is_valid() else None


def _invitation(event: Hackathon, mine: Team) -> str:
    path = reverse("projects:join_team", args=[event.course.slug, event.pk])
    return f"{settings.SITE_URL}{path}?code={mine.join_code}"


def _to_team(event: Hackathon) -> HttpResponse:
    return redirect("projects:team", event.course.slug, event.pk)
