"""What staff change about teams, also those that have handed in: with a reason that those concerned read.

Whoever was in a team when it handed in stays an author of that, unless staff say more.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from projects.errors import Refused
from projects.models import Membership, Project, Submission, Team
from projects.services import membership, team_notices


def move_member(
    *, user: User, to: Team, reason: str, by: User, now: datetime, as_author: bool = False
) -> None:
    """Put somebody into a team, out of the one they may be in; `as_author` also of what it has handed in.

    Raises
    ------
    Refused
        The person has no place in the event or is in the team already, or the team is full or gone.
    """
    event = to.hackathon
    with transaction.atomic():
        membership.check_other_takes_part(hackathon=event, user=user)
        membership.lock_person(user)
        before = Membership.objects.filter(hackathon=event, user=user).first()
        if before and before.team_id == to.pk:
            raise Refused(_("This person is in the team already."))
        to, *_others = membership.lock_teams(to.pk, *([before.team_id] if before else []))
        theirs = _in_team(before.team_id, user) if before else None
        if theirs:
            membership.leave(membership=theirs, now=now)
        membership.enter(team=to, user=user, now=now)
        if as_author:
            _make_author(to, user)
        team_notices.moved(to, user, now, reason)
        more = {"as_author": as_author} | (_from(theirs.team) if theirs else {})
        _log("team.moved", to, by, now, reason, about=user, more=more)


def take_out(*, team: Team, user: User, reason: str, by: User, now: datetime) -> None:
    """Remove somebody from a team; what they know, the code and invitations, opens nothing any more.

    Raises
    ------
    Refused
        The person is not in the team any more.
    """
    with transaction.atomic():
        (team,) = membership.lock_teams(team.pk)
        theirs = _in_team(team.pk, user)
        if theirs is None:
            raise Refused(_("This person is not in the team any more."))
        membership.leave(membership=theirs, now=now)
        membership.shut(team=team, now=now)
        team_notices.removed(team, user, now, reason)
        _log("team.removed", team, by, now, reason, about=user)


def merge_teams(*, team: Team, into: Team, reason: str, by: User, now: datetime) -> None:
    """Put all members of a team into another one, whose leader leads on; the first is archived.

    Raises
    ------
    Refused
        Together they are too many, or one of the teams is gone.
    """
    if team.pk == into.pk or team.hackathon_id != into.hackathon_id:
        raise Refused(_("Choose another team of the same hackathon."))
    with transaction.atomic():
        team, into = membership.lock_teams(team.pk, into.pk)
        if team.archived_at or into.archived_at:
            raise Refused(_("One of these teams no longer exists. Look at the list again."))
        for each in (team, into):
            membership.keep_authors(team=each, now=now)
        moving = list(User.objects.filter(memberships__team=team))
        if not membership.take_seats(team=into, count=len(moving)):
            raise Refused(
                _("Together they are more than %(most)d. Raise the largest team of the event, or move some.")
                % {"most": into.hackathon.max_team_size}
            )
        Membership.objects.filter(team=team).update(team=into, is_leader=False, joined_at=now)
        membership.archive(team=team, now=now)
        for user in moving:
            team_notices.moved(into, user, now, reason)
        _log("team.merged", into, by, now, reason, more=_from(team))


def end_team(*, team: Team, reason: str, by: User, now: datetime) -> None:
    """Dissolve a team; what it handed in stays, with its authors.

    Raises
    ------
    Refused
        The team is gone already.
    """
    with transaction.atomic():
        (team,) = membership.lock_teams(team.pk)
        if team.archived_at:
            raise Refused(_("This team no longer exists."))
        team_notices.dissolved(team, list(User.objects.filter(memberships__team=team)), now, reason)
        membership.archive(team=team, now=now)
        _log("team.dissolved", team, by, now, reason)


def _in_team(team: int, user: User) -> Membership | None:
    found = Membership.objects.select_related("team__hackathon__course", "user")
    return found.filter(team=team, user=user).first()


def _make_author(team: Team, user: User) -> None:
    for project in Project.objects.filter(team=team, withdrawn_at=None):
        if project.authors.exists():  # else whoever is in the team is one
            project.authors.add(user)
    for submission in Submission.objects.filter(team=team).only("pk"):
        submission.authors.add(user)


def _from(team: Team) -> dict[str, object]:
    return {"from": team.pk, "from_name": team.name}


def _log(
    action: str,
    team: Team,
    by: User,
    now: datetime,
    reason: str,
    *,
    about: User | None = None,
    more: dict[str, object] | None = None,
) -> None:
    """Write it down; `from` in the detail is the other team concerned."""
    AuditEntry.objects.create(
        course=team.hackathon.course,
        actor=by,
        action=action,
        about=about,
        item=f"team:{team.pk}",
        detail={"reason": reason, "team": team.name} | (more or {}),
        at=now,
    )
