"""The ends of attempts: computed at the start, and again whenever what they follow from changes."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from classroom import clock
from classroom.models import Course, User
from classroom.prepared import ID, Given, Rows
from quizzes.errors import WouldEnd
from quizzes.models import Attempt, AttemptEvent, Quiz

Plan = dict[int, datetime | None]

_HELD = Rows(lambda: Quiz.objects.filter(pk=Given("pk", ID)).order_by(), shared=True)


def held(quiz: Quiz) -> Quiz:
    """Return the quiz as the database has it, its times held still until the transaction ends.

    Starts share this lock with each other, and `following` wants it alone. So of a start and a change of time
    at the same moment, either the start sees the change or the change finds the attempt.
    """
    [fresh] = _HELD(pk=quiz.pk)
    fresh.course = quiz.course
    return fresh


@dataclass
class Moved:
    """What a change of time did to attempts that run."""

    later: int = 0
    sooner: int = 0
    #: Attempts that the change leaves no time at all: they end now, with what they saved.
    ended: list[Attempt] = field(default_factory=list)
    running: int = 0


@contextmanager
def following(
    quizzes: Sequence[Quiz],
    *,
    by: User,
    now: datetime,
    why: str,
    users: Collection[int] | None = None,
    may_end: bool = False,
) -> Iterator[Moved]:
    """Let the running attempts' ends follow what is changed inside the block, in one transaction with it.

    Parameters
    ----------
    users
        Whose attempts are concerned; None for everybody's.
    why
        What happened, for the attempts' logs.
    may_end
        Whether attempts may be left without any time. They end now then, never in the past.

    An attempt whose end was set otherwise (it was opened again) only ever gets more time here.

    Raises
    ------
    WouldEnd
        An attempt would be left without time, and `may_end` is false; nothing is changed.
    """
    with transaction.atomic():
        keys = [quiz.pk for quiz in quizzes]
        # No lock of the key: hand-ins look at the quiz's key at their commit, while they hold their attempt.
        list(Quiz.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk"))
        running = Attempt.objects.accepting(now).filter(quiz__in=keys)
        if users is not None:
            running = running.filter(user__in=users)
        attempts = list(
            running.select_for_update(of=("self",), no_key=True).select_related("quiz", "user").order_by("pk")
        )
        before = _planned(quizzes, attempts)
        moved = Moved(running=len(attempts))
        yield moved
        after = _planned(list(Quiz.objects.filter(pk__in=keys)), attempts)
        _move(attempts, before, after, moved, by=by, now=now, why=why)
        if moved.ended and not may_end:
            raise WouldEnd(_would_end(moved.ended))


def _planned(quizzes: Sequence[Quiz], attempts: Sequence[Attempt]) -> Plan:
    """Return when each attempt ends by the rules as they are now."""
    plan: Plan = {}
    for quiz in quizzes:
        inside = [attempt for attempt in attempts if attempt.quiz_id == quiz.pk]
        if inside:
            allowed = clock.allowances({attempt.user_id for attempt in inside}, quiz)
            for attempt in inside:
                plan[attempt.pk] = allowed[attempt.user_id].deadline(
                    quiz, quiz.clock_start(attempt.started_at), credited_seconds=attempt.credited_seconds
                )
    return plan


def _move(
    attempts: Sequence[Attempt],
    before: Plan,
    after: Plan,
    moved: Moved,
    *,
    by: User,
    now: datetime,
    why: str,
) -> None:
    graces = {quiz.pk: quiz.grace for quiz in Quiz.objects.filter(pk__in={a.quiz_id for a in attempts})}
    changed, events = [], []
    for attempt in attempts:
        old, new = attempt.deadline, after[attempt.pk]
        if old != before[attempt.pk]:
            new = None if old is None or new is None else max(old, new)
        if new is not None and new < now:
            new = max(now, new) if old is None or old > now else old
        accepts_until = new and new + graces[attempt.quiz_id]
        if (new, accepts_until) == (old, attempt.accepts_until):
            continue
        if _is_later(new, old):
            moved.later += 1
        elif new != old:
            moved.sooner += 1
            moved.ended += [attempt] if new is not None and new <= now else []
        attempt.deadline, attempt.accepts_until = new, accepts_until
        changed.append(attempt)
        events.append(
            AttemptEvent(
                attempt=attempt,
                what=AttemptEvent.What.EXTENDED,
                at=now,
                by=by,
                detail={"why": why, "from": old and old.isoformat(), "to": new and new.isoformat()},
            )
        )
    Attempt.objects.bulk_update(changed, ["deadline", "accepts_until"])
    AttemptEvent.objects.bulk_create(events)


def _is_later(new: datetime | None, old: datetime | None) -> bool:
    return old is not None and (new is None or new > old)


def _would_end(attempts: Sequence[Attempt]) -> str:
    text = ngettext(
        "This would end the running attempt of %(names)s at once.",
        "This would end the running attempts of %(names)s at once.",
        len(attempts),
    )
    return text % {"names": ", ".join(str(attempt.user) for attempt in attempts)}


def quizzes_in_progress(*, now: datetime, course: Course | None = None) -> list[Quiz]:
    """Return the quizzes that somebody is writing, of one course or all."""
    writing = Attempt.objects.accepting(now)
    if course is not None:
        writing = writing.filter(quiz__course=course)
    return list(Quiz.objects.filter(pk__in=writing.values("quiz")))
