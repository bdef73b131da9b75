"""Inviting to a team: by link or by e-mail, once, until it expires or is taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from classroom.models import User
from projects.errors import Refused
from projects.models import Hackathon, Invitation, Membership
from projects.services import membership, places, team_notices
from projects.services.teams import check_registration_open

#: How long an invitation works, if teams still form then.
GOOD_FOR = timedelta(days=7)
#: So many of a team's are open at once, and so many one person sends within a day: the site sends no spam.
MAX_OPEN, MAX_A_DAY = 10, 20


def invite(
    *, hackathon: Hackathon, user: User, now: datetime, email: str = "", invitee: User | None = None
) -> Invitation:
    """Invite somebody to one's team: by e-mail to an address or to somebody from the board, else by a link.

    Raises
    ------
    Refused
        The person is in no team, it is full or has handed in, the addressee is in it or invited already, or
        these are too many invitations.
    """
    check_registration_open(hackathon=hackathon, now=now)
    email = email.strip().lower()
    with transaction.atomic():
        mine = membership.locked(hackathon=hackathon, user=user)
        team = mine.team
        membership.check_not_frozen(team=team, now=now)
        if team.size >= hackathon.max_team_size:
            raise membership.full(team)
        addressee = invitee or (User.objects.filter(email=email).first() if email else None)
        open_ones = Invitation.objects.open(now).filter(team=team)
        if addressee and Membership.objects.filter(team=team, user=addressee).exists():
            raise Refused(_("This person is in your team already."))
        if email or invitee:
            same = Q(invitee=addressee) if addressee else Q(pk=None)
            if open_ones.filter(same | (Q(email=email) & ~Q(email=""))).exists():
                raise Refused(_("This person is invited already. Revoke the invitation to send another one."))
        _check_not_too_many(open_ones.count(), user, now)
        invitation = Invitation.objects.create(
            team=team,
            email=email,
            invitee=invitee,
            created_by=user,
            created_at=now,
            expires_at=min(now + GOOD_FOR, hackathon.teams_close_at),
        )
        if email or invitee:
            team_notices.invited(invitation, addressee, now)
    return invitation


def accept_invitation(*, invitation: Invitation, user: User, now: datetime) -> None:
    """Join the team; of many who use the same invitation at once, exactly one does.

    Raises
    ------
    Refused
        The invitation was used, revoked or has expired, the team is full or has handed in, or the person has
        a team or no place.
    """
    event = invitation.team.hackathon
    check_registration_open(hackathon=event, now=now)
    with transaction.atomic():
        places.check_takes_part(hackathon=event, user=user)
        membership.lock_person(user)
        (team,) = membership.lock_teams(invitation.team_id)
        membership.check_not_frozen(team=team, now=now)
        mine = Invitation.objects.open(now).filter(pk=invitation.pk)
        if not mine.update(used_at=now, used_by=user):
            raise Refused(_("This invitation no longer works. Ask the team for a new one."))
        membership.enter(team=team, user=user, now=now)


def decline_invitation(*, invitation: Invitation, user: User, now: datetime) -> None:
    """Decline an invitation that was sent to oneself; a second time changes nothing.

    Raises
    ------
    Refused
        It was not sent to this person, or can no longer be used.
    """
    mine = Invitation.objects.open(now).filter(Q(invitee=user) | Q(email=user.email), pk=invitation.pk)
    if not mine.update(declined_at=now):
        raise Refused(_("This invitation no longer works. Ask the team for a new one."))


def revoke_invitation(*, invitation: Invitation, user: User, now: datetime) -> None:
    """Take an invitation back: the team's leader any, the other members their own.

    Raises
    ------
    Refused
        It is another member's, or can no longer be used.
    """
    with transaction.atomic():
        mine = membership.locked(hackathon=invitation.team.hackathon, user=user)
        found = Invitation.objects.open(now).filter(pk=invitation.pk, team=mine.team)
        if not mine.is_leader:
            found = found.filter(created_by=user)
        if not found.update(revoked_at=now):
            raise Refused(_("This invitation is somebody else's to revoke, or no longer works anyway."))


def _check_not_too_many(open_ones: int, user: User, now: datetime) -> None:
    if open_ones >= MAX_OPEN:
        raise Refused(_("Your team has too many open invitations. Revoke one of them first."))
    if (
        Invitation.objects.filter(created_by=user, created_at__gt=now - timedelta(days=1)).count()
        >= MAX_A_DAY
    ):
        raise Refused(_("These are too many invitations for one day. Pass the join code on instead."))
