"""The doors to teams and the ways into them."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest

from classroom.access import (
    Seat,
)
from classroom.models import User
from projects.access.events import hackathon_to_join, hackathon_to_organise, hackathon_to_review
from projects.access.rows import one_of
from projects.models import (
    Hackathon,
    Invitation,
    JoinRequest,
    Membership,
    Seeker,
    Team,
)


def team_to_ask(request: HttpRequest, slug: str, pk: int, team: int, *, now: datetime) -> tuple[Seat, Team]:
    """Return a team that is on the board, for a student of the course."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    found = _team(event, team)
    return seat, one_of(found if found.listed_at and not found.archived_at else None)


def request_to_answer(
    request: HttpRequest, slug: str, pk: int, asked: int, *, now: datetime
) -> tuple[Seat, JoinRequest]:
    """Return a request to join one's own team; whether one leads it is the service's to say."""
    seat, event, mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, one_of(_requests(event).filter(team=mine, pk=asked).first())


def own_request(
    request: HttpRequest, slug: str, pk: int, asked: int, *, now: datetime
) -> tuple[Seat, JoinRequest]:
    """Return a request that the person has made."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, one_of(_requests(event).filter(user=seat.user, pk=asked).first())


def invitation_of_team(
    request: HttpRequest, slug: str, pk: int, invitation: int, *, now: datetime
) -> tuple[Seat, Invitation]:
    """Return an invitation of one's own team."""
    seat, event, mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, one_of(_invitations(event).filter(team=mine, pk=invitation).first())


def invitation_to_use(
    request: HttpRequest, slug: str, pk: int, token: str, *, now: datetime
) -> tuple[Seat, Invitation]:
    """Return the invitation whose secret the address holds, for any student of the course."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    return seat, one_of(_invitations(event).filter(token=token).first())


def seeker_to_invite(
    request: HttpRequest, slug: str, pk: int, seeker: int, *, now: datetime
) -> tuple[Seat, Seeker]:
    """Return somebody who is on the board, for a student of the course."""
    seat, event, _mine = hackathon_to_join(request, slug, pk, now=now)
    found = Seeker.objects.select_related("hackathon__course", "user").filter(hackathon=event, pk=seeker)
    return seat, one_of(found.first())


def team_to_review(request: HttpRequest, slug: str, pk: int, team: int) -> tuple[Seat, Team]:
    """Return a team of a hackathon, for staff."""
    seat, event = hackathon_to_review(request, slug, pk)
    return seat, _team(event, team)


def team_to_organise(request: HttpRequest, slug: str, pk: int, team: int) -> tuple[Seat, Team]:
    """Return a team of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, _team(event, team)


def member_to_organise(
    request: HttpRequest, slug: str, pk: int, team: int, user: int
) -> tuple[Seat, Team, User]:
    """Return a member of a team of a hackathon that an instructor organises."""
    seat, found = team_to_organise(request, slug, pk, team)
    people = User.objects.filter(pk=user)  # nobody where the number is larger than any row's
    membership = Membership.objects.select_related("user").filter(team=found, user__in=people).first()
    return seat, found, one_of(membership).user


def _team(event: Hackathon, pk: int) -> Team:
    return one_of(Team.objects.select_related("hackathon__course").filter(hackathon=event, pk=pk).first())


def _requests(event: Hackathon) -> QuerySet[JoinRequest]:
    found = JoinRequest.objects.select_related("hackathon__course", "team__hackathon__course", "user")
    return found.filter(hackathon=event)


def _invitations(event: Hackathon) -> QuerySet[Invitation]:
    found = Invitation.objects.select_related("team__hackathon__course", "created_by", "invitee")
    return found.filter(team__hackathon=event)
