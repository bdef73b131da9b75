"""Challenges as the gradebook counts them: what there is to earn, and what everybody has."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from django.db.models import F, FloatField, Max
from django.db.models.functions import Coalesce

from classroom.models import Course
from classroom.works import Result, Results, Work
from projects.models import BOARD_PREFIX, Challenge, Submission
from projects.models.submission import SubmissionQuerySet


def works_of(course: Course) -> list[Work]:
    """Return the course's challenges that give points, in the order of the weeks; leaderboards give none."""
    challenges = (
        Challenge.objects.filter(course=course)
        .exclude(exercise__startswith=BOARD_PREFIX)
        .order_by("hackathon", "week__number", "position", "pk")
    )
    found = []
    for challenge in challenges:
        challenge.course = course
        found.append(
            Work(
                challenge.deadline_key,
                challenge.title,
                challenge.get_absolute_url(),
                challenge.points_at_most,
                challenge.published_at,
                challenge.closes_at,
                listed=not challenge.is_for_teams,
                grace=timedelta(days=challenge.late_days),
            )
        )
    return found


def most_points(*, keys: Collection[str]) -> dict[str, float]:
    """Return how many points hand-ins could earn at most, for challenges where only the grader says that."""
    challenges = [int(key.removeprefix("challenge:")) for key in keys if key.startswith("challenge:")]
    rows = Submission.objects.filter(challenge__in=challenges).exclude(max_score=None).order_by()
    most = rows.values_list("challenge_id").annotate(Max("max_score"))
    return {f"challenge:{challenge}": points for challenge, points in most}


def results_of(*, course: Course, keys: Collection[str], users: Collection[int] | None = None) -> Results:
    """Return what people have for the challenges named by their `deadline_key`, by the challenges' rules.

    A query or two for each rule in use (the best, the last, the chosen hand-in counts) and one for what is
    not graded yet, for any number of challenges; as many again where teams hand in. What a team handed in
    counts for those who were in it then.
    """
    found: defaultdict[str, dict[int, Result]] = defaultdict(dict)
    challenges = {
        challenge.pk: challenge
        for challenge in Challenge.objects.filter(course=course)
        if challenge.deadline_key in keys and not challenge.has_board
    }
    if not challenges:
        return found
    for rows in (
        _of_persons([one for one in challenges.values() if not one.is_for_teams], users),
        _of_teams([one for one in challenges.values() if one.is_for_teams]),
    ):
        for pk, user, points, possible, pending in rows:
            if users is None or user in users:
                challenge = challenges[pk]
                found[challenge.deadline_key][user] = Result(
                    None if points is None else round(points, 6),
                    challenge.points_at_most if possible is None else possible,
                    pending,
                )
    return found


#: What staff gave, else the grader's points less what being late costs; see `Submission.points`.
EARNED = Coalesce("adjusted_score", F("score") * F("late_factor"), output_field=FloatField())
#: Challenge, person, points, of how many, whether something is not graded yet.
_Row = tuple[int, int, float | None, float | None, bool]


def _of_persons(challenges: Sequence[Challenge], users: Collection[int] | None) -> Iterator[_Row]:
    if not challenges:
        return
    handed_in = Submission.objects.filter(challenge__in=challenges)
    if users is not None:
        handed_in = handed_in.filter(user__in=users)
    waiting = set(_ungraded(handed_in).values_list("challenge_id", "user_id"))
    for counting in _counting(handed_in, challenges):
        rows = counting.values_list("challenge_id", "user_id", EARNED, "max_score")
        for challenge, user, earned, possible in rows:
            yield challenge, user, earned, possible, (challenge, user) in waiting


def _of_teams(challenges: Sequence[Challenge]) -> Iterator[_Row]:
    if not challenges:
        return
    handed_in = Submission.objects.filter(challenge__in=challenges)
    waiting = set(_ungraded(handed_in).values_list("challenge_id", "team_id"))
    for counting in _counting(handed_in, challenges):
        rows = {
            pk: row for pk, *row in counting.values_list("pk", "challenge_id", "team_id", EARNED, "max_score")
        }
        authors = Submission.authors.through.objects.filter(submission__in=list(rows))
        for pk, user in authors.values_list("submission_id", "user_id"):
            challenge, team, earned, possible = rows[pk]
            yield challenge, user, earned, possible, (challenge, team) in waiting


def _ungraded(handed_in: SubmissionQuerySet) -> SubmissionQuerySet:
    """Keep what a person or the grader still has to look at."""
    return handed_in.filter(score=None, adjusted_score=None, failed_at=None).order_by()


def _counting(handed_in: SubmissionQuerySet, challenges: Sequence[Challenge]) -> Iterator[SubmissionQuerySet]:
    """Return, for each rule in use, the hand-ins that count by it."""
    for policy in sorted({challenge.policy for challenge in challenges}):
        same = [challenge.pk for challenge in challenges if challenge.policy == policy]
        yield handed_in.filter(challenge__in=same).first_by(policy).order_by()
