"""More time: for a person, a group or everybody, before a quiz and while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from classroom import extensions
from classroom.extensions import DAY_SECONDS, MOST_MULTIPLIER
from classroom.models import Accommodation, AuditEntry, Course, Extension, Group, User
from quizzes.errors import Refused
from quizzes.models import Quiz
from quizzes.services.audit import note
from quizzes.services.deadlines import Moved, following, quizzes_in_progress


def extend(
    *,
    quiz: Quiz,
    by: User,
    now: datetime,
    user: User | None = None,
    group: Group | None = None,
    extra_seconds: int = 0,
    time_multiplier: Decimal = Decimal(1),
    closes_at: datetime | None = None,
    reason: str = "",
) -> Moved:
    """Give a person or a group more time; running attempts end later at once.

    Parameters
    ----------
    extra_seconds
        Added to the time limit, and to what the same person or group got before.
    time_multiplier
        Of the time limit; the largest counts, an accommodation included.
    closes_at
        A closing date of their own; the latest counts.

    Raises
    ------
    Refused
        It would give nothing, too much, or something this quiz has no use for.
    """
    whose = extensions.people_of(course=quiz.course, user=user, group=group)
    with following([quiz], users=whose, by=by, now=now, why="extension") as moved:
        extensions.give(
            item=quiz,
            by=by,
            now=now,
            user=user,
            group=group,
            extra_seconds=extra_seconds,
            time_multiplier=time_multiplier,
            closes_at=closes_at,
            reason=reason,
        )
    return moved


def take_back(*, quiz: Quiz, extension: Extension, by: User, now: datetime, force: bool = False) -> Moved:
    """Take an extension back; running attempts end as if it had not been given, but never in the past.

    Raises
    ------
    WouldEnd
        Somebody's attempt has no time left without it: with `force` it ends now, with what is saved.
    """
    whose = extensions.whose(extension)
    with following([quiz], users=whose, by=by, now=now, why="taken back", may_end=force) as moved:
        extensions.withdraw(item=quiz, extension=extension, by=by, now=now)
    return moved


def more_time_for_everybody(*, quiz: Quiz, extra_seconds: int, by: User, now: datetime) -> Moved:
    """Raise the time limit and the closing date by so much, for those who write and those who will.

    Raises
    ------
    Refused
        The quiz is closed, has neither limit nor closing date, or would get more than a day.
    """
    if not 0 < extra_seconds <= DAY_SECONDS:
        raise Refused(_("Give between one second and a day of extra time."))
    with following([quiz], by=by, now=now, why="more time for everybody") as moved:
        fresh = Quiz.objects.get(pk=quiz.pk)
        if fresh.has_closed(now):
            raise Refused(_("The quiz is closed: open it again instead."))
        if fresh.time_limit_seconds is None and fresh.closes_at is None:
            raise Refused(_("This quiz has no time limit and no closing date: there is nothing to lengthen."))
        if (fresh.time_limit_seconds or 0) + extra_seconds > DAY_SECONDS:
            raise Refused(_("A time limit is a day at most."))
        Quiz.objects.filter(pk=quiz.pk).update(
            time_limit_seconds=F("time_limit_seconds") + extra_seconds,
            closes_at=fresh.closes_at and fresh.closes_at + timedelta(seconds=extra_seconds),
        )
        note(quiz, by, "quiz.extended", now, extra_seconds=extra_seconds)
    quiz.refresh_from_db()
    return moved


def accommodate(
    *, course: Course, user: User, time_multiplier: Decimal, note: str, by: User, now: datetime
) -> Moved:
    """Set a student's standing allowance in the course; 1 takes it away. Running attempts follow.

    Raises
    ------
    Refused
        The multiplier is out of range, or the person does not take part in the course.
    WouldEnd
        A smaller one would end a running attempt.
    """
    if not 1 <= time_multiplier <= MOST_MULTIPLIER:
        raise Refused(_("A multiplier is a number from 1 to 10."))
    whose = extensions.people_of(course=course, user=user, group=None)
    quizzes = quizzes_in_progress(course=course, now=now)
    with following(quizzes, users=whose, by=by, now=now, why="accommodation") as moved:
        if time_multiplier == 1:
            Accommodation.objects.filter(course=course, user=user).delete()
        else:
            Accommodation.objects.update_or_create(
                course=course, user=user, defaults={"time_multiplier": time_multiplier, "note": note[:200]}
            )
        AuditEntry.objects.create(
            course=course,
            actor=by,
            action="accommodation.set",
            about=user,
            detail={"time_multiplier": str(time_multiplier)},
            at=now,
        )
    return moved


@contextmanager
def allowances_change(
    *, by: User, now: datetime, course: Course | None = None, may_end: bool = True
) -> Iterator[Moved]:
    """Let running attempts, of one course or all, follow what is changed in the block, in one transaction.

    For changes of extensions, accommodations or groups by other ways than the services here.

    Raises
    ------
    WouldEnd
        A running attempt would be left without time, and `may_end` is false; nothing is changed.
    """
    quizzes = quizzes_in_progress(now=now, course=course)
    with following(quizzes, by=by, now=now, why="administration", may_end=may_end) as moved:
        yield moved
