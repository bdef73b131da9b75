"""Forming teams. The database's constraints decide races; the messages here explain them."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import User
from projects import words
from projects.errors import Refused
from projects.models import Consent, FailedJoin, Hackathon, Membership, Team, new_join_code
from projects.services import places
from projects.services.registration import release_place

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
            team = Team.objects.create(hackathon=hackathon, name=name, size=1, created_at=now)
            Membership.objects.create(
                hackathon=hackathon, team=team, user=user, is_leader=True, joined_at=now
            )
    except IntegrityError:
        _refuse_second_team(hackathon, user)
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
    team = Team.objects.active().filter(hackathon=hackathon, join_code=wanted).first()
    if team is None:
        raise Refused(
            _(
                "No team has this code. Compare it letter by letter with your team's page, or ask for "
                "the link."
            )
        )
    attempt.delete()
    _refuse_second_team(hackathon, user)
    try:
        with transaction.atomic():
            places.check_takes_part(hackathon=hackathon, user=user)
            if not _take_seat(team, hackathon):
                raise Refused(
                    ngettext(
                        "“%(name)s” is full: a team has at most %(count)d member. Join another one, or "
                        "create your own.",
                        "“%(name)s” is full: a team has at most %(count)d members. Join another one, or "
                        "create your own.",
                        hackathon.max_team_size,
                    )
                    % {"name": team.name, "count": hackathon.max_team_size}
                )
            Membership.objects.create(hackathon=hackathon, team=team, user=user, joined_at=now)
    except IntegrityError:
        _refuse_second_team(hackathon, user)
        raise
    team.refresh_from_db()
    return team


def leave_team(*, hackathon: Hackathon, user: User, now: datetime) -> Team:
    """Leave one's team. A leader's place goes to the longest-standing member; the last one archives the team.

    Hand-ins keep the authors they had. An archived team gives its place in a challenge back.

    Raises
    ------
    Refused
        The person is in no team, or the event is over.
    """
    if now >= hackathon.ends_at:
        raise Refused(_("The hackathon is over: teams stay as they were."))
    with transaction.atomic():
        membership = _locked_membership(hackathon, user)
        team, led = membership.team, membership.is_leader
        membership.delete()
        successor = Membership.objects.filter(team=team).order_by("joined_at", "pk").first()
        if successor is None:
            release_place(team=team, now=now)
            Team.objects.filter(pk=team.pk).update(size=0, archived_at=now)
        else:
            Team.objects.filter(pk=team.pk).update(size=F("size") - 1)
            if led:
                Membership.objects.filter(pk=successor.pk).update(is_leader=True)
    team.refresh_from_db()
    return team


def hand_over(*, hackathon: Hackathon, user: User, to: User) -> None:
    """Make another member the leader.

    Raises
    ------
    Refused
        `user` does not lead the team, or `to` is not in it.
    """
    with transaction.atomic():
        membership = _locked_membership(hackathon, user)
        heir = Membership.objects.filter(team=membership.team, user=to).first()
        if not membership.is_leader or heir is None:
            raise Refused(_("Only the team's leader can hand it over, and only to a member."))
        Membership.objects.filter(pk=membership.pk).update(is_leader=False)
        Membership.objects.filter(pk=heir.pk).update(is_leader=True)


def renew_join_code(*, hackathon: Hackathon, user: User) -> Team:
    """Replace the team's code, so that the old one and its link no longer work."""
    with transaction.atomic():
        membership = _locked_membership(hackathon, user)
        if not membership.is_leader:
            raise Refused(_("Only the team's leader can change the code."))
        Team.objects.filter(pk=membership.team_id).update(join_code=new_join_code())
    membership.team.refresh_from_db()
    return membership.team


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


def _take_seat(team: Team, hackathon: Hackathon) -> bool:
    return bool(
        Team.objects.active().filter(pk=team.pk, size__lt=hackathon.max_team_size).update(size=F("size") + 1)
    )


def _locked_membership(hackathon: Hackathon, user: User) -> Membership:
    """Return the person's membership, its team locked against other changes."""
    membership = Membership.objects.filter(hackathon=hackathon, user=user).first()
    if membership is not None:
        Team.objects.select_for_update().get(pk=membership.team_id)
        membership = Membership.objects.select_related("team").filter(pk=membership.pk).first()
    if membership is None:
        raise Refused(_("You are in no team of this hackathon."))
    return membership


def _refuse_second_team(hackathon: Hackathon, user: User) -> None:
    membership = Membership.objects.select_related("team").filter(hackathon=hackathon, user=user).first()
    if membership:
        raise Refused(
            _("You are already in “%(name)s”. Leave it first if you want to change.")
            % {"name": membership.team.name}
        )


def _count_attempt(hackathon: Hackathon, user: User, now: datetime) -> FailedJoin:
    """Count before looking, so that many guesses at once are counted too."""
    attempt = FailedJoin.objects.create(hackathon=hackathon, user=user, at=now)
    recent = FailedJoin.objects.filter(user=user, at__gt=now - FAILED_JOINS_WINDOW)
    if recent.count() > MAX_FAILED_JOINS:
        attempt.delete()
        free_at = recent.order_by("-at")[MAX_FAILED_JOINS - 1].at + FAILED_JOINS_WINDOW
        raise Refused(
            _("That were too many unknown codes. Try again on %(when)s, or ask for the invitation link.")
            % {"when": words.moment(free_at, hackathon.course)},
            until=free_at,
        )
    return attempt
