"""Points that a person gives: essays by their rubric, other answers with a reason; and second looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from classroom.models import User
from classroom.models.notice import Sort
from classroom.notices import News, tell
from quizzes.errors import Refused
from quizzes.kinds import Data
from quizzes.models import Attempt, AttemptEvent, AttemptItem, SecondLook
from quizzes.services.audit import note
from quizzes.sums import add_up


@dataclass(frozen=True)
class Judgement:
    """What a grader says of an answer.

    `levels` names the chosen level of each of the rubric's criteria, by place; `points`, if given, counts
    instead of the rubric's.
    """

    levels: Mapping[int, int]
    points: float | None
    comment: str


def rubric_fraction(data: Data, levels: Mapping[int, int]) -> float | None:
    """Return the share of the points that the chosen levels earn; None while a criterion is open."""
    rubric = data.get("rubric") or []
    if not rubric or any(place not in levels for place in range(len(rubric))):
        return None
    weights = [float(criterion.get("weight", 1)) for criterion in rubric]
    earned = [
        weight * float(criterion["levels"][levels[place]]["fraction"])
        for place, (criterion, weight) in enumerate(zip(rubric, weights, strict=True))
    ]
    return sum(earned) / sum(weights)


def grade_item(
    *, item: AttemptItem, judgement: Judgement, seen: datetime | None, by: User, now: datetime
) -> float:
    """Write down what a person gives for an answer, and return the points.

    Parameters
    ----------
    seen
        When the answer had been graded as far as the grader's page knew.

    Raises
    ------
    Refused
        The attempt still runs, the rubric is not filled in, the points are out of range, or another grader
        was faster.
    """
    points = _points(item, judgement)
    with transaction.atomic():
        # The attempt before its answers: so does everybody who gives points, and nobody waits in a circle.
        attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=item.attempt_id)
        if attempt.finished_at is None:
            raise Refused(_("This student is still writing: grade when the attempt is handed in."))
        mine = AttemptItem.objects.filter(pk=item.pk, graded_at=seen)
        rubric = {str(place): level for place, level in judgement.levels.items()}
        if not mine.update(
            points=points,
            rubric=rubric,
            comment=judgement.comment,
            graded_by=by,
            graded_at=now,
            unchecked_since=None,
            run=F("run") + 1,  # a worker that might still check it is superseded
        ):
            raise Refused(
                _("Somebody else has graded this answer meanwhile. Look at theirs, then save yours again.")
            )
        AttemptEvent.objects.create(
            attempt_id=item.attempt_id,
            what=AttemptEvent.What.GRADED,
            position=item.position,
            by=by,
            at=now,
            detail={"before": item.points, "after": points, "comment": judgement.comment},
        )
        add_up(attempt)
    return points


def _points(item: AttemptItem, judgement: Judgement) -> float:
    if judgement.points is not None:
        if not -item.max_points <= judgement.points <= item.max_points:
            raise Refused(
                _("Give between %(least)g and %(most)g points.")
                % {"least": -item.max_points, "most": item.max_points}
            )
        return judgement.points
    fraction = rubric_fraction(item.data, judgement.levels)
    if fraction is None:
        raise Refused(_("Choose a level for every criterion, or write the points."))
    return round(item.max_points * fraction, 6)


def ask_second_look(*, item: AttemptItem, text: str, now: datetime) -> SecondLook:
    """Ask for an answer's grading to be looked at again; once for each answer.

    Raises
    ------
    Refused
        There is no reason given, or it was asked already.
    """
    if not text.strip():
        raise Refused(_("Say why: what do you think is right, and how did you arrive at it?"))
    look, created = SecondLook.objects.get_or_create(
        item=item, defaults={"text": text.strip()[:2000], "asked_at": now}
    )
    if not created:
        raise Refused(_("You have asked for this already; the answer appears here."))
    return look


def answer_second_look(*, look: SecondLook, answer: str, by: User, now: datetime) -> None:
    """Answer a student's request; they see it in their review and get an e-mail.

    Raises
    ------
    Refused
        There is no answer, or somebody has answered already.
    """
    if not answer.strip():
        raise Refused(_("Write an answer: the student waits for one."))
    attempt = look.item.attempt
    with transaction.atomic():
        if not SecondLook.objects.filter(pk=look.pk, answered_at=None).update(
            answer=answer.strip()[:4000], answered_by=by, answered_at=now
        ):
            raise Refused(_("Somebody has answered this already."))
        course = attempt.quiz.course
        note(
            attempt.quiz,
            by,
            "quiz.second_look_answered",
            now,
            about=attempt.user,
            position=look.item.position,
        )
        with override(attempt.user.language or course.language):
            answered = News(
                user=attempt.user,
                key=f"second-look:{look.pk}:answered",
                title=_("Your question about %(quiz)s was answered") % {"quiz": attempt.quiz},
                body=answer.strip(),
                page=reverse("quizzes:attempt_review", args=[course.slug, attempt.pk]),
            )
        tell(sort=Sort.RESULT, news=[answered], now=now, course=course)
