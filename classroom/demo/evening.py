"""The demo's practice evening, which is over: registrations and a waiting list, a vote, and prizes.

It is not long ago, and nobody of the class has a mailbox: what would write letters is stored without them.
"""

from datetime import datetime, timedelta
from typing import Any

from classroom.demo.calendar import Calendar
from classroom.demo.cohort import Cohort, Student
from classroom.demo.course import content
from classroom.models import Course
from projects import services
from projects.models import (
    Answer,
    Award,
    Ballot,
    Challenge,
    Choice,
    Hackathon,
    Project,
    Registration,
    RegistrationQuestion,
)

#: In which week it was, and how many came too late for a place.
WEEK = 5
WAITING = 2
#: By how much one registers after the other.
STEP = timedelta(minutes=37)


def hold_evening(course: Course, cohort: Cohort, calendar: Calendar) -> Hackathon:
    """Create the evening with everything that happened."""
    data = content("evening")
    begins = calendar.session(WEEK) + timedelta(days=1)
    event = _event(course, data, begins)
    challenge = services.add_challenge(
        event=event,
        challenge=Challenge(title=data["challenge"], description=data["task"]),
        now=event.registration_opens_at,
    )
    _register(event, data, cohort.students[: data["places"] + WAITING])
    projects = _build(event, challenge, data, cohort.students)
    _vote(event, projects, cohort.students[: data["places"]])
    for award, project in zip(data["awards"], projects, strict=False):
        given = services.add_award(event=event, award=Award(**award))
        services.give_award(award=given, project=project, by=cohort.instructor, now=event.ends_at)
    Hackathon.objects.filter(pk=event.pk).update(awards_published_at=event.vote_closes_at)
    return event


def _event(course: Course, data: dict[str, Any], begins: datetime) -> Hackathon:
    opened, ends = begins - timedelta(days=9), begins + timedelta(hours=3)
    return Hackathon.objects.create(
        course=course,
        title=data["title"],
        summary=data["summary"],
        venue=data["venue"],
        registration_required=True,
        places=data["places"],
        places_taken=data["places"],
        published_at=opened,
        registration_opens_at=opened,
        registration_closes_at=begins,
        starts_at=begins,
        ends_at=ends,
        submission_closes_at=ends,
        gallery_opens_at=ends,
        vote_opens_at=ends,
        vote_closes_at=ends + timedelta(days=1),
        vote_places=2,
        min_team_size=1,
        max_team_size=course.max_team_size,
    )


def _register(event: Hackathon, data: dict[str, Any], students: list[Student]) -> None:
    """Let them register one after the other; the last ones wait."""
    asked = services.add_question(
        event=event,
        question=RegistrationQuestion(
            kind=RegistrationQuestion.Kind.CHOICE, text=data["question"], choices="\n".join(data["choices"])
        ),
    )
    opened, confirmed = event.registration_opens_at, data["places"]
    times = [opened + number * STEP for number in range(1, len(students) + 1)]
    registrations = Registration.objects.bulk_create(
        Registration(
            hackathon=event,
            user=student.user,
            begun_at=at,
            changed_at=at,
            submitted_at=at,
            confirmed_at=at if number < confirmed else None,
            queued_at=at if number >= confirmed else None,
        )
        for number, (student, at) in enumerate(zip(students, times, strict=True))
    )
    Answer.objects.bulk_create(
        Answer(
            registration=registration,
            question=asked,
            asked=asked.text,
            value=data["choices"][number % len(data["choices"])],
            answered_at=registration.changed_at,
        )
        for number, registration in enumerate(registrations)
    )


def _build(
    event: Hackathon, challenge: Challenge, data: dict[str, Any], students: list[Student]
) -> list[Project]:
    """Let the teams form and register what they build."""
    people, now, projects = iter(students), event.starts_at - timedelta(hours=1), []
    for told in data["teams"]:
        leader, *others = [next(people).user for _ in range(told["size"])]
        team = services.create_team(hackathon=event, user=leader, name=told["name"], now=now)
        for user in others:
            services.join_team(hackathon=event, user=user, code=team.join_code, now=now)
        details = services.ProjectDetails(title=told["title"], abstract=told["abstract"])
        projects.append(
            services.register_project(
                team=team, challenge=challenge, details=details, now=now + timedelta(minutes=30)
            )
        )
    return projects


def _vote(event: Hackathon, projects: list[Project], students: list[Student]) -> None:
    """Let each who came put two projects in order that are not their own."""
    team_of = dict(event.memberships.values_list("user_id", "team_id"))
    ballots = Ballot.objects.bulk_create(
        Ballot(hackathon=event, user=student.user, cast_at=event.ends_at + STEP) for student in students
    )
    Choice.objects.bulk_create(
        Choice(ballot=ballot, project=project, place=place)
        for ballot in ballots
        for place, project in enumerate(
            [one for one in projects if one.team_id != team_of.get(ballot.user_id)][:2], start=1
        )
    )
