"""Teams of those who take part, and what they registered."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from classroom.demo.crowd.people import BATCH
from classroom.models import User
from projects.models import Challenge, Hackathon, Membership, Project, Team
from projects.models.team import CODE_ALPHABET, CODE_LENGTH

#: In a hundred: how many who take part are in a team, how many teams registered a project, how many withdrew.
IN_TEAM, WITH_PROJECT, WITHDREW = 85, 95, 3


@dataclass(frozen=True)
class Formed:
    """A team with its members, the leader first."""

    team: Team
    members: list[User]


def form(event: Hackathon, people: list[User], count: int, rng: random.Random) -> list[Formed]:
    """Give every team a leader, and most of the others a place in one that is not full yet."""
    people = rng.sample(people, len(people))
    groups = [[leader] for leader in people[:count]]
    open_groups = list(groups)
    for user in people[count : max(count, len(people) * IN_TEAM // 100)]:
        at = rng.randrange(len(open_groups))
        open_groups[at].append(user)
        if len(open_groups[at]) == event.max_team_size:
            open_groups[at] = open_groups[-1]
            open_groups.pop()
    begun = event.registration_opens_at
    teams = Team.objects.bulk_create(
        (
            Team(
                hackathon=event,
                name=f"Team {number:04}",
                join_code="".join(rng.choices(CODE_ALPHABET, k=CODE_LENGTH)),
                size=len(group),
                created_at=begun + timedelta(minutes=number),
            )
            for number, group in enumerate(groups, start=1)
        ),
        batch_size=BATCH,
    )
    Membership.objects.bulk_create(
        (
            Membership(
                hackathon=event,
                team=team,
                user=user,
                is_leader=place == 0,
                joined_at=team.created_at + timedelta(hours=place),
            )
            for team, group in zip(teams, groups, strict=True)
            for place, user in enumerate(group)
        ),
        batch_size=BATCH,
    )
    return [Formed(team, group) for team, group in zip(teams, groups, strict=True)]


def register_projects(
    event: Hackathon, formed: list[Formed], challenges: list[Challenge], rng: random.Random
) -> list[Project]:
    """Register most teams' projects; return those that were not withdrawn, and count their places."""
    projects = Project.objects.bulk_create(
        (
            _project(one.team, rng.choice(challenges), rng)
            for one in formed
            if rng.randrange(100) < WITH_PROJECT
        ),
        batch_size=BATCH,
    )
    kept = [project for project in projects if project.withdrawn_at is None]
    taken = Counter(project.challenge_id for project in kept)
    for challenge in challenges:
        challenge.taken = taken[challenge.pk]
        challenge.capacity = challenge.taken + challenge.position
    Challenge.objects.bulk_update(challenges, ["taken", "capacity"])
    return kept


def _project(team: Team, challenge: Challenge, rng: random.Random) -> Project:
    registered = team.created_at + timedelta(days=2)
    return Project(
        team=team,
        challenge=challenge,
        title=f"{rng.choice(('Tides', 'Whales', 'Dunes', 'Harbour', 'Fog'))} of {team.name}",
        abstract=f"We *listen* to the sea at {team.name}, and learn which **wave** comes next.",
        needs=rng.choice(("", "A screen.", "A mentor for training.")),
        repository_url=f"https://example.org/team/{team.pk}",
        has_public_repository=True,
        has_commented_notebook=rng.random() < 0.8,
        has_video=rng.random() < 0.6,
        registered_at=registered,
        changed_at=registered,
        withdrawn_at=registered + timedelta(days=1) if rng.randrange(100) < WITHDREW else None,
    )
