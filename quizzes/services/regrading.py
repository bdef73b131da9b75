"""Scoring a question's answers again after its key was mended: compared first, applied by who has read it."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from classroom import bell, lease
from classroom.models import User
from quizzes import checking
from quizzes.checking import record
from quizzes.errors import Refused
from quizzes.kinds import KINDS, Data, Score
from quizzes.kinds.base import options_of
from quizzes.marks import mark
from quizzes.models import (
    Answer,
    Attempt,
    AttemptEvent,
    AttemptItem,
    QuestionVersion,
    Quiz,
    Regrade,
    RegradeChange,
)
from quizzes.replay import Standing, standing_answers
from quizzes.services.audit import note
from quizzes.sums import add_up

COMPARE_TASK = "quizzes.tasks.check_regrade"
#: How long one comparison may take: a class's lines of numpy in the sandbox need a few minutes.
LEASE = timedelta(minutes=9)


def begin_regrade(
    *, quiz: Quiz, version: QuestionVersion, mode: str, reason: str, by: User, now: datetime
) -> Regrade:
    """Have a worker compare what everybody earned with what they would earn; nothing changes yet.

    Raises
    ------
    Refused
        Nobody was asked the question, its new version asks something else, it is graded by hand, or another
        regrade of the quiz is open.
    """
    given = QuestionVersion.objects.filter(items__attempt__quiz=quiz, question=version.question_id).distinct()
    if not given:
        raise Refused(_("Nobody has been asked this question in this quiz."))
    if mode == Regrade.Mode.KEY:
        _check_comparable(version, list(given))
    try:
        with transaction.atomic():
            regrade = Regrade.objects.create(
                quiz=quiz, version=version, mode=mode, reason=reason, created_by=by, created_at=now
            )
            _log("quiz.regrade_begun", regrade, by, now)
            bell.ring(COMPARE_TASK, regrade.pk)
    except IntegrityError:
        raise Refused(
            _("Another question of this quiz is being graded again: apply or discard that first.")
        ) from None
    return regrade


def _check_comparable(version: QuestionVersion, given: list[QuestionVersion]) -> None:
    kind = KINDS[version.kind]
    if kind.graded_by == "person":
        raise Refused(_("This question is graded by hand: change the points of each answer instead."))
    for old in given:
        if old.kind != version.kind or _asked(old.data) != _asked(version.data):
            raise Refused(
                _(
                    "The newest version asks something else than students were asked: the same options, "
                    "pairs, items or gaps must be there in the same order. Mend only the key, or give "
                    "everybody the points."
                )
            )


def _asked(data: Data) -> list[object]:
    """Return what answers refer to by number; a mended version must keep it."""
    texts = [option.get("text") for option in options_of(data)]
    lefts = [pair.get("left") for pair in data.get("pairs", []) if isinstance(pair, dict)]
    gaps = [gap.get("kind") for gap in data.get("gaps", []) if isinstance(gap, dict)]
    return [texts, lefts, sorted(map(str, data.get("items", []))), gaps]


def ring_again(*, now: datetime) -> None:
    """Ring for the regrades that nobody is comparing; what the sweep does."""
    for pk in Regrade.objects.to_compare().filter(lease.available(now)).values_list("pk", flat=True):
        bell.ring(COMPARE_TASK, pk)


def compare(*, pk: int, now: datetime) -> None:
    """Find out what would change, if nobody else is doing so; what a worker does."""
    run = lease.claim(Regrade.objects.to_compare(), pk=pk, now=now, lease=LEASE)
    if run is None:
        return
    regrade = Regrade.objects.select_related("quiz", "version").get(pk=pk)
    changes = _changes(regrade)
    with transaction.atomic():
        if Regrade.objects.to_compare().filter(pk=pk, run=run).update(compared_at=now, leased_until=None):
            regrade.changes.all().delete()
            RegradeChange.objects.bulk_create(changes)


def _changes(regrade: Regrade) -> list[RegradeChange]:
    """Return what would change for those who have handed in; points given by a person stay."""
    items = list(
        _items(regrade)
        .filter(attempt__finished_at__isnull=False, graded_at=None)
        .select_related("version", "scored_by", "attempt")
    )
    answers, hints = _answers(items), _hints_of(regrade.quiz)
    found = []
    for item in items:
        before, answer = item.points, answers.get(item.pk)
        _put_key(item, regrade)
        after = mark(
            item,
            answer,
            quiz=regrade.quiz,
            hints=hints[item.attempt_id, item.position],
            score=_worker_score(item, answer),
        ).points
        if after != before:
            found.append(RegradeChange(regrade=regrade, item=item, before=before, after=after))
    return found


def _items(regrade: Regrade) -> QuerySet[AttemptItem]:
    return AttemptItem.objects.filter(
        attempt__quiz=regrade.quiz, version__question=regrade.version.question_id
    )


def _put_key(item: AttemptItem, regrade: Regrade) -> None:
    if regrade.mode == Regrade.Mode.WAIVE:
        item.verdict, item.unchecked_since = item.verdict | {"waived": True}, None
    else:
        item.scored_by = regrade.version


def _answers(items: list[AttemptItem]) -> dict[int, Standing]:
    """Return the answers that stand, by item; one query for all."""
    wanted = {(item.attempt_id, item.position): item.pk for item in items}
    logs: dict[int, list[Answer]] = {}
    asked = Answer.objects.filter(
        attempt__in={attempt for attempt, _ in wanted}, position__in={position for _, position in wanted}
    )
    for answer in asked.order_by("pk"):
        pk = wanted.get((answer.attempt_id, answer.position))
        if pk is not None:
            logs.setdefault(pk, []).append(answer)
    standing = {pk: standing_answers(log) for pk, log in logs.items()}
    return {pk: next(iter(found.values())) for pk, found in standing.items() if found}


def _hints_of(quiz: Quiz) -> Counter[tuple[int, int]]:
    """Return how many hints were taken in a quiz, by attempt and position."""
    taken = AttemptEvent.objects.filter(attempt__quiz=quiz, what=AttemptEvent.What.HINT)
    return Counter(
        (attempt, position)
        for attempt, position in taken.values_list("attempt", "position")
        if position is not None
    )


def _worker_score(item: AttemptItem, answer: Standing | None) -> Score | None:
    version = item.scored_by or item.version
    if answer is None or item.verdict.get("waived") or KINDS[version.kind].graded_by != "worker":
        return None
    return checking.check(version.kind, item.data, answer.value)


def apply_regrade(*, regrade: Regrade, by: User, now: datetime) -> int:
    """Put the new points in the place of the old ones, all at once; return how many answers change.

    Attempts that still run are scored by the new key when they are handed in.

    Raises
    ------
    Refused
        It is not compared yet, not open any more, or somebody has handed in since: then it is compared anew.
    """
    with transaction.atomic():
        if not Regrade.objects.open().filter(pk=regrade.pk, compared_at__isnull=False).update(applied_at=now):
            raise Refused(_("This regrade is not compared yet, or was applied or discarded already."))
        # Held before their answers: who is handing in right now is scored before this or after it.
        locked = Attempt.objects.filter(quiz=regrade.quiz_id).select_for_update(of=("self",))
        attempts = {attempt.pk: attempt for attempt in locked.order_by("pk")}
        items = list(_items(regrade).filter(graded_at=None).select_for_update(of=("self",)))
        changed = None if _was_handed_in_since(regrade) else _still_to_change(regrade, items)
        if changed is None:
            Regrade.objects.filter(pk=regrade.pk).update(applied_at=None, compared_at=None)
            bell.ring(COMPARE_TASK, regrade.pk)
        else:
            _take_over(regrade, items, changed, by, now)
            add_up(*(attempts[pk] for pk in {item.attempt_id for _change, item in changed}))
            _log("quiz.regrade_applied", regrade, by, now, count=len(changed))
    if changed is None:
        raise Refused(_("Somebody has handed in since this was compared. It is compared anew: look again."))
    return len(changed)


def _was_handed_in_since(regrade: Regrade) -> bool:
    """Whether an attempt was closed after the comparison; it may have ended, unnoticed, long before."""
    closed = AttemptEvent.objects.filter(
        attempt__quiz=regrade.quiz_id, what__in=(AttemptEvent.What.HANDED_IN, AttemptEvent.What.TIMED_OUT)
    )
    return closed.filter(at__gte=regrade.compared_at).exists()


def _still_to_change(
    regrade: Regrade, items: list[AttemptItem]
) -> list[tuple[RegradeChange, AttemptItem]] | None:
    """Return what changes, with its answer; None where one has got other points since it was compared."""
    open_items = {item.pk: item for item in items}
    changes = [change for change in regrade.changes.all() if change.item_id in open_items]
    found = [(change, open_items[change.item_id]) for change in changes]
    return None if any(item.points != change.before for change, item in found) else found


def _take_over(
    regrade: Regrade,
    items: list[AttemptItem],
    changed: list[tuple[RegradeChange, AttemptItem]],
    by: User,
    now: datetime,
) -> None:
    for change, item in changed:
        item.points = change.after
        item.run += 1  # whoever might still be checking it is superseded
    for item in items:
        _put_key(item, regrade)
    AttemptItem.objects.bulk_update(
        items, ["points", "run", "scored_by", "verdict", "unchecked_since"], batch_size=200
    )
    _check_anew(items, now)
    AttemptEvent.objects.bulk_create(
        AttemptEvent(
            attempt_id=item.attempt_id,
            what=AttemptEvent.What.REGRADED,
            position=item.position,
            by=by,
            at=now,
            detail={"before": change.before, "after": change.after, "reason": regrade.reason},
        )
        for change, item in changed
    )


def _check_anew(items: list[AttemptItem], now: datetime) -> None:
    """Have a worker write down what it says by the new key; its points are the same, its words may not be."""
    checked = [item for item in items if "fraction" in item.verdict and not item.verdict.get("waived")]
    record.ask([(item, item.verdict.get("value", [])) for item in checked], now=now)


def discard_regrade(*, regrade: Regrade, by: User, now: datetime) -> None:
    """Forget it; nobody's points change."""
    with transaction.atomic():
        if Regrade.objects.open().filter(pk=regrade.pk).update(discarded_at=now):
            _log("quiz.regrade_discarded", regrade, by, now)


def _log(action: str, regrade: Regrade, by: User, now: datetime, **detail: object) -> None:
    asked, reason = regrade.version.question_id, regrade.reason
    note(regrade.quiz, by, action, now, about=None, question=asked, reason=reason, **detail)
