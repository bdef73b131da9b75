"""Invitations: making and revoking one for one's team, and using one that was sent."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from projects import access, queries, services
from projects.errors import Refused
from projects.forms import ConductForm
from projects.forms.joining import InviteForm
from projects.views.openings import people_url
from projects.views.teams import attempt, team_page, to_team


@require_POST
def invite(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Invite by e-mail, or make a link to pass on."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    form = InviteForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            services.invite(hackathon=event, user=seat.user, email=email, now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = (
                _("An invitation is on its way to %(email)s.")
                if email
                else _("Here is a link: it works once.")
            )
            messages.success(request, said % {"email": email})
            return to_team(event)
    page = team_page(seat, event, mine, now) | {"invite_form": form}
    return render(request, "projects/team.html", page, status=422)


@require_POST
def invite_from_board(request: HttpRequest, slug: str, pk: int, seeker: int) -> HttpResponse:
    """Invite somebody who is on the board."""
    now = clock.now()
    seat, found = access.seeker_to_invite(request, slug, pk, seeker, now=now)

    def act() -> None:
        services.invite(hackathon=found.hackathon, user=seat.user, invitee=found.user, now=now)

    attempt(request, act, _("%(name)s is invited.") % {"name": found.user})
    return redirect(people_url(found.hackathon))


@require_POST
def revoke(request: HttpRequest, slug: str, pk: int, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    now = clock.now()
    seat, found = access.invitation_of_team(request, slug, pk, invitation, now=now)

    def act() -> None:
        services.revoke_invitation(invitation=found, user=seat.user, now=now)

    attempt(request, act, _("The invitation no longer works."))
    return redirect("projects:team", slug, pk)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, slug: str, pk: int, token: str) -> HttpResponse:
    """Show who invites one, and join if that is wanted."""
    now = clock.now()
    seat, found = access.invitation_to_use(request, slug, pk, token, now=now)
    event = found.team.hackathon
    asks = services.asks_consent(hackathon=event, user=seat.user)
    form = ConductForm(request.POST if request.method == "POST" else None, asks_consent=asks)
    if form.is_valid():
        try:
            services.give_consent(hackathon=event, user=seat.user, now=now)
            services.accept_invitation(invitation=found, user=seat.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You are in “%(name)s” now.") % {"name": found.team.name})
            return redirect("projects:team", slug, pk)
    page = {
        "seat": seat,
        "event": event,
        "invitation": found,
        "is_open": found.is_open(now),
        "members": queries.members_of(team=found.team),
        "mine": access.team_of(seat, event),
        "for_me": found.invitee_id == seat.user.pk or found.email == seat.user.email,
        "asks": asks,
        "form": form,
    }
    return render(request, "projects/invitation.html", page, status=422 if form.errors else 200)


@require_POST
def decline(request: HttpRequest, slug: str, pk: int, token: str) -> HttpResponse:
    """Decline an invitation that was sent to oneself."""
    now = clock.now()
    seat, found = access.invitation_to_use(request, slug, pk, token, now=now)

    def act() -> None:
        services.decline_invitation(invitation=found, user=seat.user, now=now)

    attempt(request, act, _("You have declined."))
    return redirect("projects:team", slug, pk)
