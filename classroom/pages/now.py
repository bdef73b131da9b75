"""Where everybody arrives: the courses, and a student's "what do I do now?"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import clock
from classroom.access import seat_in, signed_in
from classroom.attendance import tally
from classroom.models import Announcement, Course, Enrolment, ScheduleItem, User, Week
from classroom.pages.feedback import waiting_feedback
from classroom.pages.standing import where_i_stand, works_so_far
from projects import queries as project_queries
from projects.models import Hackathon, Membership
from projects.queries.announcements import news_of_events
from quizzes import queries as quiz_queries
from quizzes import services as quiz_services

#: What is due later than this can wait.
SOON = timedelta(days=21)
#: How long an announcement stays on the first page.
NEWS = timedelta(days=14)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send people to their course, or let them choose among several; guests to their quiz."""
    user = signed_in(request)
    if user.is_guest:
        quiz = quiz_queries.quiz_of_guest(user=user, now=clock.now())
        return redirect(quiz or "join")
    courses: list[tuple[Course, str]]
    if user.is_superuser:
        courses = [(course, "") for course in Course.objects.filter(archived_at=None)]
    else:
        enrolments = Enrolment.objects.filter(user=user, left_at=None).select_related("course")
        courses = [(enrolment.course, enrolment.get_role_display()) for enrolment in enrolments]
    entered = {course.pk for course, _role in courses}
    judgeships = project_queries.judgeships(user=user, now=clock.now())
    judging = [one for one in judgeships if one.hackathon.course_id not in entered]
    if len(courses) == 1 and not judging:
        return redirect(courses[0][0])
    if len(judging) == 1 and not courses:
        return redirect("projects:judge", judging[0].hackathon.course.slug, judging[0].hackathon_id)
    return render(request, "classroom/courses.html", {"courses": courses, "judging": judging})


@dataclass(frozen=True)
class Coming:
    """What is next on the schedule."""

    running: list[ScheduleItem]
    following: list[ScheduleItem]


def coming(course: Course, now: datetime, how_many: int = 4) -> Coming:
    """Return what goes on now and the next few things, the long ones (a festival) not among the running."""
    items = list(
        ScheduleItem.objects.filter(course=course, ends_at__gt=now).order_by("starts_at")[: how_many + 4]
    )
    running = [item for item in items if item.starts_at <= now]
    return Coming(running, [item for item in items if item.starts_at > now][:how_many])


@dataclass(frozen=True)
class Event:
    """A hackathon to come, and the person's team in it."""

    hackathon: Hackathon
    team: str | None
    registration_open: bool


def events_for(user: User, course: Course, now: datetime) -> list[Event]:
    """Return the hackathons that are not over, with what the person has done about them."""
    teams = dict(
        Membership.objects.filter(user=user, hackathon__course=course).values_list(
            "hackathon_id", "team__name"
        )
    )
    events = Hackathon.objects.filter(course=course, published_at__lte=now, ends_at__gt=now)
    events = events.select_related("course")
    return [
        Event(
            event,
            teams.get(event.pk),
            event.registration_opens_at <= now < event.registration_closes_at,
        )
        for event in events
    ]


def _is_soon(card: project_queries.ChallengeCard, now: datetime) -> bool:
    """Whether it should be done now rather than later."""
    return card.deadline is None or card.deadline - now < SOON


def _is_done(card: project_queries.ChallengeCard) -> bool:
    """Whether nothing is left to gain: everything right, or closed."""
    return not card.is_open or (card.score is not None and card.score == card.max_score)


def _news(course: Course, now: datetime) -> list[Announcement]:
    """Return what was announced lately."""
    found = list(Announcement.objects.shown(now).filter(course=course, published_at__gt=now - NEWS)[:3])
    for item in found:
        item.course = course
    return found


@require_GET
@never_cache
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """Tell a student what to do now and what is next; staff are sent to their dashboard."""
    now = clock.now()
    seat = seat_in(request, slug)
    if seat.is_staff:
        return redirect("dashboard", slug)
    quiz_services.settle(user=seat.user, now=now)
    quizzes = quiz_queries.cards_for(user=seat.user, course=seat.course, now=now)
    challenges = project_queries.cards_for(user=seat.user, course=seat.course, now=now)
    to_do = [card for card in challenges if card.is_open and not _is_done(card)]
    context = {
        "now": now,
        "standing": where_i_stand(seat.course, seat.user, quizzes, challenges),
        "feedback": waiting_feedback(seat.course, seat.user, quizzes, challenges, now=now),
        "works": works_so_far(quizzes, challenges),
        "attendance": tally.standing(course=seat.course, user=seat.user),
        "quizzes_now": quiz_queries.most_urgent_first(
            card for card in quizzes if card.state in quiz_queries.TO_DO
        ),
        "challenges_now": [card for card in to_do if _is_soon(card, now)],
        "challenges_later": [card for card in to_do if not _is_soon(card, now)],
        "recent_challenges": [card for card in challenges if card.submissions and _is_done(card)][-3:],
        "recent_quizzes": [card for card in reversed(quizzes) if card.state in {"reviewable", "handed_in"}][
            :3
        ],
        "upcoming_quizzes": [card for card in quizzes if card.state == "upcoming"],
        "event_news": news_of_events(course=seat.course, user=seat.user, now=now),
        "events": events_for(seat.user, seat.course, now),
        "coming": coming(seat.course, now),
        "week": Week.objects.filter(course=seat.course, released_at__lte=now)
        .select_related("course")
        .order_by("-number")
        .first(),
        "news": _news(seat.course, now),
    }
    return render(request, "classroom/now.html", context)
