"""The demo's homework quiz with every newer kind of question, half graded, and a quiz for the room."""

import random
from datetime import datetime, timedelta
from typing import Any

from classroom.demo.calendar import Calendar
from classroom.demo.cohort import Cohort, Student
from classroom.demo.course import content
from classroom.models import Course
from quizzes import services
from quizzes.kinds import matching, ordering
from quizzes.models import AttemptItem, Category, Question, Quiz, Section, Slot
from quizzes.services import marking

HALF_AN_HOUR = 1800
#: How many essays the assistant has graded already.
GRADED = 9


def create_recap(course: Course, calendar: Calendar) -> Quiz:
    """Write the homework quiz of week 6."""
    data, opened = content("recap"), calendar.session(6) + timedelta(hours=2)
    quiz = Quiz.objects.create(
        course=course,
        week=course.weeks.get(number=data["week"]),
        title=data["title"],
        intro=data["intro"],
        time_limit_seconds=HALF_AN_HOUR,
        published_at=opened,
        opens_at=opened,
        closes_at=opened + timedelta(days=4),
        hint_cost_percent=20,
        outage_cap_seconds=120,
    )
    category = Category.objects.create(course=course, name="Recap")
    drawn = Category.objects.create(course=course, name="Recap/Drawn")
    for question in data["draw"]:
        _write(course, drawn, question, opened)
    for place, part in enumerate(data["sections"], start=1):
        section = Section.objects.create(
            quiz=quiz, position=place, title=part["title"], intro=part.get("intro", "")
        )
        for question in part["questions"]:
            _slot(quiz, section, question=_write(course, category, question, opened), data=question)
        if place == 2:
            _slot(quiz, section, category=drawn, count=2)
    return quiz


def _write(course: Course, category: Category, question: dict[str, Any], opened: datetime) -> Question:
    return services.create_question(
        course=course,
        category=category,
        name=question["title"],
        kind=question["kind"],
        body=question["body"],
        data=question["data"],
        explanation=question["explanation"],
        hints=question.get("hints", []),
        tags=["recap"],
        now=opened - timedelta(days=2),
    )


def _slot(
    quiz: Quiz,
    section: Section,
    *,
    question: Question | None = None,
    category: Category | None = None,
    count: int = 1,
    data: dict[str, Any] | None = None,
) -> None:
    Slot.objects.create(
        quiz=quiz,
        section=section,
        position=quiz.slots.count() + 1,
        question=question,
        category=category,
        count=count,
        points=(data or {}).get("points", 1),
    )


def create_live(course: Course, calendar: Calendar) -> Quiz:
    """Write a quiz for the room, with questions that the bank has already; it waits to be started."""
    data = content("recap")["live"]
    quiz = Quiz.objects.create(
        course=course,
        title=data["title"],
        intro=data["intro"],
        time_limit_seconds=data["time_limit_seconds"],
        published_at=calendar.session(calendar.current_week),
        lobby=True,
        anonymous=True,
    )
    for position, name in enumerate(data["questions"], start=1):
        Slot.objects.create(quiz=quiz, position=position, question=course.questions.get(name=name))
    return quiz


def take_recap(quiz: Quiz, cohort: Cohort, rng: random.Random) -> None:
    """Let the class take it within its four days; the assistant has begun to grade."""
    by_title = {q["title"]: q for part in content("recap")["sections"] for q in part["questions"]}
    by_title |= {q["title"]: q for q in content("recap")["draw"]}
    assert quiz.opens_at is not None  # noqa: S101 - it was created with one
    for student in cohort.students:
        # Which questions are drawn is new each time; chance of one's own keeps that from the others.
        own = random.Random(rng.random())  # noqa: S311 - made-up people, no secrets
        if own.random() < 0.8 * student.diligence:
            _take(quiz, by_title, student, quiz.opens_at + timedelta(hours=own.uniform(1, 80)), own)
    _grade_some(quiz, cohort, quiz.opens_at + timedelta(days=5))


def _take(
    quiz: Quiz, by_title: dict[str, dict[str, Any]], student: Student, now: datetime, rng: random.Random
) -> None:
    attempt = services.start_attempt(quiz=quiz, user=student.user, now=now)
    for item in attempt.items.select_related("version__question"):
        now += timedelta(seconds=rng.uniform(30, 150))
        question = by_title[item.version.question.name]
        knows = rng.random() < min(0.97, max(0.05, 0.75 + 0.9 * (student.ability - question["hard"] - 0.35)))
        services.record_answer(
            attempt_id=attempt.pk,
            user=student.user,
            position=item.position,
            client="demo",
            seq=item.position,
            value=_fields(item, question["good"] if knows else rng.choice(question["bad"])),
            now=now,
        )
    services.hand_in(attempt=attempt, now=now + timedelta(seconds=rng.uniform(5, 90)))


def _fields(item: AttemptItem, answer: list[str]) -> list[str]:
    """Return the answer as the form's fields hold it; orders and matches are texts in the content file."""
    listed = {"ordering": ordering.listed, "matching": matching.choices}.get(item.version.kind)
    return [str(listed(item.data).index(text)) for text in answer] if listed else list(answer)


def _grade_some(quiz: Quiz, cohort: Cohort, now: datetime) -> None:
    essays = AttemptItem.objects.filter(attempt__quiz=quiz, version__kind="essay", points=None)
    for item in essays.select_related("attempt", "version", "scored_by").order_by("pk")[:GRADED]:
        is_good = "random" in str(item.attempt.answers.filter(position=item.position).values_list("value"))
        levels = {0: 2, 1: 1, 2: 2} if is_good else {0: 1, 1: 0, 2: 1}
        comment = "" if is_good else "Which units are alike, and why do they stay so?"
        marking.grade_item(
            item=item,
            judgement=marking.Judgement(levels=levels, points=None, comment=comment),
            seen=None,
            by=cohort.assistant,
            now=now,
        )
