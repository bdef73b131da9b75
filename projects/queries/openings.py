"""The board: teams with open seats and what they look for, people without a team and what they offer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from classroom.models import Enrolment, Role, User
from projects.models import (
    Hackathon,
    Invitation,
    JoinRequest,
    Membership,
    Registration,
    Seeker,
    Submission,
    Team,
    skills_in,
)
from projects.models.registration import State

RowT = TypeVar("RowT", Team, Seeker)


@dataclass(frozen=True)
class Skill:
    """A skill that is wanted or offered; `fits` where the reader has or wants it."""

    name: str
    fits: bool


@dataclass(frozen=True)
class OpenTeam:
    """A team on the board."""

    team_id: int
    name: str
    pitch: str
    seats: int
    members: list[str]
    skills: list[Skill]
    is_asked: bool


@dataclass(frozen=True)
class OpenPerson:
    """Somebody without a team on the board."""

    seeker_id: int
    user_id: int
    name: str
    about: str
    skills: list[Skill]
    is_invited: bool


def open_teams(*, hackathon: Hackathon, words: str = "", skills: Sequence[str] = ()) -> QuerySet[Team]:
    """Return the teams on the board that have a seat and have not handed in.

    Keeps those whose name, pitch or skills hold every word of `words` and, where `skills` are given, that
    look for one of them.
    """
    found = Team.objects.active().filter(
        ~Exists(Submission.objects.filter(team=OuterRef("pk"))),
        hackathon=hackathon,
        listed_at__isnull=False,
        size__lt=hackathon.max_team_size,
    )
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word) | Q(pitch__icontains=word) | Q(skills_wanted__icontains=word)
        )
    found = found.select_related("hackathon")
    return _any_of(found, "skills_wanted", skills).order_by(F("listed_at").desc(), "pk")


def open_people(*, hackathon: Hackathon, words: str = "", skills: Sequence[str] = ()) -> QuerySet[Seeker]:
    """Return the people on the board who have no team and still take part; filtered like teams."""
    theirs = {"user": OuterRef("user")}
    in_course = Enrolment.objects.filter(
        course=hackathon.course_id, role=Role.STUDENT, left_at=None, **theirs
    )
    found = Seeker.objects.filter(
        ~Exists(Membership.objects.filter(hackathon=hackathon, **theirs)),
        Exists(in_course),
        hackathon=hackathon,
    )
    if hackathon.registration_required:
        confirmed = Registration.objects.in_state(State.CONFIRMED).filter(hackathon=hackathon, **theirs)
        found = found.filter(Exists(confirmed))
    for word in words.split():
        found = found.filter(
            Q(user__name__icontains=word) | Q(about__icontains=word) | Q(skills__icontains=word)
        )
    return _any_of(found, "skills", skills).select_related("user").order_by(F("listed_at").desc(), "pk")


def team_cards(*, teams: Iterable[Team], reader: User, offers: Sequence[str]) -> list[OpenTeam]:
    """Return these teams as the board shows them, in two queries."""
    teams = list(teams)
    members: defaultdict[int, list[str]] = defaultdict(list)
    for membership in Membership.objects.filter(team__in=teams).select_related("user"):
        members[membership.team_id].append(str(membership.user))
    asked = set(
        JoinRequest.objects.open().filter(user=reader, team__in=teams).values_list("team_id", flat=True)
    )
    return [
        OpenTeam(
            team_id=team.pk,
            name=team.name,
            pitch=team.pitch,
            seats=team.hackathon.max_team_size - team.size,
            members=members[team.pk],
            skills=_marked(team.skills_wanted, offers),
            is_asked=team.pk in asked,
        )
        for team in teams
    ]


def person_cards(
    *, people: Iterable[Seeker], team: Team | None, wants: Sequence[str], now: datetime
) -> list[OpenPerson]:
    """Return these people as the board shows them, in one query; `team` is the reader's."""
    people = list(people)
    invited: set[int | None] = set()
    if team:
        of_team = Invitation.objects.open(now).filter(
            team=team, invitee__in=[each.user_id for each in people]
        )
        invited = set(of_team.values_list("invitee_id", flat=True))
    return [
        OpenPerson(
            seeker_id=each.pk,
            user_id=each.user_id,
            name=str(each.user),
            about=each.about,
            skills=_marked(each.skills, wants),
            is_invited=each.user_id in invited,
        )
        for each in people
    ]


def requests_to(*, team: Team) -> list[JoinRequest]:
    """Return who asks to join a team and waits for an answer, with what they offer as `offers`; two queries.

    Who has a team by now has withdrawn by that.
    """
    found = list(JoinRequest.objects.open().filter(team=team).select_related("user"))
    offers = dict(
        Seeker.objects.filter(
            hackathon=team.hackathon_id, user__in=[request.user_id for request in found]
        ).values_list("user_id", "skills")
    )
    for request in found:
        request.offers = offers.get(request.user_id, "")  # type: ignore[attr-defined]  # for the page
    return found


def requests_of(*, hackathon: Hackathon, user: User) -> list[JoinRequest]:
    """Return what a person has asked of teams that still exist: what waits and what was declined."""
    found = JoinRequest.objects.filter(
        hackathon=hackathon, user=user, team__archived_at=None, accepted_at=None, withdrawn_at=None
    )
    return list(found.select_related("team"))


def invitations_to(*, hackathon: Hackathon, user: User, now: datetime) -> list[Invitation]:
    """Return the invitations sent to a person that can still be used."""
    mine = Invitation.objects.open(now).filter(
        Q(invitee=user) | Q(email=user.email), team__hackathon=hackathon, team__archived_at=None
    )
    return list(mine.select_related("team", "created_by"))


def invitations_of(*, team: Team, now: datetime) -> list[Invitation]:
    """Return a team's invitations that can still be used."""
    return list(Invitation.objects.open(now).filter(team=team).select_related("invitee", "created_by"))


def _marked(skills: str, mine: Sequence[str]) -> list[Skill]:
    known = {skill.casefold() for skill in mine}
    return [Skill(skill, skill.casefold() in known) for skill in skills_in(skills)]


def _any_of(found: QuerySet[RowT], column: str, skills: Sequence[str]) -> QuerySet[RowT]:
    if not skills:
        return found
    wanted = Q(pk__in=[])
    for skill in skills:
        wanted |= Q(**{f"{column}__icontains": skill})
    return found.filter(wanted)
