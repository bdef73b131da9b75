"""Build the event: everybody in the middle of it, judging has begun and the gallery is open."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from classroom.demo.crowd import beside, handing_in, judging, people, registering, sessions, teams
from classroom.models import Course
from projects.models import Challenge, Criterion, DataSet, Hackathon

#: The exercise of the challenges that are graded by themselves, its functions and what they are worth.
GRADED = "planar-one-hidden-layer"
CHALLENGES = 12
DATA = b"time,height\n0,1.5\n"
CONDUCT = "Be kind. Ask before you photograph. Credit what you reuse."


@dataclass(frozen=True)
class Size:
    """How large the event is; teams find members only if there are some three participants for each."""

    participants: int = 5000
    teams: int = 1000
    sessions: int = 1000
    judges: int = 100
    looks_a_project: int = 3

    def __post_init__(self) -> None:
        if self.participants < 3 * self.teams or min(self.teams, self.sessions, self.judges) < 1:
            raise ValueError("Ask for at least one of each, and for three participants a team.")


def course_slug(seed: int) -> str:
    """Return the short name of the course that `seed` makes."""
    return f"crowd-{seed}"


@transaction.atomic
def build(now: datetime, *, seed: int = 7, size: Size | None = None) -> Hackathon:
    """Create a course with one event as of `now`; the same seed, size and moment give the same rows."""
    size = size or Size()
    rng = random.Random(seed)  # noqa: S311 - made-up people, no secrets
    now = now.replace(minute=0, second=0, microsecond=0)
    course = Course.objects.create(slug=course_slug(seed), title="Hackathon of thousands", term=str(seed))
    event = _event(course, now)
    staff = people.enrol_staff(course)
    judges = people.enrol_judges(course, size.judges)
    participants = people.enrol_participants(course, size.participants)
    taking_part = registering.register(event, participants, now, rng)
    formed = teams.form(event, taking_part, size.teams, rng)
    projects = teams.register_projects(event, formed, list(event.challenges.order_by("position")), rng)
    judging.give_awards(event, projects, now, rng)
    handing_in.hand_in(formed, projects, now, rng)
    sessions.plan(event, formed, size.sessions, staff[0], now, rng)
    judging.judge(event, judges, projects, size.looks_a_project, rng)
    beside.fill(event, taking_part, formed, projects, staff[0], rng)
    event.refresh_from_db()
    return event


def _event(course: Course, now: datetime) -> Hackathon:
    begins = (now - timedelta(days=1)).astimezone(course.zone).replace(hour=9)
    event = Hackathon.objects.create(
        course=course,
        title="Hackathon of thousands",
        summary="Made up to measure with: **nobody here exists**.",
        venue="Hall 3",
        code_of_conduct=CONDUCT,
        registration_required=True,
        published_at=begins - timedelta(days=60),
        registration_opens_at=begins - timedelta(days=60),
        registration_closes_at=begins - timedelta(days=1),
        starts_at=begins,
        ends_at=begins + timedelta(days=2, hours=9),
        submission_closes_at=now - timedelta(hours=2),
        building_closes_at=now - timedelta(hours=2),
        building_opens_at=begins,
        judging_opens_at=now - timedelta(hours=2),
        judging_closes_at=now + timedelta(days=1),
        gallery_opens_at=now - timedelta(hours=1),
        vote_opens_at=now - timedelta(hours=1),
        min_team_size=1,
        max_team_size=5,
    )
    challenges = Challenge.objects.bulk_create(
        Challenge(
            course=course,
            hackathon=event,
            position=number,
            title=f"Challenge {number + 1}",
            description="Find the *pattern*, show the error bars.",
            exercise="" if number % 3 == 0 else GRADED,
            max_team_size=5,
            published_at=event.published_at,
            opens_at=event.building_opens_at,
            closes_at=event.building_closes_at,
        )
        for number in range(CHALLENGES)
    )
    DataSet.objects.bulk_create(
        DataSet(challenge=one, name="waves.csv", size_bytes=len(DATA), content=DATA, changed_at=begins)
        for one in challenges
    )
    Criterion.objects.bulk_create(
        Criterion(hackathon=event, title=title, weight=weight, position=position)
        for position, (title, weight) in enumerate((("Idea", 1), ("Network", 2), ("Demonstration", 1)))
    )
    return event
