"""A participant's team: how one gets one, who is in it, and what its leader may do."""

from collections.abc import Callable
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
from projects.forms.joining import InviteForm, ListingForm
from projects.models import Hackathon, Team
from projects.models.registration import State
from projects.views.hackathon import registration_state


@require_GET
def team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one's team, or the ways to get one."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    return render(request, "projects/team.html", team_page(seat, event, mine, now))


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
            return to_team(event)
    page = team_page(seat, event, mine, now) | {"team_form": form}
    return render(request, "projects/team.html", page, status=422)


@require_http_methods(["GET", "POST"])
def join_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Join by code; an invitation link brings the code along and asks before it joins."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    asks = services.asks_consent(hackathon=event, user=seat.user)
    if request.method == "GET":
        form = JoinForm(initial={"code": request.GET.get("code", "")}, asks_consent=asks)
        return render(request, "projects/team.html", team_page(seat, event, mine, now) | {"join_form": form})
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
            return to_team(event)
    page = team_page(seat, event, mine, now) | {"join_form": form}
    return render(request, "projects/team.html", page, status=422)


@require_POST
def leave_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave one's team."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    done = _("You have left “%(name)s”.") % {"name": mine}
    attempt(request, lambda: services.leave_team(hackathon=event, user=seat.user, now=now), done)
    return to_team(event)


@require_POST
def hand_over(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make another member the leader."""
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=clock.now())
    heir = _chosen(request) or seat.user
    done = _("%(name)s leads the team now.") % {"name": heir}
    attempt(request, lambda: services.hand_over(hackathon=event, user=seat.user, to=heir), done)
    return to_team(event)


@require_POST
def remove_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a member out of the team one leads."""
    now = clock.now()
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=now)
    member = _chosen(request) or seat.user
    attempt(
        request,
        lambda: services.remove_member(hackathon=event, user=seat.user, member=member, now=now),
        _("%(name)s is no longer in the team. The code is a new one, and open invitations have ended.")
        % {"name": member},
    )
    return to_team(event)


@require_POST
def dissolve_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Dissolve the team one leads."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    done = _("“%(name)s” is dissolved.") % {"name": mine}
    attempt(request, lambda: services.dissolve_team(hackathon=event, user=seat.user, now=now), done)
    return to_team(event)


@require_POST
def renew_code(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Replace the join code."""
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=clock.now())
    done = _("There is a new code; the old one no longer works.")
    attempt(request, lambda: services.renew_join_code(hackathon=event, user=seat.user), done)
    return to_team(event)


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Do it and say so, or say why not."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def team_page(seat: Seat, event: Hackathon, mine: Team | None, now: datetime) -> dict[str, object]:
    """Return what the page of one's team shows, or of the ways to get one."""
    members = queries.members_of(team=mine) if mine else []
    registered = queries.project_of(team=mine) if mine else None
    asks = mine is None and services.asks_consent(hackathon=event, user=seat.user)
    registers_first = (
        mine is None
        and event.registration_required
        and registration_state(seat, event, now) != State.CONFIRMED
    )
    page: dict[str, object] = {
        "seat": seat,
        "event": event,
        "team": mine,
        "members": members,
        "leads": any(member.is_leader and member.user_id == seat.user.pk for member in members),
        "project": registered,
        "is_due": now >= event.submission_closes_at,
        "awards": queries.awards_of(projects=[registered.pk]).get(registered.pk) if registered else None,
        "team_form": TeamForm(asks_consent=asks, auto_id="id_team_%s"),
        "join_form": JoinForm(asks_consent=asks),
        "invitation": _invitation(event, mine) if mine else "",
        "frozen": services.frozen_because(team=mine, now=now) if mine else "",
        "registration_open": event.registration_opens_at <= now < event.teams_close_at,
        "registers_first": registers_first,
    }
    if mine:
        return page | _of_members(mine, now)
    return page | {
        "invitations": queries.invitations_to(hackathon=event, user=seat.user, now=now),
        "requests": queries.requests_of(hackathon=event, user=seat.user),
    }


def _of_members(mine: Team, now: datetime) -> dict[str, object]:
    listing = {"pitch": mine.pitch, "skills": mine.skills_wanted, "listed": mine.listed_at is not None}
    return {
        "invitations": queries.invitations_of(team=mine, now=now),
        "requests": queries.requests_to(team=mine),
        "invite_form": InviteForm(auto_id="id_invite_%s"),
        "listing_form": ListingForm(initial=listing, auto_id="id_listing_%s"),
        "site": settings.SITE_URL,
    }


def _chosen(request: HttpRequest) -> User | None:
    form = MemberForm(request.POST)
    return User.objects.filter(pk=form.cleaned_data["user"]).first() if form.is_valid() else None


def _invitation(event: Hackathon, mine: Team) -> str:
    path = reverse("projects:join_team", args=[event.course.slug, event.pk])
    return f"{settings.SITE_URL}{path}?code={mine.join_code}"


def to_team(event: Hackathon) -> HttpResponse:
    """Go to the page of one's team."""
    return redirect("projects:team", event.course.slug, event.pk)
