"""The live room of a quiz: who has come, the start for everybody, and the discussion afterwards."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import User
from quizzes import queries
from quizzes.errors import MayStillWrite, Refused
from quizzes.models import Arrival, Quiz, Room
from quizzes.services.audit import note
from quizzes.services.deadlines import following
from quizzes.services.running import check_questions, post_link

#: Between the button and the start: long enough for every page to hear of it, so that all begin together.
COUNTDOWN = timedelta(seconds=3)


def room_of(quiz: Quiz) -> Room:
    """Return the quiz's room; the first who asks makes it."""
    room, _created = Room.objects.get_or_create(quiz=quiz, defaults={"token": secrets.token_urlsafe(16)})
    room.quiz = quiz
    return room


def arrive(*, quiz: Quiz, user: User, now: datetime) -> Room:
    """Note that somebody is in the lobby; a second time changes nothing."""
    room = room_of(quiz)
    if not Arrival.objects.filter(room=room, user=user).exists():
        Arrival.objects.bulk_create([Arrival(room=room, user=user, arrived_at=now)], ignore_conflicts=True)
    return room


def invite(*, quiz: Quiz, by: User, now: datetime) -> bool:
    """Show the quiz to students, so that they can come, and post its link; False where there is no chat."""
    check_questions(quiz)
    with transaction.atomic():
        room_of(quiz)
        hidden = Quiz.objects.filter(pk=quiz.pk).exclude(published_at__lte=now)
        if hidden.update(published_at=now):
            note(quiz, by, "quiz.published", now)
        quiz.refresh_from_db()
        return post_link(quiz=quiz, by=by, now=now)


def start_together(*, quiz: Quiz, by: User, now: datetime) -> bool:
    """Start the quiz for everybody, in a moment; return False if it was started already.

    The clock is the same for all and runs from the start, for who comes later, too.

    Raises
    ------
    Refused
        It has no questions, or its planned closing time has come too near.
    """
    check_questions(quiz)
    starts_at = now + COUNTDOWN
    with following([quiz], by=by, now=now, why="started together", may_end=True):
        fresh = Quiz.objects.get(pk=quiz.pk)
        # Another click's start may lie a little later than this one's would: the clicks passed each other.
        soon = starts_at + COUNTDOWN
        started = fresh.opens_at is not None and fresh.opens_at <= soon and not fresh.has_closed(now)
        if not started:
            closes_at = None if fresh.has_closed(now) else fresh.closes_at
            if closes_at is not None and closes_at <= starts_at:
                raise Refused(_("The quiz closes this very moment: set a later closing time first."))
            Quiz.objects.filter(pk=quiz.pk).update(
                opens_at=starts_at, closes_at=closes_at, published_at=min(now, fresh.published_at or now)
            )
            Room.objects.filter(quiz=quiz).update(discussing=None, revealed=False, leaders=False)
            note(quiz, by, "quiz.started_together", now)
    quiz.refresh_from_db()
    return not started


def discuss(*, quiz: Quiz, position: int, by: User, now: datetime, force: bool = False) -> None:
    """Put a question of the quiz on the wall and on everybody's pages, its bars still hidden.

    Raises
    ------
    MayStillWrite
        Who has a later closing date may still start: `force` takes no heed of that.
    Refused
        The quiz still runs, or has no such question.
    """
    ending = queries.endings(quizzes=[quiz], now=now)[quiz.pk]
    if not ending.closed or ending.writing:
        raise Refused(_("The quiz still runs, and a discussion tells right answers: close it first."))
    if ending.windows and not force:
        raise MayStillWrite(
            _("Somebody has a later closing date, may still start, and would know the answers.")
        )
    if not quiz.slots.filter(position=position).exists():
        raise Refused(_("This quiz has no question %(number)d.") % {"number": position})
    with transaction.atomic():
        room = room_of(quiz)
        if room.discussing is None:
            note(quiz, by, "quiz.discussion_begun", now)
        moved = Room.objects.filter(pk=room.pk).exclude(discussing=position)
        moved.update(discussing=position, revealed=False)


def end_discussion(*, quiz: Quiz) -> None:
    """Take the discussion off the wall and off everybody's pages."""
    Room.objects.filter(quiz=quiz).update(discussing=None, revealed=False)


def reveal(*, quiz: Quiz, revealed: bool = True) -> None:
    """Show the bars and the right answer of the question under discussion, or hide them again."""
    Room.objects.filter(quiz=quiz, discussing__isnull=False).update(revealed=revealed)


def show_leaders(*, quiz: Quiz, shown: bool = True) -> None:
    """Show the leader board in the room, or hide it again."""
    Room.objects.filter(pk=room_of(quiz).pk).update(leaders=shown)
