"""A term of so many students, written in bulk: 20 quizzes, 20 exercises, five hand-ins for each of them.

Importing this chooses the settings, so it comes before anything of the site.
"""

# Django has to be set up before the site's modules are imported:
# ruff: noqa: E402

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # everything it writes is in a folder that goes away
os.environ.setdefault("DB", "postgresql")
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import django

django.setup()

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from classroom.models import (
    Attendance,
    Course,
    Enrolment,
    HelpDesk,
    HelpRequest,
    Role,
    ScheduleItem,
    Topic,
    User,
    Week,
)
from projects.models import Challenge, FunctionGrade, Submission
from quizzes.models import Answer, Attempt, AttemptItem, Quiz, Slot
from tests.quizzes.factories import make_question

WEEKS, PIECES, QUESTIONS, HAND_INS = 14, 20, 5, 5
FUNCTIONS = ("forward", "sigmoid", "cost", "backward", "update")
#: Of a quiz's students this share hands in; the newest one is open, and as many sit in it.
PRESENT = 0.92
BATCH = 2_000
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Term:
    """A course in its last week, and one person of each kind."""

    course: Course
    instructor: User
    student: User


def build(now: datetime, *, students: int, seed: int = 3) -> Term:
    """Write a course with everything that its dashboards count."""
    rng = random.Random(seed)
    course = Course.objects.create(
        slug=f"term-{students}", title=f"A term of {students}", starts_on=(now - WEEKS * 7 * DAY).date()
    )
    people = User.objects.bulk_create(
        [User(email=f"s{i}.{students}@example.org", name=f"Student {i}") for i in range(students)], BATCH
    )
    instructor = User.objects.create_user(f"teacher.{students}@example.org", name="Mira Petersen")
    Enrolment.objects.bulk_create([Enrolment(course=course, user=user) for user in people], BATCH)
    Enrolment.objects.update(joined_at=now - WEEKS * 7 * DAY)
    Enrolment.objects.create(course=course, user=instructor, role=Role.INSTRUCTOR)
    able = {user.pk: min(0.97, max(0.1, rng.gauss(0.66, 0.18))) for user in people}
    weeks = _weeks(course, now)
    for number in range(PIECES):
        week = weeks[number * WEEKS // PIECES]
        _take(_quiz(course, week, number, now), able, rng, now)
        _hand_in(_exercise(course, week, number, now), able, rng)
    _grade_functions(course)
    _ask_for_help(course, people, now)
    _mark_attendance(course, people, rng, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Term(course, instructor, people[0])


def _weeks(course: Course, now: datetime) -> list[Week]:
    weeks = []
    for number in range(1, WEEKS + 1):
        starts = now - (WEEKS - number) * 7 * DAY - DAY
        week = Week.objects.create(
            course=course, number=number, title=f"Topic {number}", starts_at=starts, released_at=starts
        )
        for position in range(1, 4):
            Topic.objects.create(week=week, position=position, title="Nets", body="A code $h = f(x)$.")
        ScheduleItem.objects.create(
            course=course, week=week, title="Session", starts_at=starts, ends_at=starts + 90 * MINUTE
        )
        weeks.append(week)
    return weeks


def _quiz(course: Course, week: Week, number: int, now: datetime) -> Quiz:
    is_open = number == PIECES - 1
    opens = now - 3 * MINUTE if is_open else week.starts_at + number * MINUTE
    quiz = Quiz.objects.create(
        course=course,
        week=week,
        time_limit_seconds=7200,  # nobody's time is up while the pages are measured
        title=f"Quiz {number + 1}",
        published_at=week.starts_at,
        opens_at=opens,
        closes_at=None if is_open else opens + 60 * MINUTE,
        review_released_at=None if is_open else opens + 60 * MINUTE,
    )
    for position in range(1, QUESTIONS + 1):
        Slot.objects.create(quiz=quiz, position=position, question=make_question(course, now=opens), points=2)
    return quiz


def _take(quiz: Quiz, able: dict[int, float], rng: random.Random, now: datetime) -> None:
    """Let most take the quiz; in the one that is open, half still write."""
    slots = list(quiz.slots.order_by("position"))
    versions = [slot.question.versions.get() for slot in slots]
    present = [user for user in able if rng.random() < PRESENT]
    right = {user: [rng.random() < able[user] for _ in slots] for user in present}
    writing = set(present[: len(present) // 2]) if quiz.closes_at is None else set()
    attempts = Attempt.objects.bulk_create(
        [
            Attempt(
                quiz=quiz,
                user_id=user,
                seed=user,
                started_at=quiz.opens_at + MINUTE,
                last_saved_at=min(now, quiz.opens_at + 2 * MINUTE),
                deadline=quiz.opens_at + 120 * MINUTE,
                accepts_until=quiz.opens_at + 121 * MINUTE,
                finished_at=None if user in writing else quiz.opens_at + 2.5 * MINUTE,
                score=None if user in writing else 2.0 * sum(right[user]),
                max_score=2.0 * len(slots),
            )
            for user in present
        ],
        BATCH,
    )
    AttemptItem.objects.bulk_create(
        [
            AttemptItem(
                attempt=attempt,
                position=slot.position,
                slot=slot,
                version=version,
                option_order=[0, 1, 2],
                max_points=2,
                points=None if attempt.finished_at is None else 2.0 * is_right,
            )
            for attempt in attempts
            for slot, version, is_right in zip(slots, versions, right[attempt.user_id], strict=True)
        ],
        BATCH,
    )
    Answer.objects.bulk_create(
        [
            Answer(
                attempt=attempt,
                position=position,
                client="tab",
                seq=position,
                value=["0" if is_right else "1"],
                received_at=attempt.started_at + position * timedelta(seconds=9),
            )
            for attempt in attempts
            for position, is_right in enumerate(right[attempt.user_id], start=1)
        ],
        BATCH,
    )


def _exercise(course: Course, week: Week, number: int, now: datetime) -> Challenge:
    return Challenge.objects.create(
        course=course,
        week=week,
        position=number,
        title=f"Exercise {number + 1}",
        exercise="planar-one-hidden-layer",
        published_at=week.starts_at,
        opens_at=week.starts_at,
        closes_at=week.starts_at + 7 * DAY,
    )


def _hand_in(challenge: Challenge, able: dict[int, float], rng: random.Random) -> None:
    """Let everybody hand in five times, better each time; of the newest exercise some wait for the grader."""
    Submission.objects.bulk_create(_submissions(challenge, able, rng), BATCH)


def _submissions(challenge: Challenge, able: dict[int, float], rng: random.Random) -> Iterator[Submission]:
    newest = challenge.position == PIECES - 1
    for user, ability in able.items():
        for number in range(1, HAND_INS + 1):
            at = challenge.opens_at + timedelta(minutes=20 * number + rng.random())
            share = round(min(1.0, max(0.0, ability + 0.12 * (number - 3) + rng.gauss(0, 0.1))), 1)
            waits = newest and number == HAND_INS and rng.random() < 0.03
            yield Submission(
                challenge=challenge,
                user_id=user,
                number=number,
                exercise=challenge.exercise,
                filename="my_network.py",
                sha256="0" * 64,
                size_bytes=4_000,
                submitted_at=at,
                graded_at=None if waits else at + MINUTE,
                score=None if waits else 10 * share,
                max_score=10,
                report={"functions": [{"name": name, "message": ""} for name in FUNCTIONS]},
            )


def _grade_functions(course: Course) -> None:
    """Give each hand-in its functions' grades, a share of them with a mistake that has a name."""
    names = ", ".join(f"({place}, '{name}')" for place, name in enumerate(FUNCTIONS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {FunctionGrade._meta.db_table}
                (submission_id, position, name, verdict, cause, points, max_points)
            SELECT id, place, name,
                CASE WHEN place < score / 2 THEN 'correct' ELSE 'wrong_values' END,
                CASE WHEN place < score / 2 THEN '' WHEN mod(id, 3) = 0 THEN '' ELSE 'not_averaged' END,
                CASE WHEN place < score / 2 THEN 2 ELSE 0 END, 2
            FROM (
                SELECT submission.id, submission.score FROM {Submission._meta.db_table} submission
                JOIN {Challenge._meta.db_table} challenge ON challenge.id = submission.challenge_id
                WHERE challenge.course_id = %s AND submission.score IS NOT NULL
            ) graded
            CROSS JOIN (VALUES {names}) functions (place, name)
            """,
            [course.pk],
        )


def _mark_attendance(course: Course, people: list[User], rng: random.Random, now: datetime) -> None:
    Attendance.objects.bulk_create(
        (
            Attendance(
                course=course,
                session=session,
                user=user,
                status="present" if rng.random() < PRESENT else "absent",
                source="staff",
                changed_at=now,
            )
            for session in course.schedule.all()
            for user in people
        ),
        BATCH,
    )


def _ask_for_help(course: Course, people: list[User], now: datetime) -> None:
    desk = HelpDesk.objects.create(course=course, about="hackathon:0")
    HelpRequest.objects.bulk_create(
        HelpRequest(
            desk=desk,
            party=f"user:{user.pk}",
            party_name=user.name,
            asked_by=user,
            topic="The loss is nan.",
            place="Hall 3",
            asked_at=now - 5 * MINUTE,
        )
        for user in people[:5]
    )
