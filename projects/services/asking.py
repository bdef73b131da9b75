"""Asking to join a team, and the board on which teams and people without one find each other."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classroom.models import User
from projects.errors import Refused
from projects.models import Hackathon, JoinRequest, Membership, Seeker, Team
from projects.services import membership, places, team_notices
from projects.services.teams import check_registration_open

#: So many teams one may ask at a time.
MAX_OPEN = 5


def ask_to_join(*, team: Team, user: User, message: str, now: datetime) -> JoinRequest:
    """Ask a team of the board to take one in; its leader is told.

    Raises
    ------
    Refused
        The person has a team, no place or asked already, too many or in vain; or the team looks for nobody.
    """
    event = team.hackathon
    check_registration_open(hackathon=event, now=now)
    try:
        with transaction.atomic():
            places.check_takes_part(hackathon=event, user=user)
            membership.lock_person(user)
            membership.refuse_second_team(hackathon=event, user=user)
            (team,) = membership.lock_teams(team.pk)
            _check_may_be_asked(team, user, now)
            request = JoinRequest.objects.create(
                hackathon=event, team=team, user=user, message=message, asked_at=now
            )
            leader = Membership.objects.select_related("user").get(team=team, is_leader=True)
            team_notices.asked(request, leader.user, now)
    except IntegrityError:
        raise Refused(_("You have asked this team already. Its leader answers.")) from None
    return request


def withdraw_request(*, request: JoinRequest, user: User, now: datetime) -> None:
    """Take one's own request back.

    Raises
    ------
    Refused
        It has been answered already.
    """
    if not JoinRequest.objects.open().filter(pk=request.pk, user=user).update(withdrawn_at=now):
        raise Refused(_("This request has been answered or withdrawn already."))


def accept_request(*, request: JoinRequest, by: User, now: datetime) -> None:
    """Take in who asked; of two teams that accept somebody at once, one gets them.

    Raises
    ------
    Refused
        `by` does not lead the team, the request is answered or withdrawn, or the team is full.
    """
    event = request.team.hackathon
    check_registration_open(hackathon=event, now=now)
    with transaction.atomic():
        membership.check_other_takes_part(hackathon=event, user=request.user)
        membership.lock_person(request.user)
        lead = membership.locked_leader(hackathon=event, user=by)
        membership.check_not_frozen(team=lead.team, now=now)
        _decide(request, lead, accepted_at=now)
        membership.enter(team=lead.team, user=request.user, now=now)
        team_notices.answered(request, accepted=True, now=now)


def decline_request(*, request: JoinRequest, by: User, now: datetime) -> None:
    """Decline a request to join.

    Raises
    ------
    Refused
        `by` does not lead the team, or the request is answered or withdrawn.
    """
    with transaction.atomic():
        lead = membership.locked_leader(hackathon=request.team.hackathon, user=by)
        _decide(request, lead, declined_at=now)
        team_notices.answered(request, accepted=False, now=now)


def list_team(
    *, hackathon: Hackathon, user: User, listed: bool, pitch: str, skills: Sequence[str], now: datetime
) -> None:
    """Put the team one leads on the board with what it looks for, or take it off; the words stay."""
    with transaction.atomic():
        lead = membership.locked_leader(hackathon=hackathon, user=user)
        since = (lead.team.listed_at or now) if listed else None
        Team.objects.filter(pk=lead.team_id).update(
            listed_at=since, pitch=pitch, skills_wanted=", ".join(skills)
        )


def seek_team(*, hackathon: Hackathon, user: User, skills: Sequence[str], about: str, now: datetime) -> None:
    """Put oneself on the board, or change what it says.

    Raises
    ------
    Refused
        Registration is not open, or the person has a team or no place.
    """
    check_registration_open(hackathon=hackathon, now=now)
    with transaction.atomic():
        places.check_takes_part(hackathon=hackathon, user=user)
        membership.lock_person(user)
        membership.refuse_second_team(hackathon=hackathon, user=user)
        text = {"skills": ", ".join(skills), "about": about}
        Seeker.objects.update_or_create(
            hackathon=hackathon, user=user, defaults=text, create_defaults=text | {"listed_at": now}
        )


def stop_seeking(*, hackathon: Hackathon, user: User) -> None:
    """Take oneself off the board; a second time changes nothing."""
    Seeker.objects.filter(hackathon=hackathon, user=user).delete()


def _check_may_be_asked(team: Team, user: User, now: datetime) -> None:
    if team.archived_at or team.listed_at is None:
        raise Refused(_("This team is not on the board any more. Ask another one."))
    membership.check_not_frozen(team=team, now=now)
    if team.size >= team.hackathon.max_team_size:
        raise membership.full(team)
    mine = JoinRequest.objects.filter(user=user)
    if mine.filter(team=team).exclude(declined_at=None).exists():
        raise Refused(_("This team has declined. Ask another one, or put yourself on the board."))
    waiting = mine.open().filter(hackathon=team.hackathon, team__archived_at=None)
    if waiting.exclude(team=team).count() >= MAX_OPEN:
        raise Refused(_("You have asked many teams already. Wait for an answer, or withdraw a request."))


def _decide(request: JoinRequest, lead: Membership, **stamp: datetime) -> None:
    found = JoinRequest.objects.open().filter(pk=request.pk, team=lead.team)
    if not found.update(decided_by=lead.user, **stamp):
        raise Refused(_("This request has been answered or withdrawn already."))
