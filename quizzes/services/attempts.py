"""Taking a quiz: start, save, hand in; and closing what is overdue."""

import json
import logging
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom import clock
from classroom.models import Enrolment, Role, User
from classroom.prepared import ID, MOMENT, Given, Insert, Rows, Update
from quizzes.checking import record
from quizzes.errors import Refused, TooLate
from quizzes.kinds import Value
from quizzes.marks import mark
from quizzes.models import Answer, Attempt, AttemptEvent, AttemptItem, Quiz
from quizzes.models.attempt import AttemptQuerySet
from quizzes.replay import Standing, standing_answers
from quizzes.scoring import total
from quizzes.services.deadlines import held
from quizzes.services.items import items_for

log = logging.getLogger(__name__)

#: One answer's size as JSON, in characters.
MAX_ANSWER_CHARACTERS = 20_000
#: How many overdue attempts one sweep closes.
SWEEP_SIZE = 500


def _mine() -> AttemptQuerySet:
    """Return the given attempt if it is the given person's and they still take part."""
    # Correlated by the attempt's own column. A join would make an update a "WHERE id IN (SELECT ...)", whose
    # inner part PostgreSQL does not look at again after it has waited for somebody's hand-in.
    taking_part = Enrolment.objects.filter(
        ~Q(role=Role.GUEST) | Q(course__quizzes__anonymous=True),
        course__quizzes=OuterRef("quiz_id"),
        user=Given("user", ID),
        left_at=None,
        course__archived_at=None,
    )
    return Attempt.objects.filter(Exists(taking_part), pk=Given("attempt", ID), user=Given("user", ID))


# A save's statements; a whole class runs them every second.
_MINE = Rows(_mine)
_CLAIM = Update(lambda: _mine().accepting(Given("now", MOMENT)), last_saved_at=Given("now", MOMENT))
_KEEP = Insert(Answer, "attempt", "position", "client", "seq", "value", "received_at", ignore_conflicts=True)
_ATTEMPTS = Rows(
    lambda: Attempt.objects.filter(quiz=Given("quiz", ID), user=Given("user", ID)).order_by("number")
)
_GIVE = Insert(
    AttemptItem,
    *("attempt", "position", "slot", "version", "option_order", "variant", "max_points"),
    *("run", "verdict", "rubric", "comment"),
)


def start_attempt(*, quiz: Quiz, user: User, now: datetime) -> Attempt:
    """Start an attempt, or return the one that is running: a second click or tab starts no second one.

    Raises
    ------
    Refused
        The quiz is not open, or no attempt is left.
    """
    attempts = _ATTEMPTS(quiz=quiz.pk, user=user.pk)
    if any(attempt.is_overdue(now) for attempt in attempts):
        settle(user=user, quiz=quiz, now=now)
        attempts = _ATTEMPTS(quiz=quiz.pk, user=user.pk)
    if attempts and attempts[-1].finished_at is None:
        return attempts[-1]
    try:
        with transaction.atomic():
            return _create_attempt(held(quiz), user, now, made=len(attempts))
    except IntegrityError:  # another request was first with this number
        return Attempt.objects.get(quiz=quiz, user=user, number=len(attempts) + 1)


def _create_attempt(quiz: Quiz, user: User, now: datetime, made: int) -> Attempt:
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
    )
    items = items_for(attempt, quiz)
    attempt.max_score = sum(item.max_points for item in items)
    attempt.save(force_insert=True)
    for item in items:
        item.attempt = attempt  # now that it has a key
    _GIVE(*items)
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


def record_answer(
    *, attempt_id: int, user: User, position: int, client: str, seq: int, value: Value, now: datetime
) -> None:
    """Save one answer, in two statements. When this returns it is stored; a repeated save changes nothing.

    Parameters
    ----------
    client, seq
        Which browser tab, and its how manyth save this is.
    value
        What the question's fields hold.
    now
        When the request arrived; the stored deadline with its grace decides.

    Raises
    ------
    TooLate
        The attempt takes no more answers.
    Refused
        It is not this person's, or the answer is longer than any answer is.
    """
    if len(json.dumps(value)) > MAX_ANSWER_CHARACTERS:
        raise Refused(_("This answer is too long to be saved."))
    with transaction.atomic():
        if not _CLAIM(attempt=attempt_id, user=user.pk, now=now):
            if not _MINE(attempt=attempt_id, user=user.pk):
                raise Refused(_("This attempt is not yours."))
            raise TooLate(_("The time is up: this change came too late. What was saved before counts."))
        _KEEP(
            Answer(
                attempt_id=attempt_id,
                position=position,
                client=client[:36],
                seq=seq,
                value=value,
                received_at=now,
            )
        )


def hand_in(*, attempt: Attempt, now: datetime, only_overdue: bool = False) -> Attempt:
    """Close the attempt and score it; a second time changes nothing.

    With `only_overdue` it is closed only if its time is still up: an extension may have come in between.
    """
    with transaction.atomic():
        ended = now if attempt.deadline is None else min(now, attempt.deadline)
        attempts = Attempt.objects.overdue(now) if only_overdue else Attempt.objects.filter(finished_at=None)
        if attempts.filter(pk=attempt.pk).update(finished_at=ended):
            _score(Attempt.objects.select_related("quiz").get(pk=attempt.pk))
    attempt.refresh_from_db()
    return attempt


def settle(*, now: datetime, user: User | None = None, quiz: Quiz | None = None) -> int:
    """Close the attempts whose time is up, of one person or one quiz or all; return how many.

    Whoever looks calls this first, so nothing is wrong while no worker runs.
    """
    overdue = Attempt.objects.overdue(now)
    if user is not None:
        overdue = overdue.filter(user=user)
    if quiz is not None:
        overdue = overdue.filter(quiz=quiz)
    closed = 0
    for attempt in overdue.order_by("accepts_until")[:SWEEP_SIZE]:
        try:
            closed += hand_in(attempt=attempt, now=now, only_overdue=True).finished_at is not None
        except Exception:  # one that cannot be scored must not keep everybody else's open
            log.exception("Attempt %d could not be closed; it stays open and is tried again.", attempt.pk)
    return closed


def finish_overdue(*, now: datetime) -> int:
    """Close everybody's attempts whose time is up; what the sweep does."""
    return settle(now=now)


def _score(attempt: Attempt) -> None:
    """Score what the log says and write it down; runs once an attempt, under its closing update."""
    items = list(attempt.items.select_related("version", "scored_by"))
    answers = standing_answers(attempt.answers.all())
    hints = hints_taken(attempt)
    for item in items:
        item.points = mark(
            item, answers.get(item.position), quiz=attempt.quiz, hints=hints[item.position]
        ).points
    AttemptItem.objects.bulk_update(items, ["points"])
    record.ask_for(attempt, items, answers)
    attempt.receipt = receipt_for(attempt, items, answers)
    attempt.save(update_fields=["receipt"])
    add_up(attempt)


def add_up(attempt: Attempt) -> None:
    """Write down the attempt's score and how many of its answers are still to be graded."""
    points = list(attempt.items.values_list("points", flat=True))
    attempt.score = total([one for one in points if one is not None])
    attempt.pending = points.count(None)
    attempt.save(update_fields=["score", "pending"])


def hints_taken(attempt: Attempt) -> Counter[int]:
    """Return how many hints were taken, by position."""
    taken = attempt.events.filter(what=AttemptEvent.What.HINT).values_list("position", flat=True)
    return Counter(position for position in taken if position is not None)


def receipt_for(attempt: Attempt, items: Sequence[AttemptItem], answers: dict[int, Standing]) -> str:
    """Return a hash over what was handed in: the same answers of the same attempt give the same receipt."""
    content = [
        attempt.pk,
        attempt.user_id,
        [
            [i.position, i.version_id, answers[i.position].value if i.position in answers else []]
            for i in items
        ],
    ]
    return sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
