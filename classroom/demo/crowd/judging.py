"""Judges in the middle of judging: orders, marks, and a look that each has begun."""

import random
from datetime import datetime, timedelta

from classroom.demo.crowd.people import BATCH
from classroom.models import User
from projects.models import Award, Conflict, Criterion, Hackathon, Judge, Look, Mark, Project


def judge(
    event: Hackathon, people: list[User], projects: list[Project], looks_a_project: int, rng: random.Random
) -> None:
    """Show each project to about `looks_a_project` judges, evenly; every judge orders what they saw."""
    judges = Judge.objects.bulk_create(
        Judge(hackathon=event, user=user, added_at=event.registration_closes_at) for user in people
    )
    Conflict.objects.bulk_create(
        Conflict(judge=one, team_id=rng.choice(projects).team_id, declared_at=event.registration_closes_at)
        for one in judges
    )
    seen = _share_out(judges, projects * looks_a_project)
    looks = Look.objects.bulk_create(
        (look for one in judges for look in _order(one, rng.sample(seen[one.pk], len(seen[one.pk])), event)),
        batch_size=BATCH,
    )
    criteria = list(Criterion.objects.filter(hackathon=event))
    Mark.objects.bulk_create(
        (
            Mark(look=look, criterion=criterion, points=rng.randint(1, 5))
            for look in looks
            if look.placed_at
            for criterion in criteria
        ),
        batch_size=BATCH,
    )


def give_awards(event: Hackathon, projects: list[Project], now: datetime, rng: random.Random) -> None:
    """Give three awards, which are not published yet."""
    Award.objects.bulk_create(
        Award(hackathon=event, position=place, title=title, project=project, given_at=now)
        for place, (title, project) in enumerate(
            zip(("First", "Second", "Third"), rng.sample(projects, 3), strict=True)
        )
    )


def _share_out(judges: list[Judge], projects: list[Project]) -> dict[int, list[Project]]:
    """Give each project to the next judge in turn who may see it and has not."""
    barred = set(Conflict.objects.filter(judge__in=judges).values_list("judge_id", "team_id"))
    seen: dict[int, list[Project]] = {one.pk: [] for one in judges}
    for turn, project in enumerate(projects):
        for one in (*judges[turn % len(judges) :], *judges[: turn % len(judges)]):
            if (one.pk, project.team_id) not in barred and project not in seen[one.pk]:
                seen[one.pk].append(project)
                break
    return seen


def _order(by: Judge, projects: list[Project], event: Hackathon) -> list[Look]:
    """Return a judge's looks: all in order but the last, at which the judge is looking now."""
    begun = event.judging_opens_at or event.ends_at
    placed = [
        Look(
            judge=by,
            project=project,
            begun_at=begun + timedelta(minutes=2 * place),
            placed_at=begun + timedelta(minutes=2 * place + 1),
            place=place,
            comment="" if place % 3 else "We liked the plots.",
        )
        for place, project in enumerate(projects[:-1], start=1)
    ]
    return placed + [
        Look(judge=by, project=project, begun_at=begun + timedelta(minutes=2 * len(projects)))
        for project in projects[-1:]
    ]
