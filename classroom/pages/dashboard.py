"""The instructor's first screen: what goes on now, in every room of the course."""

from datetime import datetime

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import clock
from classroom.access import staff_seat
from classroom.models import Course, Week
from projects import queries as project_queries
from projects.models import Challenge, Hackathon
from quizzes import queries as quiz_queries
from quizzes import services as quiz_services
from quizzes.models import Quiz


@require_GET
@never_cache
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the quiz of the hour, the grading queue, the exercise's heat map, and the teams.

    Each panel keeps itself up to date from then on; this page is read once.
    """
    now = clock.now()
    seat = staff_seat(request, slug)
    quiz_services.settle(now=now)
    context: dict[str, object] = {
        "seat": seat,
        "week": current_week(seat.course, now),
        "queue": project_queries.queue_state(course=seat.course, now=now),
        "summaries": quiz_queries.summaries(course=seat.course, now=now),
    }
    if quiz := current_quiz(seat.course, now):
        context |= {"quiz": quiz} | quiz_queries.panels(quiz=quiz, now=now)
    if challenge := current_exercise(seat.course, now):
        context |= {"challenge": challenge, "map": project_queries.heat_map(challenge=challenge)}
    if event := Hackathon.objects.filter(course=seat.course, ends_at__gt=now).first():
        context |= {"event": event, "teams": project_queries.team_rows(hackathon=event)}
    return render(request, "classroom/dashboard.html", context)


def current_week(course: Course, now: datetime) -> Week | None:
    """Return the newest week that students see."""
    return Week.objects.filter(course=course, released_at__lte=now).order_by("-number").first()


def current_quiz(course: Course, now: datetime) -> Quiz | None:
    """Return the quiz that is open or was last opened; before that, the one of the newest week."""
    quizzes = Quiz.objects.filter(course=course).select_related("week")
    waiting = quizzes.filter(opens_at=None, week__released_at__lte=now).order_by("-week__number").first()
    opened = quizzes.filter(opens_at__lte=now).order_by("-opens_at").first()
    quiz = opened if opened and (opened.is_open(now) or waiting is None) else waiting
    if quiz:
        quiz.course = course
    return quiz


def current_exercise(course: Course, now: datetime) -> Challenge | None:
    """Return the exercise that was opened last."""
    opened = Challenge.objects.filter(course=course, opens_at__lte=now).exclude(exercise="")
    return opened.select_related("course").order_by(F("opens_at").desc(), "-pk").first()
