"""Quizzes as the gradebook counts them: what there is to earn, and what everybody has."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, F, FloatField, Max, Q, QuerySet, Sum
from django.db.models.functions import Cast

from classroom.models import Course
from classroom.works import Result, Results, Work
from quizzes.models import Attempt, Counts, Quiz
from quizzes.scoring import counted


def works_of(course: Course) -> list[Work]:
    """Return the course's quizzes that count, in the order of the weeks; practice counts for nothing."""
    quizzes = (
        Quiz.objects.filter(course=course, practice=False)
        .annotate(possible=Sum(Cast("slots__points", FloatField()) * F("slots__count")))
        .order_by(F("week__number").asc(nulls_last=True), "pk")
    )
    found = []
    for quiz in quizzes:
        quiz.course = course
        found.append(
            Work(
                quiz.deadline_key,
                quiz.title,
                quiz.get_absolute_url(),
                quiz.possible,
                quiz.published_at,
                quiz.closes_at,
            )
        )
    return found


def results_of(*, course: Course, keys: Collection[str], users: Collection[int] | None = None) -> Results:
    """Return what people have for the quizzes named by their `deadline_key`, by the quizzes' own rules.

    Two queries, for any number; three where not of all of them the best attempt counts. Points stand as soon
    as an attempt is scored, whether or not its student may see them yet.
    """
    quizzes = {
        quiz.pk: quiz
        for quiz in Quiz.objects.filter(course=course).only("counts", "max_attempts", "pk")
        if quiz.deadline_key in keys
    }
    attempts = Attempt.objects.filter(quiz__in=list(quizzes))
    if users is not None:
        attempts = attempts.filter(user__in=users)
    best = [pk for pk, quiz in quizzes.items() if quiz.counts == Counts.BEST]
    found: defaultdict[str, dict[int, Result]] = defaultdict(dict)
    for pk, user, score, most, tries, done in _best(attempts.filter(quiz__in=best)):
        quiz = quizzes[pk]
        found[quiz.deadline_key][user] = Result(score, most, done < tries, tries >= quiz.max_attempts)
    if len(best) < len(quizzes):
        for pk, user, result in _others(attempts.exclude(quiz__in=best), quizzes):
            found[quizzes[pk].deadline_key][user] = result
    return found


def _best(attempts: QuerySet[Attempt]) -> Iterable[tuple[int, int, float | None, float, int, int]]:
    """Return quiz, user, best score, most points, how many attempts there are, and how many are graded."""
    graded = Q(finished_at__isnull=False, score__isnull=False, pending=0)
    return (
        attempts.order_by()
        .values_list("quiz_id", "user_id")
        .annotate(
            best=Max("score", filter=Q(finished_at__isnull=False)),
            most=Max("max_score"),
            tries=Count("pk"),
            graded=Count("pk", filter=graded),
        )
    )


def _others(attempts: QuerySet[Attempt], quizzes: Mapping[int, Quiz]) -> Iterator[tuple[int, int, Result]]:
    """Return quiz, user and result where not the best attempt counts but another, or all of them."""
    rows = attempts.order_by("quiz", "user", "number").values_list(
        "quiz_id", "user_id", "score", "max_score", "pending", "finished_at"
    )
    for (pk, user), group in groupby(rows, key=itemgetter(0, 1)):
        tries = list(group)
        finished = [row for row in tries if row[5] is not None]
        scores = [row[2] for row in finished if row[2] is not None]
        pending = len(scores) < len(tries) or any(row[4] for row in finished)
        result = Result(
            counted(scores, quizzes[pk].counts),
            finished[-1][3] if finished else None,
            pending,
            len(tries) >= quizzes[pk].max_attempts,
        )
        yield pk, user, result
