"""Help while an attempt runs: hints, which may cost points, and in practice the check of an answer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import User
from quizzes.errors import Refused, TooLate
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Quiz

#: Checks of one attempt that are logged one by one; practice goes on after them.
MAX_CHECKS = 500


def gives_hints(quiz: Quiz) -> bool:
    """Whether the quiz shows hints at all."""
    return quiz.practice or quiz.hint_cost_percent is not None


def take_hint(*, attempt_id: int, user: User, position: int, number: int, now: datetime) -> list[str]:
    """Take the hint `number` of a question; return all that are taken. Asked again it costs nothing more.

    Raises
    ------
    TooLate
        The attempt takes no more answers.
    Refused
        The quiz or the question has no such hint, or the attempt is not this person's.
    """
    with transaction.atomic():
        item = _open_item(attempt_id, user, position, now)
        hints = item.version.hints
        taken = item.attempt.events.filter(what=AttemptEvent.What.HINT, position=position).count()
        if not gives_hints(item.attempt.quiz) or not 1 <= number <= min(len(hints), taken + 1):
            raise Refused(_("There is no such hint."))
        if number > taken:
            _log(item, AttemptEvent.What.HINT, now, number=number)
            taken = number
    return hints[:taken]


def note_check(*, attempt_id: int, user: User, position: int, solution: bool, now: datetime) -> AttemptItem:
    """Note that a practising student has had an answer checked, or the solution shown; return the question.

    Raises
    ------
    TooLate
        The attempt takes no more answers.
    Refused
        The quiz is not for practice: there, nothing is told before the review.
    """
    with transaction.atomic():
        item = _open_item(attempt_id, user, position, now)
        if not item.attempt.quiz.practice:
            raise Refused(_("Answers are checked at once in practice quizzes only."))
        checked = item.attempt.events.filter(what=AttemptEvent.What.CHECKED).count()
        if checked < MAX_CHECKS:
            _log(item, AttemptEvent.What.CHECKED, now, solution=solution)
    return item


def _open_item(attempt_id: int, user: User, position: int, now: datetime) -> AttemptItem:
    """Return a question of the person's own running attempt, whose row is locked."""
    attempts = Attempt.objects.select_for_update(of=("self",)).select_related("quiz")
    attempt = attempts.filter(pk=attempt_id, user=user).first()
    if attempt is None:
        raise Refused(_("This attempt is not yours."))
    if not attempt.is_accepting(now):
        raise TooLate(_("The time is up: this came too late. What was saved before counts."))
    item = attempt.items.select_related("version", "scored_by").filter(position=position).first()
    if item is None:
        raise Refused(_("There is no such question."))
    item.attempt = attempt
    return item


def _log(item: AttemptItem, what: str, now: datetime, **detail: object) -> None:
    AttemptEvent.objects.create(
        attempt=item.attempt, what=what, at=now, position=item.position, detail=detail
    )
