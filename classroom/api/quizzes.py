"""Quizzes and how they went: of others for staff, one's own for students, as far as the review shows it."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Query, Router, Schema

from classroom import clock
from classroom.access import Seat, seat_in
from classroom.api.auth import may
from classroom.api.paging import Page, Window, page_of
from classroom.models import Scope
from quizzes import access, queries, services
from quizzes.models import Attempt
from quizzes.phases import EVERYTHING, NOTHING, Shown
from quizzes.review import ReviewedQuestion, reviewed_questions

router = Router(tags=["Quizzes"])


class OwnQuiz(Schema):
    """How you stand in it."""

    score: float | None = Field(description="What counts for you; null until the review shows points.")
    max_score: float | None = Field(examples=[10.0])
    deadline: datetime | None = Field(description="Until when your running attempt takes answers.")


class ClassQuiz(Schema):
    """How the class stands in it."""

    questions: int
    writing: int = Field(description="Attempts that run now.")
    handed_in: int
    mean_percent: float | None = Field(
        description="Of the points, over all graded attempts.", examples=[71.5]
    )


class QuizOut(Schema):
    """A quiz. `own` is for students, `everybody` for staff."""

    id: int = Field(examples=[12])
    title: str = Field(examples=["Feed-forward nets"])
    week: int | None = Field(description="The number of its week.", examples=[7])
    state: str = Field(
        description=(
            "For students: upcoming, open, running, handed_in, closed, reviewable. "
            "For staff: draft, planned, ready, open, ending, closed, released."
        ),
        examples=["reviewable"],
    )
    is_practice: bool
    opens_at: datetime | None
    closes_at: datetime | None = Field(description="For students with their extensions.")
    time_limit_seconds: int | None = Field(examples=[360])
    url: str = Field(description="Its page.")
    own: OwnQuiz | None
    everybody: ClassQuiz | None


class Writer(Schema):
    """Whose work it is."""

    id: int
    name: str = Field(examples=["Ada Lovelace"])
    email: str = Field(description="Empty for guests.", examples=["ada@example.org"])


class AttemptOut(Schema):
    """One go at a quiz."""

    id: int
    quiz: int
    number: int = Field(description="The student's first, second … attempt.")
    student: Writer | None = Field(description="For staff; null: it is yours.")
    started_at: datetime
    deadline: datetime | None
    finished_at: datetime | None = Field(description="null: it still runs.")
    shown: list[str] = Field(
        description="What you may see of it now: answers, points, feedback, solution, explanation.",
        examples=[["answers", "points"]],
    )
    score: float | None = Field(description="null until it is graded and `shown` has points.", examples=[8.5])
    max_score: float = Field(examples=[10.0])
    is_provisional: bool = Field(description="Some answers are still to be graded.")
    url: str = Field(description="The review's page.")


class QuestionOut(Schema):
    """A question of an attempt; what `shown` leaves out is empty."""

    position: int
    text: str = Field(description="Markdown; formulas between dollar signs.")
    points: float | None
    max_points: float
    answer: list[str] = Field(description="What was answered, in words; Markdown.")
    solution: list[str]
    feedback: str
    explanation: str
    comment: str = Field(description="What a person who graded it says.")


class AttemptDetail(AttemptOut):
    """An attempt with its questions; a student gets them once the review shows anything."""

    questions: list[QuestionOut]


@router.get(
    "/courses/{slug:slug}/quizzes",
    auth=may(Scope.RESULTS),
    response=Page[QuizOut],
    summary="The course's quizzes",
)
def quizzes(request: HttpRequest, slug: str, window: Query[Window]) -> dict[str, object]:
    """For students the published quizzes with their own standing; for staff all, with the class's."""
    return page_of(request, _quizzes(request, seat_in(request, slug)), window, list)


@router.get(
    "/courses/{slug:slug}/quizzes/{key:quiz}", auth=may(Scope.RESULTS), response=QuizOut, summary="One quiz"
)
def quiz(request: HttpRequest, slug: str, quiz: int) -> dict[str, object]:
    """One quiz, as in the list."""
    seat, found = access.visible_quiz(request, slug, quiz, clock.now())
    return next(one for one in _quizzes(request, seat) if one["id"] == found.pk)


@router.get(
    "/courses/{slug:slug}/quizzes/{key:quiz}/attempts",
    auth=may(Scope.RESULTS),
    response=Page[AttemptOut],
    summary="Attempts and their scores",
)
def attempts(request: HttpRequest, slug: str, quiz: int, window: Query[Window]) -> dict[str, object]:
    """For staff everybody's attempts, by name; for students their own, with what the review shows."""
    now = clock.now()
    seat, found = access.visible_quiz(request, slug, quiz, now)
    services.settle(quiz=found, user=None if seat.is_staff else seat.user, now=now)
    rows = Attempt.objects.filter(quiz=found).select_related("user", "quiz")
    if not seat.is_staff:
        rows = rows.filter(user=seat.user)
    ordered: QuerySet[Attempt] = rows.order_by("user__name", "user__email", "number", "pk")
    return page_of(request, ordered, window, lambda piece: _attempts(request, seat, piece, now))


@router.get(
    "/courses/{slug:slug}/attempts/{key:attempt}",
    auth=may(Scope.RESULTS),
    response=AttemptDetail,
    summary="One attempt with its questions",
)
def attempt(request: HttpRequest, slug: str, attempt: int) -> dict[str, object]:
    """One attempt, question by question: for staff everything, for its student what the review shows now."""
    now = clock.now()
    seat = seat_in(request, slug)
    door = access.attempt_for_staff if seat.is_staff else access.own_attempt
    _seat, found = door(request, slug, attempt)
    services.settle(quiz=found.quiz, user=found.user, now=now)
    found.refresh_from_db(fields=["finished_at", "score", "pending"])
    [told] = _attempts(request, seat, [found], now)
    shown = frozenset(Shown(part) for part in told["shown"])  # type: ignore[attr-defined]  # a list of words
    asked = reviewed_questions(found, shown=shown) if shown else []
    return told | {"questions": [_question(one) for one in asked]}


def _quizzes(request: HttpRequest, seat: Seat) -> list[dict[str, object]]:
    now = clock.now()
    services.settle(now=now, user=None if seat.is_staff else seat.user)
    if seat.is_staff:
        return [_for_staff(request, one) for one in queries.summaries(course=seat.course, now=now)]
    cards = queries.cards_for(user=seat.user, course=seat.course, now=now)
    return [_for_student(request, card) for card in cards]


def _for_staff(request: HttpRequest, one: queries.QuizSummary) -> dict[str, object]:
    return {
        "id": one.quiz.pk,
        "title": one.quiz.title,
        "week": one.quiz.week.number if one.quiz.week else None,
        "state": one.state.value,
        "is_practice": one.quiz.practice,
        "opens_at": one.quiz.opens_at,
        "closes_at": one.quiz.closes_at,
        "time_limit_seconds": one.quiz.time_limit_seconds,
        "url": request.build_absolute_uri(one.quiz.get_absolute_url()),
        "own": None,
        "everybody": {
            "questions": one.questions,
            "writing": one.writing,
            "handed_in": one.handed_in,
            "mean_percent": one.mean_percent,
        },
    }


def _for_student(request: HttpRequest, card: queries.QuizCard) -> dict[str, object]:
    return {
        "id": card.quiz_id,
        "title": card.title,
        "week": card.week_number,
        "state": card.state,
        "is_practice": card.practice,
        "opens_at": card.opens_at,
        "closes_at": card.closes_at,
        "time_limit_seconds": card.time_limit_seconds,
        "url": request.build_absolute_uri(card.url),
        "own": {"score": card.score, "max_score": card.max_score, "deadline": card.deadline},
        "everybody": None,
    }


def _attempts(
    request: HttpRequest, seat: Seat, piece: list[Attempt], now: datetime
) -> list[dict[str, object]]:
    for one in piece:
        one.quiz.course = seat.course
    if seat.is_staff:
        shown = dict.fromkeys((one.pk for one in piece), EVERYTHING)
    else:
        finished = [one for one in piece if one.finished_at]
        shown = queries.shown_of(user=seat.user, attempts=finished, now=now)
    return [_attempt(request, seat, one, shown.get(one.pk, NOTHING)) for one in piece]


def _attempt(request: HttpRequest, seat: Seat, one: Attempt, shown: frozenset[Shown]) -> dict[str, object]:
    email = "" if one.user.is_guest else one.user.email
    return {
        "id": one.pk,
        "quiz": one.quiz_id,
        "number": one.number,
        "student": {"id": one.user_id, "name": one.user.name, "email": email} if seat.is_staff else None,
        "started_at": one.started_at,
        "deadline": one.deadline,
        "finished_at": one.finished_at,
        "shown": sorted(shown),
        "score": one.score if Shown.POINTS in shown else None,
        "max_score": one.max_score,
        "is_provisional": one.pending > 0,
        "url": request.build_absolute_uri(reverse("quizzes:attempt_review", args=[seat.course.slug, one.pk])),
    }


def _question(one: ReviewedQuestion) -> dict[str, object]:
    return {
        "position": one.position,
        "text": one.text,
        "points": one.points,
        "max_points": one.max_points,
        "answer": one.said,
        "solution": one.solution,
        "feedback": one.feedback,
        "explanation": one.explanation,
        "comment": one.comment,
    }
