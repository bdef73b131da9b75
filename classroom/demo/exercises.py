"""The demo's programming exercise: made-up students hand in code with real mistakes, and mend it."""

import random
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from classroom.demo.calendar import Calendar
from classroom.demo.cohort import Cohort, Student
from classroom.models import Course
from projects import services
from projects.models import Challenge

STUDENT_CODE = Path(__file__).parent / "student_code"

DESCRIPTION = """
Build the network of today's session yourself, with numpy only: two inputs, one hidden layer with tanh, one
sigmoid output. Write the eight functions below; each is checked on its own, so a mistake costs one function.

Plan for **15 to 20 minutes**. Hand in as often as you like; the best one counts.
"""


@dataclass(frozen=True)
class Mistake:
    """One line of right code, and what somebody wrote in its place."""

    line: str
    instead: str
    often: int


def mistakes() -> list[Mistake]:
    """Return what goes wrong in this class."""
    rows = tomllib.loads((STUDENT_CODE / "mistakes.toml").read_text(encoding="utf-8"))["mistakes"]
    return [Mistake(row["line"], row["instead"], row["often"]) for row in rows]


def source_with(made: list[Mistake]) -> bytes:
    """Return the right solution with these mistakes made in it."""
    source = (STUDENT_CODE / "one_hidden_layer.txt").read_text(encoding="utf-8")
    for mistake in made:
        source = source.replace(mistake.line + "\n", mistake.instead + "\n")
    return source.encode()


def create_exercise(course: Course, calendar: Calendar) -> Challenge:
    """Create the week's exercise, open since yesterday and for another week."""
    starts_at = calendar.session(calendar.current_week)
    return Challenge.objects.create(
        course=course,
        week=course.weeks.get(number=calendar.current_week),
        title="A network with one hidden layer",
        description=DESCRIPTION.strip(),
        exercise="planar-one-hidden-layer",
        published_at=starts_at - timedelta(days=1),
        opens_at=starts_at - timedelta(days=1),
        closes_at=calendar.session(calendar.current_week + 1),
    )


def give_more_time(challenge: Challenge, cohort: Cohort, now: datetime) -> None:
    """Give one student, who was ill, three days more."""
    if challenge.closes_at is not None:
        services.extend(
            challenge=challenge,
            user=cohort.students[1].user,
            closes_at=challenge.closes_at + timedelta(days=3),
            reason="Ill until Thursday",
            by=cohort.instructor,
            now=now,
        )


def hand_in_work(challenge: Challenge, cohort: Cohort, now: datetime, rng: random.Random) -> None:
    """Let two thirds of the class hand in, most of them more than once; a worker grades it when it starts.

    The first student, whose sign-in link is printed, has it still to do.
    """
    opened = challenge.opens_at or now
    for student in cohort.students[1:]:
        if rng.random() < 0.66 * student.diligence:
            begun = opened + (now - opened) * rng.uniform(0.05, 0.85)
            _work_through(challenge, student, begun, now, rng)


def _work_through(
    challenge: Challenge, student: Student, begun: datetime, now: datetime, rng: random.Random
) -> None:
    """Hand in, mend one mistake, hand in again, until it is right or patience ends."""
    catalogue = mistakes()
    how_many = sum(rng.random() > student.ability for _ in range(4))
    made = _draw(catalogue, how_many, rng)
    at = begun
    while at < now:
        services.hand_in(
            challenge=challenge, user=student.user, filename="network.py", source=source_with(made), now=at
        )
        if not made or rng.random() > student.diligence:
            return
        made = made[1:]
        at += timedelta(minutes=rng.uniform(3, 15))


def _draw(catalogue: list[Mistake], how_many: int, rng: random.Random) -> list[Mistake]:
    """Draw different mistakes, the frequent ones more often, no two in the same line."""
    drawn: list[Mistake] = []
    while len(drawn) < how_many:
        mistake = rng.choices(catalogue, weights=[one.often for one in catalogue])[0]
        if all(mistake.line != other.line for other in drawn):
            drawn.append(mistake)
    return drawn
