"""What each student has for one piece of work, and what went wrong in it; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, Q

from classroom import clock
from classroom.models import Mistake, Outcome
from classroom.pages.dashboards.pieces import Piece
from projects.models import Challenge, Submission
from projects.queries import misconceptions
from quizzes.models import Attempt, Counts, Quiz
from quizzes.queries.counted import Which, attempts_of_others
from quizzes.queries.responses import answered_items, held_in
from quizzes.queries.statistics import QuestionRow, report
from quizzes.scoring import counted


@dataclass(frozen=True)
class Counted:
    """A piece of work, counted."""

    outcomes: list[Outcome]
    mistakes: list[Mistake]
    questions: list[dict[str, Any]] = field(default_factory=list)


def outcomes_of(piece: Piece, joined: Mapping[int, datetime]) -> Counted:
    """Return what the students have, `joined` telling since when each takes part."""
    due = _due(piece, joined)
    blank = {
        user: Outcome(course=piece.work.course, user_id=user, item=piece.key, due_at=due[user])
        for user in joined
    }
    if isinstance(piece.work, Quiz):
        return _count_quiz(piece.work, blank)
    return _count_challenge(piece.work, blank)


def _due(piece: Piece, joined: Mapping[int, datetime]) -> dict[int, datetime | None]:
    """Return until when each may hand in; who came when it was over has missed nothing."""
    grace = timedelta(days=piece.work.late_days if isinstance(piece.work, Challenge) else 0)
    found: dict[int, datetime | None] = {}
    for user, allowance in clock.allowances(list(joined), piece.work).items():
        closes_at = allowance.close_of(piece.work)
        found[user] = closes_at + grace if closes_at and joined[user] < closes_at + grace else None
    return found


def _count_quiz(quiz: Quiz, blank: dict[int, Outcome]) -> Counted:
    by_user: dict[int, list[Attempt]] = {}
    for attempt in attempts_of_others(quiz):
        if attempt.user_id in blank:
            by_user.setdefault(attempt.user_id, []).append(attempt)
    for user, attempts in by_user.items():
        outcome, finished = blank[user], [one for one in attempts if one.finished_at]
        outcome.begun_at = attempts[0].started_at
        if not finished:
            continue
        outcome.handed_in_at = max(one.finished_at for one in finished if one.finished_at)
        graded = [one for one in finished if one.score is not None and not one.pending]
        scores = [_share(one.score, one.max_score) for one in graded]
        outcome.share = counted([one for one in scores if one is not None], quiz.counts)
        outcome.source = _that_counts(graded or finished, quiz).pk
    questions = [_question(row) for row in report(quiz=quiz, which=Which.FIRST).rows]
    mistakes = {
        (held.user_id, held.question, held.name): Mistake(
            course=quiz.course,
            user_id=held.user_id,
            item=quiz.deadline_key,
            place=held.question,
            name=held.name[:300],
            told=held.told,
            source=held.attempt_id,
        )
        for held in held_in(answered_items(quiz=quiz, which=Which.FIRST))
        if held.user_id in blank
    }
    return Counted(list(blank.values()), list(mistakes.values()), questions)


def _that_counts(attempts: list[Attempt], quiz: Quiz) -> Attempt:
    if quiz.counts == Counts.FIRST:
        return attempts[0]
    if quiz.counts == Counts.BEST:
        return max(attempts, key=lambda one: (one.score or 0.0, -one.number))
    return attempts[-1]


def _share(points: float | None, most: float | None) -> float | None:
    if points is None or not most:
        return None
    return max(0.0, points / most)


def _question(row: QuestionRow) -> dict[str, Any]:
    return {
        "question": row.question_id,
        "name": row.name,
        "place": row.place,
        "count": row.numbers.count,
        "facility": row.numbers.facility,
        "discrimination": row.numbers.discrimination_index,
        "verdict": str(row.verdict),
    }


def _count_challenge(challenge: Challenge, blank: dict[int, Outcome]) -> Counted:
    whole = Q(score__isnull=False, score__gte=F("max_score"))
    times = (
        Submission.objects.filter(challenge=challenge)
        .order_by()
        .values_list("user_id")
        .annotate(begun=Min("submitted_at"), solved=Min("submitted_at", filter=whole))
    )
    for user, first, success in times:
        if user in blank:
            blank[user].begun_at, blank[user].solved_at = first, success
    rows = Submission.objects.counting(challenge).only(
        "user_id", "submitted_at", "score", "adjusted_score", "late_factor", "max_score"
    )
    for found in rows:
        if outcome := blank.get(found.user_id):
            outcome.handed_in_at, outcome.source = found.submitted_at, found.pk
            outcome.share = _share(found.points, found.max_score or challenge.points_at_most)
    mistakes = [
        Mistake(
            course=challenge.course,
            user_id=user,
            item=challenge.deadline_key,
            place=mistake.function,
            name=mistake.cause,
            told=mistake.message,
            source=submission,
        )
        for mistake in misconceptions(challenge=challenge)
        for (submission, _who), user in zip(mistake.submissions, mistake.user_ids, strict=True)
        if user in blank
    ]
    return Counted(list(blank.values()), mistakes)
