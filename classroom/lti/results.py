"""What students have earned and may know: nothing else leaves for a platform."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from classroom.models import Course, GradeMark
from classroom.pages.gradebook.book import columns_of
from classroom.pages.gradebook.works import works_of as gradebook_works_of
from projects.models import Challenge, Submission
from projects.queries import counting_of
from quizzes.models import Attempt, Quiz
from quizzes.phases import RIGHT_AFTER, Shown, shown_to_student
from quizzes.queries import endings
from quizzes.scoring import counted


@dataclass(frozen=True)
class Points:
    """What somebody has, of what there was; `points` is None where a score sent before counts no more."""

    points: float | None
    most: float


NO_SCORE = Points(None, 0.0)


def released(*, course: Course, work: str, users: Collection[int], now: datetime) -> dict[int, Points]:
    """Return by person the points for a work that are final and that the person may see.

    A work that is not graded, hidden, or gone has none; neither has who waits for a grader or the release. A
    mark that staff gave in the gradebook counts instead of what was earned, where students see the column.
    """
    earned = _earned(course, work, users, now)
    return {} if earned is None else earned | _given(course, work, users, earned, now)


def _given(
    course: Course, work: str, users: Collection[int], earned: Mapping[int, Points], now: datetime
) -> dict[int, Points]:
    """Return what staff gave. Who is excused has no score; nor has who lost a mark and earned nothing."""
    marks = GradeMark.objects.filter(
        column__course=course, column__item=work, column__released_at__lte=now, user__in=users
    )
    found = {mark.user_id: mark for mark in marks}
    if not found:
        return {}
    columns = columns_of(course, gradebook_works_of(course), now)
    possible = next(column.possible for column in columns if column.row.item == work)
    given = {
        user: Points(mark.points, possible)
        for user, mark in found.items()
        if mark.points is not None and possible > 0
    }
    gone = {user for user, mark in found.items() if mark.excused or (not mark.stands and user not in earned)}
    return given | dict.fromkeys(gone, NO_SCORE)


def _earned(course: Course, work: str, users: Collection[int], now: datetime) -> dict[int, Points] | None:
    """Return the work's own points; None where it gives none now."""
    kind, _colon, number = work.partition(":")
    if kind == "quiz":
        quiz = Quiz.objects.filter(course=course, pk=number, practice=False, published_at__lte=now).first()
        return _of_quiz(quiz, users, now) if quiz else None
    if kind == "challenge":
        challenge = Challenge.objects.visible(now).filter(course=course, pk=number).first()
        return _of_challenge(challenge, users) if challenge and not challenge.has_board else None
    return None


def _of_quiz(quiz: Quiz, users: Collection[int], now: datetime) -> dict[int, Points]:
    over = endings(quizzes=[quiz], now=now)[quiz.pk].over
    attempts = Attempt.objects.filter(quiz=quiz, user__in=users).order_by("user_id", "number")
    found = {}
    for user, own in groupby(attempts, key=lambda attempt: attempt.user_id):
        if points := _of_attempts(quiz, list(own), now, over=over):
            found[user] = points
    return found


def _of_attempts(quiz: Quiz, attempts: list[Attempt], now: datetime, *, over: bool) -> Points | None:
    """Return what counts of one person's attempts, if all of it may be seen, now and from now on."""
    for attempt in attempts:
        attempt.quiz = quiz
    scores = []
    for one in attempts:
        if one.finished_at is None:  # somebody still writes, or could come back to it
            return None
        # Points that are shown for two minutes only do not stand in another gradebook for ever.
        later = max(now, one.finished_at + RIGHT_AFTER)
        seen = all(
            Shown.POINTS in shown_to_student(quiz, one, moment, over=over, writing=False)
            for moment in (now, later)
        )
        if not seen or one.score is None or one.pending:
            return None
        scores.append(one.score)
    points, most = counted(scores, quiz.counts), attempts[-1].max_score
    return Points(points, most) if points is not None and most > 0 else None


def _of_challenge(challenge: Challenge, users: Collection[int]) -> dict[int, Points]:
    hand_ins: QuerySet[Submission] = Submission.objects.filter(challenge=challenge).defer("report")
    if not challenge.is_for_teams:
        hand_ins = hand_ins.filter(user__in=users)
    by_owner: defaultdict[int | None, list[Submission]] = defaultdict(list)
    for hand_in in hand_ins.prefetch_related("authors"):
        by_owner[hand_in.team_id if challenge.is_for_teams else hand_in.user_id].append(hand_in)
    found: dict[int, Points] = {}
    for own in by_owner.values():
        counts = counting_of(challenge, own)
        most = (counts.max_score or challenge.points_at_most or 0.0) if counts else 0.0
        if counts is None or counts.points is None or most <= 0:
            continue
        people = (
            [author.pk for author in counts.authors.all()] if challenge.is_for_teams else [counts.user_id]
        )
        found |= {person: Points(counts.points, most) for person in people if person in users}
    return found
