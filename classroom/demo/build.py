"""Build the whole demo course."""

import random
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from classroom.demo import (
    attendance,
    boards,
    cohort,
    course,
    desk,
    entrance,
    evening,
    exercises,
    exhibits,
    gradebook,
    platform,
    quizzes,
    recap,
    schedule,
    teams,
    told,
)
from classroom.demo.calendar import Calendar
from classroom.models import Course


def exists() -> bool:
    """Whether the demo course is there already."""
    return Course.objects.filter(slug=course.content("course")["slug"]).exists()


def build(now: datetime, *, seed: int = 7, say: Callable[[str], None] = lambda _: None) -> Course:
    """Create the demo course as of `now`; the same seed and moment give the same class.

    Parameters
    ----------
    say
        Told what is being done, a few words at a time.
    """
    rng = random.Random(seed)  # noqa: S311 - made-up people, no secrets
    calendar = Calendar(now, ZoneInfo(course.content("course")["time_zone"]))
    with transaction.atomic():
        say("the course and its weeks")
        demo = course.create_course(calendar)
        course.create_festival(demo, calendar)
        people = cohort.enrol(demo, rng)
        course.announce(demo, people.instructor, calendar)
        entrance.open_doors(demo, people.instructor, now)
        attendance.take(demo, people, calendar, seed)
        say("six weeks of quizzes")
        for quiz, data in quizzes.create_quizzes(demo, calendar):
            if not data.get("live"):
                quizzes.take_quiz(quiz, data, people, calendar.session(data["week"]), rng)
        quizzes.create_practice(demo, calendar)
        recap.take_recap(recap.create_recap(demo, calendar), people, rng)
        recap.create_live(demo, calendar)
        platform.connect_moodle(demo, people.instructor, now)
        say("the hackathon and its teams")
        hackathon = teams.create_hackathon(demo, calendar)
        teams.form_teams(hackathon, people, calendar, rng)
        exhibits.equip_challenges(hackathon, people, now)
        exhibits.show_work(hackathon, people)
        teams.name_judges(hackathon, people, now)
        boards.hand_in_networks(boards.create_board(hackathon, people.instructor, now), now)
        schedule.plan_days(hackathon, people.instructor, calendar)
        desk.announce(hackathon, people.instructor)
        desk.ask_mentors(hackathon, people.instructor)
        evening.hold_evening(demo, people, calendar)
        say("the programming exercise")
        exercise = exercises.create_exercise(demo, calendar)
        exercises.give_more_time(exercise, people, now)
        exercises.hand_in_work(exercise, people, now, rng)
        gradebook.keep_grades(demo, people, now)
        told.tell(demo, people, now)
    return demo
