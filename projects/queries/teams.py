"""Teams, challenges and projects of a hackathon."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Lower

from classroom.models import AuditEntry, User
from projects.models import Challenge, Hackathon, Membership, Project, Team


@dataclass(frozen=True)
class Member:
    """Somebody in a team."""

    user_id: int
    name: str
    email: str
    is_leader: bool
    joined_at: datetime


@dataclass(frozen=True)
class TeamRow:
    """A team with its members and what it registered."""

    team_id: int
    name: str
    join_code: str
    created_at: datetime
    members: list[Member]
    project: Project | None


@dataclass(frozen=True)
class ChallengeRow:
    """A challenge of the event with its places, and what comes with it."""

    challenge_id: int
    title: str
    description: str
    exercise: str
    capacity: int | None
    taken: int
    min_team_size: int
    teams: list[str]
    is_own_idea: bool
    prizes: str
    mentors: list[str]
    data_url: str
    data_name: str
    data_bytes: int | None
    has_board: bool

    @property
    def places_left(self) -> int | None:
        """How many more teams may choose it; None means any number."""
        return None if self.capacity is None else self.capacity - self.taken

    @property
    def is_full(self) -> bool:
        """Whether no place is left."""
        return self.places_left == 0


def team_rows(*, hackathon: Hackathon, teams: Sequence[Team] | None = None) -> list[TeamRow]:
    """Return the teams that have members, by name, in three queries; or only these `teams`, in two."""
    if teams is None:
        teams = list(Team.objects.active().filter(hackathon=hackathon))
    members: defaultdict[int, list[Member]] = defaultdict(list)
    for membership in Membership.objects.filter(team__in=teams).select_related("user"):
        members[membership.team_id].append(_member(membership))
    projects = {
        project.team_id: project
        for project in Project.objects.filter(team__in=teams, withdrawn_at=None).select_related("challenge")
    }
    return [
        TeamRow(t.pk, t.name, t.join_code, t.created_at, members[t.pk], projects.get(t.pk)) for t in teams
    ]


def member_lines(*, hackathon: Hackathon) -> Iterator[tuple[str, str, str, bool, Project | None]]:
    """Write down who is in which team: team, name, address, leader or not, project; two queries."""
    projects = {
        project.team_id: project
        for project in Project.objects.filter(team__hackathon=hackathon, withdrawn_at=None)
        .select_related("challenge")
        .only(
            *("team", "title", "repository_url", "video_url", "challenge__title"),
            *("has_public_repository", "has_commented_notebook", "has_video"),
        )
    }
    members = Membership.objects.filter(hackathon=hackathon).order_by(
        Lower("team__name"), "team_id", "joined_at", "pk"
    )
    for team, title, name, email, is_leader in members.values_list(
        "team_id", "team__name", "user__name", "user__email", "is_leader"
    ).iterator():
        yield title, name or email, email, is_leader, projects.get(team)


def members_of(*, team: Team) -> list[Member]:
    """Return a team's members, the longest-standing first."""
    return [_member(m) for m in Membership.objects.filter(team=team).select_related("user")]


def challenge_rows(*, hackathon: Hackathon, now: datetime, all_of_them: bool = False) -> list[ChallengeRow]:
    """Return the challenges with places left, mentors and the teams that chose them, in three queries."""
    challenges = Challenge.objects.filter(hackathon=hackathon)
    if not all_of_them:
        challenges = challenges.visible(now)
    challenges = challenges.prefetch_related("mentors").annotate(
        data_name=Coalesce(F("data_set__name"), Value("")),
        data_bytes=F("data_set__size_bytes"),
    )
    chosen: defaultdict[int, list[str]] = defaultdict(list)
    for challenge_id, name in (
        Project.objects.filter(challenge__hackathon=hackathon, withdrawn_at=None)
        .order_by("registered_at")
        .values_list("challenge_id", "team__name")
    ):
        chosen[challenge_id].append(name)
    return [
        ChallengeRow(
            challenge_id=c.pk,
            title=c.title,
            description=c.description,
            exercise=c.exercise,
            capacity=c.capacity,
            taken=c.taken,
            min_team_size=c.min_team_size,
            teams=chosen[c.pk],
            is_own_idea=c.is_own_idea,
            prizes=c.prizes,
            mentors=[str(person) for person in c.mentors.all()],
            data_url=c.data_url,
            data_name=c.data_name,  # type: ignore[attr-defined]  # annotated above
            data_bytes=c.data_bytes,  # type: ignore[attr-defined]
            has_board=c.has_board,
        )
        for c in challenges
    ]


def project_of(*, team: Team) -> Project | None:
    """Return what the team has registered."""
    return Project.objects.filter(team=team, withdrawn_at=None).select_related("challenge").first()


def authors_of(*, project: Project) -> list[User]:
    """Return whose project it is: the team's members when it handed in, or those it has now; two queries."""
    return list(project.authors.order_by("name", "email")) or [
        m.user for m in Membership.objects.filter(team=project.team_id).select_related("user")
    ]


def acts_of_staff(*, team: Team) -> list[AuditEntry]:
    """Return what staff changed about a team, the newest first; one query."""
    concerned = Q(item=f"team:{team.pk}") | Q(action__startswith="team.", detail__from=team.pk)
    found = AuditEntry.objects.filter(concerned, course=team.hackathon.course_id)
    return list(found.select_related("actor", "about"))


def _member(membership: Membership) -> Member:
    return Member(
        membership.user_id,
        str(membership.user),
        membership.user.email,
        membership.is_leader,
        membership.joined_at,
    )
