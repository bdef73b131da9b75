from datetime import timedelta
from pathlib import Path

import factory
from factory.django import DjangoModelFactory

from classroom.demo.course import CONTENT
from projects import services
from projects.models import Challenge, Hackathon, Project, Team
from tests.factories import NOW, CourseFactory, student_of

#: A right solution of the one-hidden-layer exercise.
RIGHT = (Path(CONTENT).parent / "student_code" / "one_hidden_layer.txt").read_text()
#: The same with one mistake in one function.
NOT_AVERAGED = RIGHT.replace(
    "    db1 = np.sum(dZ1, axis=1, keepdims=True) / m", "    db1 = np.sum(dZ1, axis=1, keepdims=True)"
)
assert NOT_AVERAGED != RIGHT
DAY = timedelta(days=1)


class HackathonFactory(DjangoModelFactory):
    class Meta:
        model = Hackathon

    course = factory.SubFactory(CourseFactory)
    title = factory.Sequence(lambda n: f"Hackathon {n}")
    registration_opens_at = NOW - 10 * DAY
    registration_closes_at = NOW + 10 * DAY
    starts_at = NOW + 10 * DAY
    ends_at = NOW + 12 * DAY
    submission_closes_at = NOW + 12 * DAY
    published_at = NOW - 10 * DAY
    max_team_size = 3


class ChallengeFactory(DjangoModelFactory):
    class Meta:
        model = Challenge

    course = factory.SubFactory(CourseFactory)
    title = factory.Sequence(lambda n: f"Challenge {n}")
    exercise = "planar-one-hidden-layer"
    published_at = NOW - DAY
    opens_at = NOW - DAY
    closes_at = NOW + DAY


def challenge_of(hackathon, **fields):
    return ChallengeFactory(
        **{"course": hackathon.course, "hackathon": hackathon, "opens_at": None, "closes_at": None} | fields
    )


def team_of(hackathon, size=1, name=None, **fields):
    """A team with `size` fresh students of the course."""
    users = [student_of(hackathon.course) for _ in range(size)]
    team = services.create_team(
        hackathon=hackathon, user=users[0], name=name or f"Team {users[0].pk}", now=NOW
    )
    for seconds, user in enumerate(users[1:], start=1):
        services.join_team(
            hackathon=hackathon, user=user, code=team.join_code, now=NOW + timedelta(seconds=seconds)
        )
    team.refresh_from_db()
    return team


def members(team):
    return [membership.user for membership in team.memberships.all()]


def project_of(team, challenge, title="Tides", now=NOW, **details):
    return services.register_project(
        team=team, challenge=challenge, details=services.ProjectDetails(title=title, **details), now=now
    )


__all__ = ["Project", "Team"]
