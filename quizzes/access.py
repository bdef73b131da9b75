"""The doors to quizzes and attempts; built on the course's seats."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from classroom.access import Seat, grader_seat, instructor_seat, seat_in, staff_seat
from classroom.prepared import ID, Given, Rows
from quizzes import queries
from quizzes.models import Arrival, Attempt, AttemptItem, Question, Quiz, Regrade
from quizzes.phases import Shown

_QUIZ = Rows(
    lambda: Quiz.objects.select_related("week").filter(pk=Given("pk", ID), course=Given("course", ID))
)
_OWN_ATTEMPT = Rows(
    lambda: Attempt.objects.select_related("quiz__week").filter(
        pk=Given("pk", ID), user=Given("user", ID), quiz__course=Given("course", ID)
    )
)


def visible_quiz(request: HttpRequest, slug: str, pk: int, now: datetime) -> tuple[Seat, Quiz]:
    """Return a quiz that the asking person may know of: students only published ones, guests their own."""
    seat = seat_in(request, slug, guests=True)
    return seat, _quiz(seat, pk, None if seat.is_staff else now)


def quiz_to_take(request: HttpRequest, slug: str, pk: int, now: datetime) -> tuple[Seat, Quiz]:
    """Return a quiz for somebody who may take it: an attempt of the staff's would count among the class's."""
    seat = seat_in(request, slug, guests=True)
    if seat.is_staff:
        raise PermissionDenied(_("Only students of this course can do this."))
    return seat, _quiz(seat, pk, now)


def quiz_for_staff(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Quiz]:
    """Return a quiz for somebody who may see everybody's results."""
    seat = staff_seat(request, slug)
    return seat, _quiz(seat, pk)


def quiz_for_instructor(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Quiz]:
    """Return a quiz for somebody who may open and close it."""
    seat = instructor_seat(request, slug)
    return seat, _quiz(seat, pk)


def question_of_quiz(
    request: HttpRequest, slug: str, pk: int, question_pk: int
) -> tuple[Seat, Quiz, Question]:
    """Return a question that the quiz has given to somebody, for staff."""
    seat, quiz = quiz_for_staff(request, slug, pk)
    found = Question.objects.filter(pk=question_pk, course=seat.course)
    question = found.filter(versions__items__attempt__quiz=quiz).first()
    if question is None:
        raise Http404(_("Nobody has been given such a question in this quiz."))
    return seat, quiz, question


def question_for_staff(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Question]:
    """Return a question of the bank for somebody who may look at it."""
    seat = staff_seat(request, slug)
    return seat, _question(seat, pk)


def question_for_instructor(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Question]:
    """Return a question of the bank for somebody who may change it."""
    seat = instructor_seat(request, slug)
    return seat, _question(seat, pk)


def own_attempt(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Attempt]:
    """Return an attempt of the asking person's own."""
    seat = seat_in(request, slug, guests=True)
    attempt = next(iter(_OWN_ATTEMPT(pk=pk, user=seat.user.pk, course=seat.course.pk)), None)
    if attempt is None or (seat.is_guest and not attempt.quiz.anonymous):
        raise Http404(_("There is no such attempt of yours."))
    attempt.user, attempt.quiz.course = seat.user, seat.course
    return seat, attempt


def attempt_for_staff(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Attempt]:
    """Return anybody's attempt, for staff."""
    seat = staff_seat(request, slug)
    return seat, _attempt(seat, pk)


def attempt_for_instructor(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Attempt]:
    """Return anybody's attempt, for somebody who runs the course."""
    seat = instructor_seat(request, slug)
    return seat, _attempt(seat, pk)


def item_for_grader(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, AttemptItem]:
    """Return anybody's answer, for somebody who may give points for it."""
    seat = grader_seat(request, slug)
    return seat, _item(seat, pk)


def own_reviewed_item(request: HttpRequest, slug: str, pk: int, now: datetime) -> tuple[Seat, AttemptItem]:
    """Return a question of the asking person's own attempt whose points they may see."""
    seat = seat_in(request, slug)
    item = _item(seat, pk, attempt__user=seat.user, attempt__finished_at__isnull=False)
    shown = queries.shown_of(user=seat.user, attempts=[item.attempt], now=now)[item.attempt_id]
    if not {Shown.ANSWERS, Shown.POINTS} <= shown:
        raise PermissionDenied(_("The review is not released yet."))
    return seat, item


def regrade_for_instructor(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Regrade]:
    """Return a regrade for somebody who may apply it."""
    seat = instructor_seat(request, slug)
    found = Regrade.objects.select_related("quiz__week", "version__question").filter(
        pk=pk, quiz__course=seat.course
    )
    regrade = found.first()
    if regrade is None:
        raise Http404(_("There is no such regrade in this course."))
    regrade.quiz.course = seat.course
    return seat, regrade


def _item(seat: Seat, pk: int, **conditions: object) -> AttemptItem:
    found = AttemptItem.objects.select_related(
        "attempt__quiz__week", "attempt__user", "version__question", "scored_by", "graded_by"
    ).filter(pk=pk, attempt__quiz__course=seat.course, **conditions)
    item = found.first()
    if item is None:
        raise Http404(_("There is no such answer of yours."))
    item.attempt.quiz.course = seat.course
    return item


def _quiz(seat: Seat, pk: int, published_by: datetime | None = None) -> Quiz:
    quiz = next(iter(_QUIZ(pk=pk, course=seat.course.pk)), None)
    if quiz is None or (published_by is not None and not quiz.is_published(published_by)):
        raise Http404(_("There is no such quiz in this course."))
    if seat.is_guest and not (quiz.anonymous and _has_arrived(seat, quiz)):
        raise Http404(_("There is no such quiz in this course."))
    quiz.course = seat.course
    return quiz


def _question(seat: Seat, pk: int) -> Question:
    question = Question.objects.select_related("category").filter(course=seat.course, pk=pk).first()
    if question is None:
        raise Http404(_("There is no such question in this course."))
    question.course = seat.course
    return question


def _attempt(seat: Seat, pk: int) -> Attempt:
    found = Attempt.objects.select_related("quiz", "user").filter(pk=pk, quiz__course=seat.course)
    attempt = found.first()
    if attempt is None:
        raise Http404(_("There is no such attempt in this course."))
    attempt.quiz.course = seat.course
    return attempt


def _has_arrived(seat: Seat, quiz: Quiz) -> bool:
    """Whether the code let this guest into this quiz: it opens no other."""
    return Arrival.objects.filter(room__quiz=quiz, user=seat.user).exists()
