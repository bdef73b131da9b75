"""What students see of their own attempts, and when. Pure."""

from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from quizzes.models import Attempt, Quiz

#: How long after somebody's own hand-in "right after" lasts, as in Moodle's "immediately after the attempt".
RIGHT_AFTER = timedelta(minutes=2)


class Shown(TextChoices):
    """A part of the review."""

    ANSWERS = "answers", _("Own answers")
    POINTS = "points", _("Points")
    FEEDBACK = "feedback", _("Feedback")
    SOLUTION = "solution", _("Right answers")
    EXPLANATION = "explanation", _("Explanations")


class Phase(TextChoices):
    """When somebody looks at an attempt; it follows from times alone."""

    DURING = "during", _("During the attempt")
    RIGHT_AFTER = "right_after", _("Right after")
    WHILE_OPEN = "while_open", _("While the quiz is open")
    AFTER_CLOSE = "after_close", _("After the close")


NOTHING: frozenset[Shown] = frozenset()
EVERYTHING = frozenset(Shown)


def phase_of(finished_at: datetime | None, now: datetime, *, over: bool) -> Phase:
    """Return the phase of an attempt that was handed in at `finished_at` (None: it still runs).

    `over` tells that the quiz is over for everybody: nobody writes, and no extension lets anybody start.
    """
    if finished_at is None:
        return Phase.DURING
    if over:
        return Phase.AFTER_CLOSE
    return Phase.RIGHT_AFTER if now < finished_at + RIGHT_AFTER else Phase.WHILE_OPEN


def is_released(quiz: Quiz, now: datetime, *, over: bool) -> bool:
    """Whether the staff's release of the review has its effect: not while others may still write.

    That holds also for who got more time after the release; only a release that was forced takes no heed.
    """
    released = quiz.review_released_at is not None and quiz.review_released_at <= now
    return released and (over or quiz.review_forced)


def shown_during(quiz: Quiz) -> frozenset[Shown]:
    """Return what a running attempt tells about an answer that is checked: nothing in a quiz that is graded.

    Practice tells everything, unless the author chose otherwise.
    """
    if not quiz.practice:
        return NOTHING
    return _chosen(quiz, Phase.DURING) if any(quiz.review.values()) else EVERYTHING


def shown_to_student(
    quiz: Quiz, attempt: Attempt, now: datetime, *, over: bool, writing: bool
) -> frozenset[Shown]:
    """Return what the student may see of this own attempt now.

    Parameters
    ----------
    over
        The quiz is over for everybody, as in `phase_of`.
    writing
        The student has a running attempt at this quiz: then an earlier attempt must not give it away.

    A quiz that is graded shows nothing of a running attempt, whatever its settings. Practice shows everything
    at once, unless the author chose otherwise.
    """
    phase = phase_of(attempt.finished_at, now, over=over)
    if not quiz.practice:
        if phase == Phase.DURING or writing:
            return NOTHING
        if is_released(quiz, now, over=over):
            return EVERYTHING
    elif is_released(quiz, now, over=over) or not any(quiz.review.values()):
        return EVERYTHING
    return _chosen(quiz, phase)


def _chosen(quiz: Quiz, phase: Phase) -> frozenset[Shown]:
    return frozenset(Shown(part) for part in quiz.review.get(phase, []) if part in Shown.values)
