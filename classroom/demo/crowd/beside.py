"""What else a large event has: announcements, open places, the door, help, the vote, certificates."""

import random
import uuid
from datetime import datetime, timedelta

from classroom.demo.crowd.people import BATCH
from classroom.demo.crowd.teams import Formed
from classroom.models import HelpDesk, HelpRequest, User
from projects.models import (
    Ballot,
    Certificate,
    CertificateKind,
    Choice,
    EventAnnouncement,
    Hackathon,
    Invitation,
    Project,
    Scan,
    Seeker,
    Team,
    Track,
)

SKILLS = ("numpy", "writing", "drawing", "whales", "soldering")
ANNOUNCEMENTS, CERTIFICATES = 30, 200
#: In a hundred: teams that look for people, people who look for a team, arrived, voted; teams that need help.
OPEN, SEEKING, ARRIVED, VOTED, STUCK = 15, 4, 80, 20, 10


def fill(
    event: Hackathon,
    people: list[User],
    formed: list[Formed],
    projects: list[Project],
    by: User,
    rng: random.Random,
) -> None:
    """Write all of it."""
    begun = event.starts_at
    EventAnnouncement.objects.bulk_create(
        EventAnnouncement(
            hackathon=event,
            title=f"News {number}",
            body="Lunch is *now*.",
            author=by,
            published_at=begun + timedelta(minutes=number),
        )
        for number in range(ANNOUNCEMENTS)
    )
    Scan.objects.bulk_create(
        (
            Scan(
                hackathon=event,
                user=user,
                key=uuid.UUID(int=rng.getrandbits(128), version=4),
                at=begun,
                by=by,
                received_at=begun,
            )
            for user in people[: len(people) * ARRIVED // 100]
        ),
        batch_size=BATCH,
    )
    Track.objects.bulk_create(
        Track(hackathon=event, title=title, position=at) for at, title in enumerate(("Whole", "Best plot"))
    )
    _board(event, people, formed, by, rng)
    _vote(event, people, projects, rng)
    _help(event, formed, begun)
    _certify(event, formed, begun)


def _board(event: Hackathon, people: list[User], formed: list[Formed], by: User, rng: random.Random) -> None:
    """Let some teams look for people, and some without a team look for one."""
    looking = [one.team for one in formed if rng.randrange(100) < OPEN]
    for team in looking:
        team.pitch, team.skills_wanted = "We listen to the sea.", rng.choice(SKILLS)
        team.listed_at = team.created_at
    Team.objects.bulk_update(looking, ["pitch", "skills_wanted", "listed_at"], batch_size=BATCH)
    Invitation.objects.bulk_create(
        Invitation(
            team=team,
            token=f"{event.pk}-{rng.getrandbits(120):x}",
            created_by=by,
            created_at=team.created_at,
            expires_at=event.ends_at,
        )
        for team in looking
    )
    in_team = {user.pk for one in formed for user in one.members}
    alone = [user for user in people if user.pk not in in_team]
    Seeker.objects.bulk_create(
        Seeker(hackathon=event, user=user, skills=rng.choice(SKILLS), listed_at=event.registration_opens_at)
        for user in alone[: max(1, len(people) * SEEKING // 100)]
    )


def _vote(event: Hackathon, people: list[User], projects: list[Project], rng: random.Random) -> None:
    ballots = Ballot.objects.bulk_create(
        (
            Ballot(hackathon=event, user=user, cast_at=event.judging_opens_at or event.ends_at)
            for user in people[: len(people) * VOTED // 100]
        ),
        batch_size=BATCH,
    )
    Choice.objects.bulk_create(
        (
            Choice(ballot=ballot, project=project, place=place)
            for ballot in ballots
            for place, project in enumerate(rng.sample(projects, min(3, len(projects))), start=1)
        ),
        batch_size=BATCH,
    )


def _help(event: Hackathon, formed: list[Formed], begun: datetime) -> None:
    desk = HelpDesk.objects.create(course=event.course, about=f"hackathon:{event.pk}")
    HelpRequest.objects.bulk_create(
        HelpRequest(
            desk=desk,
            party=f"team:{one.team.pk}",
            party_name=one.team.name,
            asked_by=one.members[0],
            topic="The loss is nan.",
            place="Room 1",
            asked_at=begun + timedelta(minutes=number),
        )
        for number, one in enumerate(formed[: max(1, len(formed) * STUCK // 100)])
    )


def _certify(event: Hackathon, formed: list[Formed], begun: datetime) -> None:
    members = [(user, one.team) for one in formed for user in one.members][:CERTIFICATES]
    Certificate.objects.bulk_create(
        Certificate(
            hackathon=event,
            user=user,
            kind=CertificateKind.PARTICIPATION,
            name=str(user),
            team=team.name,
            event=event.title,
            course=str(event.course),
            first_day=begun.date(),
            last_day=event.ends_at.date(),
            issued_on=begun.date(),
            issued_at=begun,
        )
        for user, team in members
    )
