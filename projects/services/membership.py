"""Who is in a team: the one way in, the one way out, and when nobody comes or goes any more.

Locks are taken in one order: a person's registration, the person, teams by number, then their rows. A
person's lock lets one team at a time take somebody in; a team's keeps its size and its leader right.
"""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import User
from projects import words
from projects.errors import Refused
from projects.models import (
    Hackathon,
    Invitation,
    JoinRequest,
    Membership,
    Project,
    Seeker,
    Submission,
    Team,
    new_join_code,
)
from projects.services import places
from projects.services.registration import release_place


def lock_person(user: User) -> None:
    """Let one team at a time take this person in."""
    # Not against rows that refer to the person: they answer quizzes meanwhile.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def lock_teams(*pks: int) -> list[Team]:
    """Return these teams as they are now, locked against other changes, in the order asked for."""
    rows = Team.objects.select_for_update(of=("self",)).select_related("hackathon__course")
    found = {team.pk: team for team in rows.filter(pk__in=pks).order_by("pk")}
    return [found[pk] for pk in pks]


def locked(*, hackathon: Hackathon, user: User) -> Membership:
    """Return the person's membership, its team locked.

    Raises
    ------
    Refused
        The person is in no team of the event.
    """
    membership = Membership.objects.filter(hackathon=hackathon, user=user).first()
    if membership is not None:
        lock_teams(membership.team_id)
        found = Membership.objects.select_related("team__hackathon__course", "user")
        membership = found.filter(pk=membership.pk, team=membership.team_id).first()
    if membership is None:
        raise Refused(_("You are in no team of this hackathon."))
    return membership


def locked_leader(*, hackathon: Hackathon, user: User) -> Membership:
    """Return the membership of somebody who leads a team, the team locked.

    Raises
    ------
    Refused
        The person leads no team of the event.
    """
    membership = locked(hackathon=hackathon, user=user)
    if not membership.is_leader:
        raise Refused(_("Only the team's leader can do this. Ask whoever leads your team."))
    return membership


def frozen_because(*, team: Team, now: datetime) -> str:
    """Tell why nobody comes or goes any more; empty as long as people do."""
    event = team.hackathon
    over = min(event.submission_closes_at, event.ends_at)
    if now >= over:
        return _(
            "Since %(when)s teams stay as they are. Ask the organisers if somebody has to be moved or "
            "removed."
        ) % {"when": words.moment(over, event.course)}
    if Submission.objects.filter(team=team).exists():
        return _(
            "“%(name)s” has handed in: whoever was a member then stays one. Ask the organisers if somebody "
            "has to be moved or removed."
        ) % {"name": team.name}
    return ""


def check_not_frozen(*, team: Team, now: datetime) -> None:
    """Raise `Refused` once the team has handed in, or projects were due."""
    because = frozen_because(team=team, now=now)
    if because:
        raise Refused(because)


def enter(*, team: Team, user: User, now: datetime) -> Membership:
    """Give a person a seat in a team; the caller holds both locks.

    Raises
    ------
    Refused
        The person has a team, or this one is full or gone.
    """
    refuse_second_team(hackathon=team.hackathon, user=user)
    if team.archived_at:
        raise Refused(_("This team no longer exists. Create one, or join another."))
    keep_authors(team=team, now=now)
    if not take_seats(team=team, count=1):
        raise full(team)
    no_longer_seeks(hackathon=team.hackathon, user=user, now=now)
    return Membership.objects.create(hackathon=team.hackathon, team=team, user=user, joined_at=now)


def leave(*, membership: Membership, now: datetime) -> None:
    """Take somebody out of a locked team.

    The lead passes to who has been in it longest; the last one archives it.
    """
    team = membership.team
    keep_authors(team=team, now=now)
    membership.delete()
    successor = Membership.objects.filter(team=team).order_by("joined_at", "pk").first()
    if successor is None:
        archive(team=team, now=now)
        return
    Team.objects.filter(pk=team.pk).update(size=F("size") - 1)
    if membership.is_leader:
        Membership.objects.filter(pk=successor.pk).update(is_leader=True)


def archive(*, team: Team, now: datetime) -> None:
    """End a locked team: nobody is in it any more, whatever it handed in stays.

    Its place in a challenge is free again, unless it has handed in: then its project stays, too.
    """
    keep_authors(team=team, now=now)
    if not frozen_because(team=team, now=now):
        release_place(team=team, now=now)
    Membership.objects.filter(team=team).delete()
    Team.objects.filter(pk=team.pk, archived_at=None).update(size=0, archived_at=now)


def take_seats(*, team: Team, count: int) -> bool:
    """Take so many seats; False when there are not that many, also where the team is too large already."""
    most = team.hackathon.max_team_size
    free = Team.objects.active().filter(pk=team.pk, size__lte=most - count)
    return bool(free.update(size=F("size") + count))


def no_longer_seeks(*, hackathon: Hackathon, user: User, now: datetime) -> None:
    """Withdraw what a person who gets a team has asked of others, and take them off the board."""
    JoinRequest.objects.open().filter(hackathon=hackathon, user=user).update(withdrawn_at=now)
    Seeker.objects.filter(hackathon=hackathon, user=user).delete()


def shut(*, team: Team, now: datetime) -> None:
    """Let nobody in by what a person who was removed may know: the code, and invitations still open."""
    Team.objects.filter(pk=team.pk).update(join_code=new_join_code())
    Invitation.objects.open(now).filter(team=team).update(revoked_at=now)


def check_other_takes_part(*, hackathon: Hackathon, user: User) -> None:
    """Raise `Refused`, in words for somebody else, where a person has no place in the event."""
    try:
        places.check_takes_part(hackathon=hackathon, user=user)
    except Refused:
        raise Refused(
            _("%(name)s has no place in this hackathon: they register first.") % {"name": user}
        ) from None


def keep_authors(*, team: Team, now: datetime) -> None:
    """Write down who was in a team that has handed in, before staff change who is; the first time counts."""
    project = Project.objects.filter(team=team, withdrawn_at=None).first()
    if project and frozen_because(team=team, now=now) and not project.authors.exists():
        project.authors.set(User.objects.filter(memberships__team=team))


def refuse_second_team(*, hackathon: Hackathon, user: User) -> None:
    """Raise `Refused` if the person is in a team of the event."""
    membership = Membership.objects.select_related("team").filter(hackathon=hackathon, user=user).first()
    if membership:
        raise Refused(
            _("You are already in “%(name)s”. Leave it first if you want to change.")
            % {"name": membership.team.name}
        )


def full(team: Team) -> Refused:
    """Say that a team is full."""
    most = team.hackathon.max_team_size
    return Refused(
        ngettext(
            "“%(name)s” is full: a team has at most %(count)d member. Join another one, or create your own.",
            "“%(name)s” is full: a team has at most %(count)d members. Join another one, or create your own.",
            most,
        )
        % {"name": team.name, "count": most}
    )
