"""Saving answers: in two statements where one browser tab writes, with the conflict told where several do."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _

from classroom.measures import ANSWERS_SAVED
from classroom.models import Enrolment, Role, User
from classroom.prepared import ID, MOMENT, Given, Insert, Rows, Update
from quizzes.errors import Refused, TooLate, TooLong
from quizzes.kinds import Value
from quizzes.models import Answer, Attempt, AttemptEvent, AttemptItem
from quizzes.models.attempt import AttemptQuerySet
from quizzes.replay import Standing, standing_answers

#: One answer's size as JSON, in characters.
MAX_ANSWER_CHARACTERS = 20_000
#: Two tabs in turns are one conflict, not one a keystroke.
CONFLICT_QUIET = timedelta(seconds=30)

#: The fields for the name of a browser tab and a question's place.
NAME = models.CharField()
POSITION = models.PositiveSmallIntegerField()


@dataclass(frozen=True)
class Saved:
    """What a save came to.

    `seen` is the state of the attempt after it, which the tab names in its next save. `others` holds, where
    another tab or device has written since the state this tab knew, the answers by position that it gave.
    """

    seen: datetime
    others: dict[int, Standing] | None = None
    #: Nothing was stored: the tab has given this number to another answer before, and counts on from here.
    count_from: int | None = None


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


def _undisturbed() -> AttemptQuerySet:
    """Return the attempt if it asks this and takes answers, and no other tab wrote since this one looked."""
    asked = AttemptItem.objects.filter(attempt=OuterRef("pk"), position=Given("position", POSITION))
    known = Q(writer="") | Q(writer=Given("client", NAME)) | Q(last_saved_at=Given("seen", MOMENT))
    return _mine().accepting(Given("now", MOMENT)).filter(known, Exists(asked))


# A save's statements; a whole class runs them every second.
_MINE = Rows(_mine)
_CLAIM = Update(_undisturbed, last_saved_at=Given("now", MOMENT), writer=Given("client", NAME))
_KEEP = Insert(
    Answer,
    *("attempt", "position", "client", "seq", "value", "certainty", "received_at"),
    ignore_conflicts=True,
)


def record_answer(
    *,
    attempt_id: int,
    user: User,
    position: int,
    client: str,
    seq: int,
    value: Value,
    now: datetime,
    certainty: int | None = None,
    seen: datetime | None = None,
) -> Saved:
    """Save one answer. When this returns it is stored; a repeated save changes nothing.

    Two statements, if the tab that wrote last writes again or nothing was written since it looked. Otherwise
    somebody else wrote in between: the save is stored all the same and the conflict is told and logged.

    Parameters
    ----------
    client, seq
        Which browser tab, and its how manyth save this is.
    value, certainty
        What the question's fields hold, and how sure the student is (1 to 3), where that counts.
    seen
        `Attempt.last_saved_at` as the tab knows it: from its page, or from its last save's answer.
    now
        When the request arrived; the stored deadline with its grace decides.

    Raises
    ------
    TooLate
        The attempt takes no more answers.
    TooLong
        The answer is longer than any answer is.
    Refused
        The attempt is not this person's, or has no such question.
    """
    if len(json.dumps(value)) > MAX_ANSWER_CHARACTERS:
        raise TooLong(_("This answer is too long to be saved."))
    client = client[:36]
    others = None
    with transaction.atomic():
        if not _CLAIM(attempt=attempt_id, user=user.pk, now=now, client=client, seen=seen, position=position):
            others = _take_over(attempt_id, user, client, position, now)
        answer = Answer(
            attempt_id=attempt_id,
            position=position,
            client=client,
            seq=seq,
            value=value,
            certainty=certainty,
            received_at=now,
        )
        count_from = None if _KEEP(answer) else _next_number(answer)
    ANSWERS_SAVED.inc()
    return Saved(now, others, count_from)


def _next_number(answer: Answer) -> int | None:
    """Return None if just this save is stored already; else from where the tab must count on.

    A browser that was restored after a crash may have forgotten how far it had counted.
    """
    same_tab = Answer.objects.filter(attempt=answer.attempt_id, client=answer.client)
    stored = same_tab.get(seq=answer.seq)
    parts = ("position", "value", "certainty")
    if all(getattr(stored, part) == getattr(answer, part) for part in parts):
        return None
    return 1 + (same_tab.aggregate(last=Max("seq"))["last"] or 0)


def _take_over(attempt_id: int, user: User, client: str, position: int, now: datetime) -> dict[int, Standing]:
    """Make `client` the tab that writes, under the row's lock; return what other tabs have answered."""
    if not _MINE(attempt=attempt_id, user=user.pk):
        raise Refused(_("This attempt is not yours."))
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt_id)
    if not attempt.is_accepting(now):
        raise TooLate(_("The time is up: this change came too late. What was saved before counts."))
    if not attempt.items.filter(position=position).exists():
        raise Refused(_("This attempt has no such question: reload the page."))
    other = attempt.writer
    Attempt.objects.filter(pk=attempt.pk).update(last_saved_at=now, writer=client)
    told = attempt.events.filter(what=AttemptEvent.What.CONFLICT, at__gt=now - CONFLICT_QUIET)
    if not told.exists():
        AttemptEvent.objects.create(
            attempt=attempt,
            what=AttemptEvent.What.CONFLICT,
            at=now,
            position=position,
            detail={"writer": client, "other": other},
        )
    return answers_of_others(attempt, client)


def answers_of_others(attempt: Attempt, client: str) -> dict[int, Standing]:
    """Return the answers that stand and that another tab than `client` gave, by position."""
    standing = standing_answers(attempt.answers.all())
    return {position: one for position, one in standing.items() if one.client != client}
