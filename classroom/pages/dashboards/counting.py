"""Counting: what each student has for each piece of work, written down by a worker.

`count_course` looks in a few queries from what each piece would be counted, and counts those anew of which
that has changed. A piece is claimed first (`classroom.lease`), so of several workers one counts it.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from statistics import median, quantiles
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Count, F, Max, Q, Sum
from django.db.models.functions import Cast
from django.utils import translation

from classroom import lease
from classroom.models import Course, Enrolment, Extension, Group, Mistake, Outcome, Role, Tally
from classroom.pages.dashboards.outcomes import Counted, outcomes_of
from classroom.pages.dashboards.pieces import QUIZ, Piece, pieces_of
from projects.models import Submission
from quizzes.models import Attempt, Quiz

#: How long one worker may take to count one piece of work.
LEASE = timedelta(seconds=60)
#: Changes whenever the rules of counting do: everything is counted anew.
RULES = 2
#: What an outcome says, in the order of `_values`.
FIELDS = ("due_at", "begun_at", "handed_in_at", "solved_at", "share", "source")
#: What makes two mistakes the same.
MADE = ("user_id", "place", "name", "told", "source")


def count_all(*, now: datetime) -> None:
    """Count what has changed in any course that runs."""
    for course in Course.objects.filter(archived_at=None):
        count_course(course=course, now=now)


def count_course(*, course: Course, now: datetime) -> int:
    """Count what has changed in a course; return how many pieces of work were counted."""
    pieces = {piece.key: piece for piece in pieces_of(course, now)}
    _forget_others(course, list(pieces))
    prints = fingerprints(course, list(pieces.values()))
    Tally.objects.bulk_create([Tally(course=course, item=key) for key in pieces], ignore_conflicts=True)
    known = Tally.objects.filter(course=course, item__in=list(pieces))
    stale = [tally for tally in known if tally.fingerprint != prints[tally.item]]
    if not stale:
        return 0
    enrolled = Enrolment.objects.filter(course=course, role=Role.STUDENT, left_at=None)
    joined = dict(enrolled.values_list("user", "joined_at"))
    done = 0
    for tally in stale:
        run = lease.claim(Tally.objects.all(), pk=tally.pk, now=now, lease=LEASE)
        if run is not None:
            with translation.override(course.language):  # mistakes are told in the course's language
                found = outcomes_of(pieces[tally.item], joined)
            done += _record(tally, run, found, prints[tally.item], now)
    return done


def fingerprints(course: Course, pieces: Sequence[Piece]) -> dict[str, str]:
    """Return from what each piece would be counted, as a hash, in five queries."""
    students = Enrolment.objects.filter(course=course, role=Role.STUDENT).aggregate(
        Max("pk"), Max("left_at"), present=Count("pk", filter=Q(left_at=None))
    )
    members = Group.members.through.objects.filter(group__course=course)  # a group's extension is theirs
    groups = members.aggregate(Count("pk"), Max("pk"))
    extensions = _by(
        Extension.objects.filter(course=course), "item", Count("pk"), Max("pk"), Max("closes_at")
    )
    attempts = _by(
        Attempt.objects.filter(quiz__course=course),
        *("quiz", Count("pk"), Max("finished_at"), _all("score"), Sum("pending"), Count("finished_at")),
    )
    hand_ins = _by(
        Submission.objects.filter(challenge__course=course),
        *("challenge", Count("pk"), Max("graded_at"), Max("adjusted_at"), Max("chosen_at")),
        *(_all("score"), _all("adjusted_score"), _all("late_factor")),
    )
    return {
        piece.key: _hashed(
            RULES,
            course.language,
            students,
            groups,
            _rules_of(piece),
            extensions.get(piece.key),
            (attempts if piece.kind == QUIZ else hand_ins).get(piece.work.pk),
        )
        for piece in pieces
    }


def _rules_of(piece: Piece) -> tuple[object, ...]:
    """Return the settings on which an outcome depends."""
    work = piece.work
    if isinstance(work, Quiz):
        return work.closes_at, work.counts
    return work.closes_at, work.late_days, work.policy, work.max_points


def _all(field: str) -> Sum:
    """Return a sum that changes when two rows exchange their numbers, too, as a new key of a question does.

    Of whole thousandths, since the order in which a database adds floats up is not always the same.
    """
    return Sum(Cast(F(field) * 1000, BigIntegerField()) * F("pk"))


def _by(rows: Any, key: str, *figures: Any) -> dict[Any, list[Any]]:  # noqa: ANN401 - any model's
    named = {f"figure{place}": figure for place, figure in enumerate(figures)}
    return {name: rest for name, *rest in rows.order_by().values_list(key).annotate(**named)}


def _hashed(*parts: object) -> str:
    return sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


def _forget_others(course: Course, keys: list[str]) -> None:
    """Forget pieces of work that are not there any more, or hidden again."""
    gone = list(Tally.objects.filter(course=course).exclude(item__in=keys).values_list("item", flat=True))
    if gone:
        with transaction.atomic():
            for model in (Outcome, Mistake, Tally):
                model._default_manager.filter(course=course, item__in=gone).delete()


def _record(tally: Tally, run: int, found: Counted, fingerprint: str, now: datetime) -> bool:
    """Write down what was counted, unless another worker has taken over meanwhile."""
    shares = sorted(one.share for one in found.outcomes if one.share is not None)
    low, middle, high = _quartiles(shares)
    with transaction.atomic():
        held = Tally.objects.filter(pk=tally.pk, run=run).update(
            fingerprint=fingerprint,
            counted_at=now,
            leased_until=None,
            people=len(shares),
            low=low,
            middle=middle,
            high=high,
            minutes=_median_minutes(found.outcomes),
            questions=found.questions,
        )
        if held:
            _write_outcomes(tally, found.outcomes)
            _write_mistakes(tally, found.mistakes)
    return bool(held)


def _median_minutes(outcomes: list[Outcome]) -> float | None:
    """Return how long it took to get it wholly right, from the first hand-in."""
    spent = [
        (one.solved_at - one.begun_at) / timedelta(minutes=1)
        for one in outcomes
        if one.solved_at and one.begun_at
    ]
    return median(spent) if spent else None


def _quartiles(shares: list[float]) -> tuple[float | None, float | None, float | None]:
    if not shares:
        return None, None, None
    low, middle, high = quantiles(shares * 2 if len(shares) == 1 else shares, n=4, method="inclusive")
    return low, middle, high


def _write_outcomes(tally: Tally, outcomes: list[Outcome]) -> None:
    """Write the outcomes that have changed; who is not among the students any more has none."""
    rows = Outcome.objects.filter(course=tally.course_id, item=tally.item)
    known = {user: tuple(values) for user, *values in rows.values_list("user_id", *FIELDS)}
    changed = [one for one in outcomes if known.get(one.user_id) != _values(one)]
    Outcome.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["course", "item", "user"],
        update_fields=FIELDS,
    )
    if gone := known.keys() - {one.user_id for one in outcomes}:
        rows.filter(user__in=gone).delete()


def _values(outcome: Outcome) -> tuple[object, ...]:
    return tuple(getattr(outcome, name) for name in FIELDS)


def _write_mistakes(tally: Tally, mistakes: list[Mistake]) -> None:
    rows = Mistake.objects.filter(course=tally.course_id, item=tally.item)
    known = {tuple(values): pk for pk, *values in rows.values_list("pk", *MADE)}
    wanted = {tuple(getattr(one, name) for name in MADE): one for one in mistakes}
    rows.filter(pk__in=[known[values] for values in known.keys() - wanted.keys()]).delete()
    Mistake.objects.bulk_create(
        [one for values, one in wanted.items() if values not in known], batch_size=500, ignore_conflicts=True
    )
