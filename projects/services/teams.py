"""Forming teams. The database's constraints decide races; the messages here explain them."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classroom.models import User
from projects import words
from projects.errors import Refused
from projects.models import Consent, FailedJoin, Hackathon, Membership, Team, new_join_code
from projects.services import membership, places, team_notices

#: So many unknown codes within this time, and the person has to wait.
MAX_FAILED_JOINS = 10
FAILED_JOINS_WINDOW = timedelta(minutes=15)


def create_team(*, hackathon: Hackathon, user: User, name: str, now: datetime) -> Team:
    """Create a team that `user` leads.

    Raises
    ------
    Refused
        Registration is not open, the person has a team or no place, or the name is taken.
    """
    check_registration_open(hackathon=hackathon, now=now)
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Give your team a name."))
    try:
        with transaction.atomic():
            places.check_takes_part(hackathon=hackathon, user=user)
            membership.lock_person(user)
            membership.refuse_second_team(hackathon=hackathon, user=user)
            membership.no_longer_seeks(hackathon=hackathon, user=user, now=now)
            team = Team.objects.create(hackathon=hackathon, name=name, size=1, created_at=now)
            Membership.objects.create(
                hackathon=hackathon, team=team, user=user, is_leader=True, joined_at=now
            )
    except IntegrityError:
        raise Refused(
            _("There is already a team called “%(name)s”. Choose another name, or join it with its code.")
            % {"name": name}
        ) from None
    return team


def join_team(*, hackathon: Hackathon, user: User, code: str, now: datetime) -> Team:
    """Join the team that has this code; spaces, hyphens and lower case do not matter.

    Raises
    ------
    Refused
        Registration is not open, no such code, too many wrong ones, the team is full, or the person has one
        or no place.
    """
    check_registration_open(hackathon=hackathon, now=now)
    attempt = _count_attempt(hackathon, user, now)
    wanted = code.replace("-", "").replace(" ", "").upper()
    found = Team.objects.active().filter(hackathon=hackathon, join_code=wanted).first()
    if found is None:
        raise _no_such_code()
    attempt.delete()
    with transaction.atomic():
        places.check_takes_part(hackathon=hackathon, user=user)
        membership.lock_person(user)
        (team,) = membership.lock_teams(found.pk)
        if team.join_code != wanted:  # somebody has just been removed, and the code with them
            raise _no_such_code()
        membership.check_not_frozen(team=team, now=now)
        membership.enter(team=team, user=user, now=now)
    team.refresh_from_db()
    return team


def leave_team(*, hackathon: Hackathon, user: User, now: datetime) -> Team:
    """Leave one's team. A leader's place goes to the longest-standing member; the last one archives the team.

    Raises
    ------
    Refused
        The person is in no team, or the team has handed in or the event is over.
    """
    with transaction.atomic():
        mine = membership.locked(hackathon=hackathon, user=user)
        membership.check_not_frozen(team=mine.team, now=now)
        membership.leave(membership=mine, now=now)
    return mine.team


def remove_member(*, hackathon: Hackathon, user: User, member: User, now: datetime) -> None:
    """Take a member out of the team one leads; what they know, the code and invitations, opens nothing.

    Raises
    ------
    Refused
        `user` leads no team, `member` is somebody else's, or the team has handed in.
    """
    with transaction.atomic():
        lead = membership.locked_leader(hackathon=hackathon, user=user)
        membership.check_not_frozen(team=lead.team, now=now)
        found = Membership.objects.select_related("team__hackathon__course", "user")
        theirs = found.filter(team=lead.team, user=member).exclude(pk=lead.pk).first()
        if theirs is None:
            raise Refused(_("This person is not in your team. To go yourself, leave the team."))
        membership.leave(membership=theirs, now=now)
        membership.shut(team=lead.team, now=now)
        team_notices.removed(lead.team, theirs.user, now)


def dissolve_team(*, hackathon: Hackathon, user: User, now: datetime) -> Team:
    """Dissolve the team one leads: everybody is free to join another, and its place in a challenge is free.

    Raises
    ------
    Refused
        `user` leads no team, or the team has handed in.
    """
    with transaction.atomic():
        lead = membership.locked_leader(hackathon=hackathon, user=user)
        membership.check_not_frozen(team=lead.team, now=now)
        others = User.objects.filter(memberships__team=lead.team).exclude(pk=user.pk)
        team_notices.dissolved(lead.team, list(others), now)
        membership.archive(team=lead.team, now=now)
    return lead.team


def hand_over(*, hackathon: Hackathon, user: User, to: User) -> None:
    """Make another member the leader.

    Raises
    ------
    Refused
        `user` does not lead the team, or `to` is not in it.
    """
    with transaction.atomic():
        lead = membership.locked_leader(hackathon=hackathon, user=user)
        heir = Membership.objects.filter(team=lead.team, user=to).first()
        if heir is None:
            raise Refused(_("A team is handed over to one of its members only."))
        Membership.objects.filter(pk=lead.pk).update(is_leader=False)
        Membership.objects.filter(pk=heir.pk).update(is_leader=True)


def renew_join_code(*, hackathon: Hackathon, user: User) -> Team:
    """Replace the code of the team one leads, so that the old one and its link no longer work."""
    with transaction.atomic():
        lead = membership.locked_leader(hackathon=hackathon, user=user)
        Team.objects.filter(pk=lead.team_id).update(join_code=new_join_code())
    lead.team.refresh_from_db()
    return lead.team


def asks_consent(*, hackathon: Hackathon, user: User) -> bool:
    """Tell whether the person still has to agree to the code of conduct in its present words."""
    version = hackathon.conduct_version
    return (
        bool(version)
        and not Consent.objects.filter(hackathon=hackathon, user=user, text_sha256=version).exists()
    )


def give_consent(*, hackathon: Hackathon, user: User, now: datetime) -> None:
    """Record the agreement, with the version of the text and the time; once a version."""
    if hackathon.conduct_version:
        Consent.objects.get_or_create(
            hackathon=hackathon,
            user=user,
            text_sha256=hackathon.conduct_version,
            defaults={"given_at": now},
        )


def check_registration_open(*, hackathon: Hackathon, now: datetime) -> None:
    """Raise `Refused` outside the registration window; its end itself is already too late."""
    if now < hackathon.registration_opens_at:
        raise Refused(
            _("Registration opens on %(when)s.")
            % {"when": words.moment(hackathon.registration_opens_at, hackathon.course)},
            until=hackathon.registration_opens_at,
        )
    if now >= hackathon.teams_close_at:
        raise Refused(
            _("Registration closed on %(when)s. Ask the organisers if you still want to take part.")
            % {"when": words.moment(hackathon.teams_close_at, hackathon.course)}
        )


def _no_such_code() -> Refused:
    return Refused(
        _("No team has this code. Compare it letter by letter with your team's page, or ask for the link.")
    )


def _count_attempt(hackathon: Hackathon, user: User, now: datetime) -> FailedJoin:
    """Count before looking, so that many guesses at once are counted too."""
    attempt = FailedJoin.objects.create(hackathon=hackathon, user=user, at=now)
    since = now - FAILED_JOINS_WINDOW
    recent = FailedJoin.objects.filter(user=user, at__gt=since).order_by("-at").values_list("at", flat=True)
    latest = list(recent[: MAX_FAILED_JOINS + 1])  # read once: others count at the same time
    if len(latest) > MAX_FAILED_JOINS:
        attempt.delete()
        free_at = latest[MAX_FAILED_JOINS - 1] + FAILED_JOINS_WINDOW
        raise Refused(
            _("That were too many unknown codes. Try again on %(when)s, or ask for the invitation link.")
            % {"when": words.moment(free_at, hackathon.course)},
            until=free_at,
        )
    return attempt
