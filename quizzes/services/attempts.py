"""Starting an attempt: once, however often the button is pressed."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom import clock
from classroom.models import User
from classroom.prepared import ID, Given, Insert, Rows
from quizzes.device import Device
from quizzes.errors import Refused, TooLate
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Quiz
from quizzes.services.closing import settle
from quizzes.services.deadlines import held
from quizzes.services.entry import check_access_code
from quizzes.services.items import items_for

_ATTEMPTS = Rows(
    lambda: Attempt.objects.filter(quiz=Given("quiz", ID), user=Given("user", ID)).order_by("number")
)
_BEGIN = Insert(Attempt, keyed=True)
_GIVE = Insert(
    AttemptItem,
    *("attempt", "position", "slot", "version", "option_order", "variant", "max_points"),
    run="0",
    verdict="'{}'",
    rubric="'{}'",
    comment="''",
)
_NOTE = Insert(AttemptEvent, "attempt", "what", "at", "detail")


def start_attempt(
    *, quiz: Quiz, user: User, now: datetime, device: Device | None = None, access_code: str = ""
) -> Attempt:
    """Start an attempt, or return the one that is running: a second click or tab starts no second one.

    `device` is where it is started from; another one later is a signal for instructors. A new attempt brings
    its questions along (`Attempt.just_given`).

    Raises
    ------
    Refused
        The quiz is not open, no attempt is left, or the access code is wrong.
    """
    attempts = _ATTEMPTS(quiz=quiz.pk, user=user.pk)
    if any(attempt.is_overdue(now) for attempt in attempts):
        settle(user=user, quiz=quiz, now=now)
        attempts = _ATTEMPTS(quiz=quiz.pk, user=user.pk)
    if attempts and attempts[-1].finished_at is None:
        return attempts[-1]
    check_access_code(quiz=quiz, user=user, code=access_code, now=now)
    try:
        with transaction.atomic():
            return _create_attempt(held(quiz), user, now, made=len(attempts), device=device)
    except IntegrityError:  # another request was first with this number
        return Attempt.objects.get(quiz=quiz, user=user, number=len(attempts) + 1)


def _create_attempt(quiz: Quiz, user: User, now: datetime, made: int, device: Device | None) -> Attempt:
    allowance = clock.allowances([user.pk], quiz)[user.pk]
    _check_may_start(quiz, allowance.close_of(quiz), now, made)
    deadline = allowance.deadline(quiz, quiz.clock_start(now))
    if deadline is not None and deadline <= now:
        raise TooLate(_("Everybody started together, and the time is over."))
    attempt = Attempt(
        quiz=quiz,
        user=user,
        number=made + 1,
        seed=secrets.randbits(62),
        started_at=now,
        deadline=deadline,
        accepts_until=deadline and deadline + quiz.grace,
        last_seen_at=now,
        device=device.fingerprint if device else "",
    )
    items = items_for(attempt, quiz)
    if not items:
        raise Refused(_("This quiz has no questions yet: tell your instructor."))
    attempt.max_score = sum(item.max_points for item in items)
    _BEGIN(attempt)
    for item in items:
        item.attempt = attempt  # now that it has a key
    _GIVE(*items)
    _NOTE(
        AttemptEvent(
            attempt=attempt,
            what=AttemptEvent.What.STARTED.value,
            at=now,
            detail={"deadline": deadline and deadline.isoformat()} | (device.detail if device else {}),
        )
    )
    attempt.just_given = items
    return attempt


def _check_may_start(quiz: Quiz, closes_at: datetime | None, now: datetime, made: int) -> None:
    if quiz.opens_at is None or now < quiz.opens_at:
        raise Refused(_("This quiz is not open yet. This page tells you when it is."))
    if closes_at is not None and now >= closes_at:
        raise TooLate(_("This quiz is closed."))
    if made >= quiz.max_attempts:
        raise Refused(
            ngettext(
                "You have used your only attempt.",
                "You have used all your %(count)d attempts.",
                quiz.max_attempts,
            )
            % {"count": quiz.max_attempts}
        )
