"""Help while an attempt runs: hints, which may cost points, and checks of an answer.

In practice everything is checked; in a quiz that counts only what the sandbox runs, as often as its author
allows.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import User
from quizzes import queries
from quizzes.checking import record
from quizzes.errors import Refused, TooLate
from quizzes.kinds import KINDS, Value
from quizzes.marks import checks_allowed, found, is_answered, is_being_checked
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Quiz
from quizzes.replay import standing_answers

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
    """Note that a student has had an answer checked, or the solution shown; return the question.

    What the sandbox must run is put into its queue. Asked again about the same answer, that costs no check.

    Raises
    ------
    TooLate
        The attempt takes no more answers.
    Refused
        The quiz is not for practice, where nothing is told before the review, and its author allows no check,
        or no more.
    """
    with transaction.atomic():
        item = _open_item(attempt_id, user, position, now)
        value = _standing_value(item)
        if not solution and (found(item, value) is not None or is_being_checked(item, value)):
            return item
        checks = queries.checks_of(item.attempt)
        if not item.attempt.quiz.practice:
            _check_may_check(item, value, checks[position], solution=solution)
        if sum(checks.values()) < MAX_CHECKS:
            _log(item, AttemptEvent.What.CHECKED, now, solution=solution)
        by_worker = KINDS[(item.scored_by or item.version).kind].graded_by == "worker"
        if by_worker and not solution and is_answered(value) and found(item, value) is None:
            record.ask([(item, value)], now=now)
    return item


def _standing_value(item: AttemptItem) -> Value:
    answers = standing_answers(item.attempt.answers.filter(position=item.position))
    return answers[item.position].value if item.position in answers else []


def _check_may_check(item: AttemptItem, value: Value, checked: int, *, solution: bool) -> None:
    allowed = checks_allowed(item, item.attempt.quiz)
    if solution or not allowed:
        raise Refused(_("Answers are checked at once in practice quizzes only."))
    if not is_answered(value):
        raise Refused(_("There is nothing to check yet: write an answer first."))
    if checked >= allowed:
        raise Refused(_("You have used all checks of this question."))


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
