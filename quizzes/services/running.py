"""Running a quiz: open, close, release the review."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from classroom import notify
from classroom.models import User
from quizzes import queries
from quizzes.errors import MayStillWrite, Refused
from quizzes.links import join_link, link_to
from quizzes.models import Quiz
from quizzes.services.audit import note
from quizzes.services.deadlines import following


def open_quiz(*, quiz: Quiz, by: User, now: datetime) -> bool:
    """Open the quiz from now on and post its link; return False when it was open already.

    A closing date that is still to come stays; one that is past is forgotten.

    Raises
    ------
    Refused
        There is no question in it, or a draw finds too few.
    """
    check_questions(quiz)
    with following([quiz], by=by, now=now, why="opened"):
        fresh = Quiz.objects.get(pk=quiz.pk)
        if opened := not fresh.is_open(now):
            Quiz.objects.filter(pk=quiz.pk).update(
                opens_at=now,
                closes_at=None if fresh.has_closed(now) else fresh.closes_at,
                published_at=min(now, fresh.published_at or now),
            )
            note(quiz, by, "quiz.opened", now)
            quiz.refresh_from_db()
            _post_link(quiz, now)
    quiz.refresh_from_db()
    return opened


def check_questions(quiz: Quiz) -> None:
    """Refuse a quiz that cannot be given to students, and say what to do."""
    slots = list(quiz.slots.select_related("category"))
    if not slots:
        raise Refused(_("This quiz has no questions yet: add some first."))
    if short := queries.missing_draws(quiz=quiz, slots=slots):
        drawers = {str(slot.category) for slot in slots if slot.pk in short}
        raise Refused(
            _("Too few questions to draw from in %(drawers)s: add questions there, or draw fewer.")
            % {"drawers": ", ".join(sorted(drawers))}
        )


def post_link(*, quiz: Quiz, by: User, now: datetime) -> bool:
    """Post the quiz's link to the course's chat (again); return False when the course has none."""
    with transaction.atomic():
        posted = _post_link(quiz, now)
        if posted:
            note(quiz, by, "quiz.link_posted", now)
    return posted


def _post_link(quiz: Quiz, now: datetime) -> bool:
    with override(quiz.course.language):
        text = _("**%(title)s** is open: %(link)s") if quiz.is_open(now) else "**%(title)s**: %(link)s"
        if join_link(quiz):
            text += "\n" + _("Guests without an account: %(guests)s")
    return notify.mattermost(
        key=f"quiz:{quiz.pk}:opened:{now.isoformat()}",
        course=quiz.course,
        text=text % {"title": quiz.title, "link": link_to(quiz), "guests": join_link(quiz)},
        title=quiz.title,
        now=now,
    )


def close_quiz(*, quiz: Quiz, by: User, now: datetime) -> int:
    """Close the quiz now; return how many running attempts end with it, with what they have saved.

    Who has a later closing date of their own, or was let in again, goes on.

    Raises
    ------
    Refused
        It has not been open yet.
    """
    with following([quiz], by=by, now=now, why="closed", may_end=True) as moved:
        fresh = Quiz.objects.get(pk=quiz.pk)
        if not fresh.has_opened(now):
            raise Refused(_("This quiz has not been open yet, so there is nothing to close."))
        if not fresh.has_closed(now):
            Quiz.objects.filter(pk=quiz.pk).update(closes_at=now)
            note(quiz, by, "quiz.closed", now)
    quiz.refresh_from_db()
    return len(moved.ended)


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
        note(quiz, by, "quiz.review_released", now, forced=force)
    quiz.refresh_from_db()


def withdraw_review(*, quiz: Quiz, by: User, now: datetime) -> None:
    """Hide the review again; the quiz's phases go on to decide what students see."""
    with transaction.atomic():
        Quiz.objects.filter(pk=quiz.pk).update(review_released_at=None, review_forced=False)
        note(quiz, by, "quiz.review_withdrawn", now)
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
