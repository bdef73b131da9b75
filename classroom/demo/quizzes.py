"""The demo's quizzes: five that the class has taken, and the one of today that waits to be opened."""

import random
from datetime import datetime, timedelta
from typing import Any

from classroom.demo.calendar import Calendar
from classroom.demo.cohort import Cohort, Student
from classroom.demo.course import content
from classroom.models import Course
from quizzes import services
from quizzes.kinds.base import options_of
from quizzes.models import Attempt, Category, Quiz, Slot

#: How long the demo's quizzes last.
SIX_MINUTES = 360


def create_quizzes(course: Course, calendar: Calendar) -> list[tuple[Quiz, dict[str, Any]]]:
    """Write all quizzes and their questions; return each with what the content file says of it."""
    written = []
    for data in content("quizzes")["quizzes"]:
        week = course.weeks.get(number=data["week"])
        quiz = Quiz.objects.create(
            course=course,
            week=week,
            title=data["title"],
            time_limit_seconds=SIX_MINUTES,
            published_at=week.released_at,
        )
        _write_questions(quiz, data["questions"], f"Week {week.number}", week.starts_at - timedelta(days=2))
        written.append((quiz, data))
    return written


def create_practice(course: Course, calendar: Calendar) -> Quiz:
    """Write the quiz that may be taken again and again, its numbers drawn anew; open since week 6."""
    data, opened = content("quizzes")["practice"], calendar.session(6)
    quiz = Quiz.objects.create(
        course=course,
        title=data["title"],
        intro=data["intro"],
        time_limit_seconds=None,
        max_attempts=3,
        practice=True,
        published_at=opened,
        opens_at=opened,
    )
    _write_questions(quiz, data["questions"], data["title"], opened)
    return quiz


def _write_questions(quiz: Quiz, questions: list[dict[str, Any]], drawer: str, now: datetime) -> None:
    category = Category.objects.create(course=quiz.course, name=drawer)
    for position, question in enumerate(questions, start=1):
        Slot.objects.create(
            quiz=quiz,
            position=position,
            points=1,
            question=services.create_question(
                course=quiz.course,
                category=category,
                name=question["title"],
                kind=question["kind"],
                body=question["body"],
                data=details(question),
                explanation=question["explanation"],
                now=now,
            ),
        )


def details(question: dict[str, Any]) -> dict[str, Any]:
    """Return a question's details as its kind keeps them."""
    if "data" in question:
        return dict(question["data"])
    if question["kind"] == "numeric":
        return {"answers": [{"value": question["answer"], "absolute": question["tolerance"]}]}
    if question["kind"] == "short_text":
        return {"accepted": question["accepted"]}
    right = set(question["right"])
    return {"options": [{"text": t, "right": i in right} for i, t in enumerate(question["options"])]}


def take_quiz(
    quiz: Quiz, data: dict[str, Any], cohort: Cohort, opens_at: datetime, rng: random.Random
) -> None:
    """Let the class take a quiz: opened with the session, closed and released ten minutes later."""
    services.open_quiz(quiz=quiz, by=cohort.instructor, now=opens_at)
    for student in cohort.students:
        if rng.random() < student.diligence:
            _take(quiz, data, student, opens_at + timedelta(seconds=rng.uniform(3, 90)), rng)
    closes_at = opens_at + timedelta(minutes=10)
    services.settle(quiz=quiz, now=closes_at)
    services.close_quiz(quiz=quiz, by=cohort.instructor, now=closes_at)
    services.release_review(quiz=quiz, by=cohort.instructor, now=closes_at)


def _take(quiz: Quiz, data: dict[str, Any], student: Student, now: datetime, rng: random.Random) -> None:
    attempt = services.start_attempt(quiz=quiz, user=student.user, now=now)
    for position, question in enumerate(data["questions"], start=1):
        now += timedelta(seconds=rng.uniform(15, 75))
        if attempt.is_accepting(now):
            services.record_answer(
                attempt_id=attempt.pk,
                user=student.user,
                position=position,
                client="demo",
                seq=position,
                value=answer(question, student, rng),
                now=now,
            )
    _hand_in(attempt, now + timedelta(seconds=rng.uniform(5, 40)))


def _hand_in(attempt: Attempt, now: datetime) -> None:
    """Hand in, unless the time was up first: then the quiz does it."""
    if attempt.is_accepting(now):
        services.hand_in(attempt=attempt, now=now)


def answer(question: dict[str, Any], student: Student, rng: random.Random) -> list[str]:
    """Return what this student answers: the abler and the easier, the likelier right."""
    chance = min(0.98, max(0.04, 0.72 + 0.9 * (student.ability - question["hard"] - 0.35)))
    knows = rng.random() < chance
    if question["kind"] == "numeric":
        return [f"{question['answer']:g}" if knows else rng.choice(question["slips"])]
    if question["kind"] == "short_text":
        return [rng.choice(question["accepted"]) if knows else rng.choice(question["slips"])]
    places = [str(one["text"]) for one in options_of(details(question))]
    right = [places.index(question["options"][i]) for i in question["right"]]
    others = [place for place in range(len(places)) if place not in right]
    if question["kind"] == "single":
        return [str(right[0] if knows else rng.choice(others))]
    chosen = set(right)
    if not knows:
        chosen.discard(rng.choice(right))
        chosen.add(rng.choice(others))
    return [str(place) for place in sorted(chosen)]
