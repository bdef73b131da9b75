"""Running a quiz: open, extend, close, release the review."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from classroom import clock, notify
from classroom.models import AuditEntry, Extension, User
from quizzes import queries
from quizzes.errors import MayStillWrite, Refused
from quizzes.models import Attempt, Quiz


def link_to(quiz: Quiz) -> str:
    """Return the address that is shared: in the chat, as a QR code, on the wall."""
    return f"{settings.SITE_URL}{quiz.get_absolute_url()}"


def open_quiz(*, quiz: Quiz, by: User, now: datetime) -> bool:
    """Open the quiz from now on and post its link; return False when it was open already.

    Raises
    ------
    Refused
        There is no question in it.
    """
    if not quiz.slots.exists():
        raise Refused(_("This quiz has no questions yet: add some first."))
    with transaction.atomic():
        closed = Q(opens_at=None) | Q(opens_at__gt=now) | Q(closes_at__lte=now)
        opened = Quiz.objects.filter(closed, pk=quiz.pk).update(
            opens_at=now,
            closes_at=None,
            published_at=now if quiz.published_at is None or quiz.published_at > now else F("published_at"),
        )
        if opened:
            _log(quiz, by, "quiz.opened", now)
            with override(quiz.course.language):
                text = _("**%(title)s** is open: %(link)s") % {"title": quiz.title, "link": link_to(quiz)}
            key = f"quiz:{quiz.pk}:opened:{now.isoformat()}"
            notify.mattermost(key=key, course=quiz.course, text=text, now=now)
    quiz.refresh_from_db()
    return bool(opened)


def close_quiz(*, quiz: Quiz, by: User, now: datetime) -> int:
    """Close the quiz now; return how many running attempts end with it, with what they have saved."""
    with transaction.atomic():
        Quiz.objects.filter(pk=quiz.pk).update(closes_at=now, opens_at=quiz.opens_at or now)
        running = Attempt.objects.filter(Q(deadline=None) | Q(deadline__gt=now), quiz=quiz, finished_at=None)
        ended = running.update(deadline=now, accepts_until=now + quiz.grace)
        _log(quiz, by, "quiz.closed", now)
    quiz.refresh_from_db()
    return ended


def release_review(*, quiz: Quiz, by: User, now: datetime, force: bool = False) -> None:
    """Let students see scores and right answers.

    Raises
    ------
    MayStillWrite
        Somebody writes or may still start, and what one student sees, another soon knows; `force` takes no
        heed of that.
    """
    if not force:
        _check_over(quiz, now)
    with transaction.atomic():
        Quiz.objects.filter(pk=quiz.pk).update(review_released_at=now, review_forced=force)
        _log(quiz, by, "quiz.review_released", now, forced=force)
    quiz.refresh_from_db()


def withdraw_review(*, quiz: Quiz, by: User, now: datetime) -> None:
    """Hide the review again; the quiz's phases go on to decide what students see."""
    with transaction.atomic():
        Quiz.objects.filter(pk=quiz.pk).update(review_released_at=None, review_forced=False)
        _log(quiz, by, "quiz.review_withdrawn", now)
    quiz.refresh_from_db()


def _check_over(quiz: Quiz, now: datetime) -> None:
    ending = queries.endings(quizzes=[quiz], now=now)[quiz.pk]
    if ending.over:
        return
    reasons = []
    if not ending.closed:
        reasons.append(_("The quiz is not closed: students may still start. Close it first."))
    if ending.writing:
        text = ngettext(
            "%(count)d student is still writing.", "%(count)d students are still writing.", ending.writing
        )
        reasons.append(text % {"count": ending.writing})
    if ending.windows:
        names = User.objects.filter(pk__in=ending.windows).order_by("name").values_list("name", flat=True)
        text = ngettext(
            "%(names)s has a later closing date and may still start.",
            "%(names)s have later closing dates and may still start.",
            len(ending.windows),
        )
        reasons.append(text % {"names": ", ".join(names)})
    raise MayStillWrite(" ".join([_("The review is not released."), *reasons]))


def extend(*, quiz: Quiz, user: User, extra_seconds: int, by: User, reason: str, now: datetime) -> None:
    """Give a student more time; a running attempt ends later at once.

    Raises
    ------
    Refused
        The time is not positive.
    """
    if not 0 < extra_seconds <= 24 * 3600:
        raise Refused(_("Give between one second and a day of extra time."))
    with transaction.atomic():
        Extension.objects.create(
            course=quiz.course,
            item=quiz.deadline_key,
            user=user,
            extra_seconds=extra_seconds,
            reason=reason[:200],
            given_by=by,
        )
        running = Attempt.objects.filter(quiz=quiz, user=user, finished_at=None)
        for attempt in running.select_for_update(of=("self",)):
            deadline = clock.effective_deadline(user, quiz, started_at=attempt.started_at)
            attempt.deadline = deadline
            attempt.accepts_until = deadline and deadline + quiz.grace
            attempt.save(update_fields=["deadline", "accepts_until"])
        _log(quiz, by, "quiz.extended", now, about=user, extra_seconds=extra_seconds)


def _log(
    quiz: Quiz, by: User, action: str, now: datetime, about: User | None = None, **detail: object
) -> None:
    AuditEntry.objects.create(
        course=quiz.course,
        actor=by,
        action=action,
        about=about,
        item=quiz.deadline_key,
        detail=detail,
        at=now,
    )
