"""Every page of the projects at one event, found from the URL configuration, and who asks for it.

A new page needs nothing here as long as its address names things that are named below; else it fails until
`NAMED` says which thing of the event it is, or `ELSEWHERE` why nobody can open it here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from classroom.demo import crowd
from classroom.models import HelpDesk, HelpRequest, Role, User
from projects import services
from projects.export import tables
from projects.models import (
    Answer,
    Challenge,
    Conflict,
    CustomExercise,
    DataSet,
    Hackathon,
    Invitation,
    Judge,
    Notebook,
    Project,
    ProjectPicture,
    Regrade,
    Track,
)
from projects.models.submission import Submission
from projects.urls import urlpatterns

#: An event that has one of everything, and not much more.
SMALL = crowd.Size(participants=60, teams=20, sessions=30, judges=4, looks_a_project=2)
#: Addresses that nobody can open at this event, and why.
ELSEWHERE = {
    "letter": "writes to those who make one mistake, which its query names",
    "board": "this challenge has no leaderboard; test_boards.py counts at one that has",
    "board_panel": "a part of the leaderboard",
    "examples_npz": "examples of a leaderboard",
    "examples_csv": "examples of a leaderboard",
    "invitation": "its token is another than the calendars', and only who has no team may use it",
    "ask_to_join": "who is in a team asks no other one; its form is counted with the open places",
    "package": "no archive is packed",
    "package_panel": "no archive is packed",
    "sources": "no archive is packed",
    "sources_panel": "no archive is packed",
    "give_award": "asks about the project that its query names",
}


@dataclass(frozen=True)
class Page:
    """One address as one person asks for it."""

    name: str
    url: str
    who: str
    client: Client
    #: What they got when they first asked for it.
    answer: HttpResponse

    def __str__(self) -> str:
        return f"{self.name} ({self.who})"

    def get(self) -> HttpResponse:
        """Ask for it, and read all of what is streamed."""
        response = self.client.get(self.url)
        if response.streaming:
            response.size = sum(map(len, response.streaming_content))
        else:
            response.size = len(response.content)
        return response


def people_of(event: Hackathon) -> dict[str, User]:
    """Return one of each: who organises, who judges, who is in a team with a project."""
    enrolled = User.objects.filter(enrolments__course=event.course)
    return {
        "instructor": enrolled.filter(enrolments__role=Role.INSTRUCTOR).earliest("pk"),
        "judge": event.judges.earliest("pk").user,
        "student": _project(event).team.memberships.earliest("pk").user,
    }


def clients_of(event: Hackathon) -> dict[str, Client]:
    """Return the signed-in browsers of these people."""
    return {who: _signed_in(user) for who, user in people_of(event).items()}


def pages(event: Hackathon) -> Iterator[Page]:
    """Return every page that answers, for everybody it answers to; a POST's address is no page."""
    clients = clients_of(event)
    for name, url in addresses(event):
        answers = {who: client.get(url) for who, client in clients.items()}
        statuses = {who: answer.status_code for who, answer in answers.items()}
        if 405 in statuses.values() or name in ELSEWHERE:
            continue
        assert 200 in statuses.values(), (
            f"nobody can open {name}: {statuses}; see tests/projects/addresses.py"
        )
        for who, answer in answers.items():
            if answer.status_code == 200:
                yield Page(name, url, who, clients[who], answer)


def addresses(event: Hackathon) -> Iterator[tuple[str, str]]:
    """Return the name and the address of everything below the course's own address."""
    known = named(event)
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        first = route.split("/")[0].split(".")[0]
        given = {}
        for placeholder in re.findall(r"<\w+:(\w+)>", route):
            key = f"{first}/{placeholder}" if f"{first}/{placeholder}" in known else placeholder
            assert key in known, f"{route}: say in tests/projects/addresses.py which {placeholder} that is"
            given[placeholder] = known[key]
        yield pattern.name, reverse(f"projects:{pattern.name}", kwargs={"slug": event.course.slug} | given)


def named(event: Hackathon) -> dict[str, object]:
    """Return what addresses call by which name: "folder/name" where a name means several things."""
    task = _project(event).challenge
    first, second = Submission.objects.counting(task).values_list("pk", flat=True).order_by("pk")[:2]
    organiser = User.objects.filter(enrolments__course=event.course, enrolments__role=Role.INSTRUCTOR)[0]
    own, _ = CustomExercise.objects.get_or_create(
        course=event.course, slug="own", defaults={"title": "Own", "uploaded_at": event.starts_at}
    )
    regrade, _ = Regrade.objects.get_or_create(
        challenge=task, reason="To measure", defaults={"begun_at": event.starts_at}
    )
    judge = Judge.objects.filter(hackathon=event).earliest("pk")
    shown = _furnished(_project(event))
    return {
        "challenges/pk": task.pk,
        "submissions/pk": first,
        "regrades/pk": regrade.pk,
        "own-exercises/pk": own.pk,
        "hackathon/pk": event.pk,
        "first": first,
        "second": second,
        "challenge": task.pk,
        "question": event.questions.earliest("pk").pk,
        "registration": event.registrations.earliest("pk").pk,
        "answer": Answer.objects.filter(registration__hackathon=event)
        .exclude(content=None)
        .earliest("pk")
        .pk,
        "announcement": event.announcements.earliest("pk").pk,
        "team": _project(event).team_id,
        "user": organiser.pk,
        "invitation": Invitation.objects.filter(team__hackathon=event).earliest("pk").pk,
        "seeker": event.seekers.earliest("pk").pk,
        "help_request": HelpRequest.objects.filter(desk__course=event.course).earliest("pk").pk,
        "certificate": event.certificates.earliest("pk").pk,
        "kind": "participation",
        "language": "en",
        "table": tables.TABLES[0].name,
        "asked": 1,
        "package": 1,
        "extension_pk": 1,
        "award": event.awards.earliest("pk").pk,
        "judge": judge.pk,
        "look": judge.looks.earliest("pk").pk,
        "conflict": Conflict.objects.get_or_create(
            judge=judge, team=_project(event).team, defaults={"declared_at": event.starts_at}
        )[0].pk,
        "criterion": event.criteria.earliest("pk").pk,
        "track": Track.objects.get_or_create(hackathon=event, title="To measure")[0].pk,
        "project": shown.project_id,
        "picture": shown.pk,
        "digest": shown.digest,
        "session": event.sessions.earliest("pk").pk,
        "room": event.rooms.earliest("pk").pk,
        "availability": event.availabilities.earliest("pk").pk,
        "version": 1,
        "token": services.calendar_token(hackathon=event, user=organiser),
        "which": "event",
    }


def _furnished(project: Project) -> ProjectPicture:
    """Put a picture, a notebook and data where pages show them, have the team wait; return the picture."""
    at = project.registered_at
    desk = HelpDesk.objects.get(about=f"hackathon:{project.team.hackathon_id}")
    HelpRequest.objects.get_or_create(
        desk=desk,
        party=f"team:{project.team_id}",
        defaults={
            "party_name": "We",
            "asked_by": project.team.memberships.earliest("pk").user,
            "topic": "The loss is nan.",
            "place": "Room 1",
            "asked_at": at,
        },
    )
    DataSet.objects.get_or_create(
        challenge=project.challenge,
        defaults={"name": "a.csv", "size_bytes": 1, "content": b"1", "changed_at": at},
    )
    Notebook.objects.get_or_create(
        project=project,
        defaults={"name": "a.ipynb", "size_bytes": 2, "content": b"{}", "cells": [], "uploaded_at": at},
    )
    looks = {"media_type": "image/png", "width": 1, "height": 1, "content": b"1", "alt": "A dot"}
    return ProjectPicture.objects.get_or_create(
        project=project, digest="d" * 64, defaults=looks | {"added_at": at}
    )[0]


def _project(event: Hackathon) -> Project:
    """Return a project with graded code, of the challenge that most teams have chosen."""
    graded = Challenge.objects.filter(hackathon=event).exclude(exercise="").order_by("-taken", "pk")
    return Project.objects.filter(challenge=graded[0], withdrawn_at=None).earliest("pk")


def _signed_in(user: User) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client
