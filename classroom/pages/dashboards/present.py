"""Now: who is in the quiz, what waits for the grader and for helpers, and what is to be done."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, Week
from classroom.pages.dashboards.figures import Figure, rows_url
from classroom.pages.dashboards.rows.people import scene_at_risk
from classroom.pages.dashboards.rows.subject import Scene
from classroom.pages.dashboards.rows.taking import (
    ABSENT,
    HANDED_IN,
    SILENT,
    WRITING,
    absent_from,
    newest_attempts,
    taking_conditions,
)
from classroom.pages.dashboards.rows.waiting import (
    BY_HAND,
    CLAIMED,
    FAILED,
    GRADING,
    HELP_CONDITIONS,
    WAITING,
    desk_url,
    hand_in_conditions,
    open_looks,
    open_requests,
    waiting_answers,
)
from projects.models import Hackathon, Project, Submission, Team
from quizzes.models import Quiz
from quizzes.queries.endings import endings
from quizzes.queries.progress import Step, step_after_close


@dataclass(frozen=True)
class Live:
    """What changes by the second."""

    quiz: Quiz | None
    taking: list[Figure]
    queue: list[Figure]
    oldest_hand_in: datetime | None
    blocked: str
    help: list[Figure]
    oldest_request: datetime | None
    desk: str


def live(scene: Scene) -> Live:
    """Return what goes on, in some six queries."""
    quiz = current_quiz(scene.course, scene.now)
    queue = Submission.objects.ungraded().filter(challenge__course=scene.course)
    conditions = hand_in_conditions(scene)
    waits = queue.aggregate(
        waiting=Count("pk", filter=conditions[WAITING]),
        grading=Count("pk", filter=conditions[GRADING]),
        oldest=Min("submitted_at", filter=conditions[WAITING]),
        blocked=Max("blocked_reason", filter=conditions[WAITING]),
    )
    failed = Submission.objects.filter(conditions[FAILED], challenge__course=scene.course).count()
    asked = open_requests(scene).aggregate(
        waiting=Count("pk", filter=HELP_CONDITIONS[WAITING]),
        claimed=Count("pk", filter=HELP_CONDITIONS[CLAIMED]),
        oldest=Min("asked_at", filter=HELP_CONDITIONS[WAITING]),
        desk=Min("desk__about"),
    )
    return Live(
        quiz=quiz,
        taking=_taking(scene, quiz) if quiz else [],
        queue=[
            Figure(_("waiting"), waits["waiting"], rows_url(scene, "hand-ins", state=WAITING)),
            Figure(_("being graded"), waits["grading"], rows_url(scene, "hand-ins", state=GRADING)),
            Figure(_("given up"), failed, rows_url(scene, "hand-ins", state=FAILED), "bad" if failed else ""),
        ],
        oldest_hand_in=waits["oldest"],
        blocked=waits["blocked"] or "",
        help=[
            Figure(_("waiting"), asked["waiting"], rows_url(scene, "help", state=WAITING)),
            Figure(_("somebody helps"), asked["claimed"], rows_url(scene, "help", state=CLAIMED)),
        ],
        oldest_request=asked["oldest"],
        desk=desk_url(scene, asked["desk"] or ""),
    )


def _taking(scene: Scene, quiz: Quiz) -> list[Figure]:
    conditions = taking_conditions(scene)
    counts = newest_attempts(quiz).aggregate(
        **{state: Count("pk", filter=condition) for state, condition in conditions.items()}
    )
    counts[ABSENT] = absent_from(quiz).count()
    named = {
        WRITING: _("In the quiz"),
        SILENT: _("of them silent"),
        HANDED_IN: _("Handed in"),
        ABSENT: _("Not started"),
    }
    return [
        Figure(
            label,
            counts[state],
            rows_url(scene, "taking", quiz=quiz.pk, state=state),
            "warn" if state == SILENT and counts[state] else "",
        )
        for state, label in named.items()
    ]


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


@dataclass(frozen=True)
class Todo:
    """Something for the staff to do. `count` is a link to its rows; without one there is only the action."""

    text: str | Promise
    url: str
    action: str | Promise
    count: int | None = None
    rows: str = ""


def todos(scene: Scene) -> list[Todo]:
    """Return what waits for a person, what others wait for first."""
    slug = scene.course.slug
    by_hand = Submission.objects.filter(
        hand_in_conditions(scene)[BY_HAND], challenge__course=scene.course
    ).count()
    found = [
        _todo(scene, _("answers to grade"), waiting_answers(scene).count(), "answers", _("Grade")),
        _todo(scene, _("hand-ins to grade"), by_hand, "hand-ins", _("Grade"), state=BY_HAND),
        _todo(scene, _("requests for a second look"), open_looks(scene).count(), "looks", _("Look")),
        _todo(
            scene,
            _("students who may be falling behind"),
            scene_at_risk(scene).count(),
            "people",
            _("See who"),
        ),
    ]
    reviews = [
        Todo(quiz.title, reverse("quizzes:run", args=[slug, quiz.pk]), _("Release the review"))
        for quiz in _unreleased(scene)
    ]
    return [todo for todo in found if todo.count] + reviews


def _todo(scene: Scene, text: Promise, count: int, subject: str, action: Promise, **query: str) -> Todo:
    url = rows_url(scene, subject, **query)
    return Todo(text, url, action, count, url)


def _unreleased(scene: Scene) -> list[Quiz]:
    """Return the quizzes that are over for everybody and whose review nobody has released."""
    quizzes = [
        piece.work
        for piece in scene.pieces
        if isinstance(piece.work, Quiz)
        and piece.work.review_released_at is None
        and piece.work.has_closed(scene.now)
    ]
    ends = endings(quizzes=quizzes, now=scene.now) if quizzes else {}
    return [quiz for quiz in quizzes if step_after_close(quiz, ends[quiz.pk], scene.now) == Step.RELEASE]


@dataclass(frozen=True)
class Event:
    """A hackathon that is not over."""

    hackathon: Hackathon
    teams: int
    projects: int


def event_of(course: Course, now: datetime) -> Event | None:
    """Return the course's hackathon that is not over, with how many teams and projects it has."""
    event = Hackathon.objects.filter(course=course, ends_at__gt=now).first()
    if event is None:
        return None
    teams = Team.objects.active().filter(hackathon=event)
    projects = Project.objects.filter(withdrawn_at=None, team__in=teams)
    return Event(event, teams.count(), projects.count())
