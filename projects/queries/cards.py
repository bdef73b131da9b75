"""What a person has to hand in, on one page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from classroom import clock
from classroom.models import Course, User
from projects.models import Challenge, Membership, Project, State, Submission
from projects.queries.runs import outcomes


@dataclass(frozen=True)
class ChallengeCard:
    """A challenge as one person meets it.

    `state` is "upcoming", "open", "waiting" (handed in, not graded yet), "graded" or "closed" (nothing was
    handed in). `score` is that of the hand-in that counts.
    """

    challenge_id: int
    title: str
    url: str
    week: int | None
    state: str
    opens_at: datetime | None
    closes_at: datetime | None
    deadline: datetime | None
    is_open: bool
    score: float | None
    max_score: float | None
    submissions: int
    team: str | None
    is_extended: bool  # it closes later for this person than for others
    is_late: bool  # nothing was handed in by the deadline, and it is still taken
    adjusted_at: datetime | None = None  # when staff gave the points that count
    has_board: bool = False  # a place on a leaderboard, and no points


def cards_for(*, user: User, course: Course, now: datetime) -> list[ChallengeCard]:
    """Return the course's exercises and homework, and what the person's teams have registered for."""
    teams = {
        membership.hackathon_id: membership.team
        for membership in Membership.objects.select_related("team").filter(
            user=user, hackathon__course=course
        )
    }
    chosen = set(
        Project.objects.filter(team__in=teams.values(), withdrawn_at=None).values_list(
            "challenge_id", flat=True
        )
    )
    challenges = list(
        Challenge.objects.visible(now)
        .filter(Q(hackathon=None) | Q(pk__in=chosen), course=course)
        .select_related("course", "week")
    )
    closing = clock.closing_times(user, challenges)
    mine = defaultdict(list)
    own = Q(team=None, user=user) | Q(team__in=teams.values())
    for submission in Submission.objects.filter(own, challenge__in=challenges).defer("report"):
        mine[submission.challenge_id].append(submission)
    return [
        _card(
            challenge,
            mine[challenge.pk],
            deadline=closing[challenge.deadline_key],
            team=teams[challenge.hackathon_id].name if challenge.hackathon_id in teams else None,
            now=now,
        )
        for challenge in challenges
    ]


def counting_of(challenge: Challenge, submissions: Sequence[Submission]) -> Submission | None:
    """Return which of one person's or team's hand-ins counts, as `SubmissionQuerySet.counting` does."""
    if challenge.has_board:
        submissions = [s for s in submissions if s.merit is not None]
    if not submissions:
        return None
    if challenge.policy == Challenge.Policy.BEST:
        return max(submissions, key=_worth)
    chosen = [s for s in submissions if s.chosen_at]
    if challenge.policy == Challenge.Policy.CHOSEN and chosen:
        return max(chosen, key=lambda s: (s.chosen_at, s.number))
    return max(submissions, key=lambda s: s.number)


def _worth(submission: Submission) -> tuple[bool, float, int]:
    points = submission.points if submission.points is not None else submission.merit
    return points is not None, points or 0.0, -submission.number


def _card(
    challenge: Challenge,
    submissions: list[Submission],
    *,
    deadline: datetime | None,
    team: str | None,
    now: datetime,
) -> ChallengeCard:
    counts = counting_of(challenge, submissions)
    is_open = (challenge.opens_at is None or challenge.opens_at <= now) and (
        deadline is None or now < deadline + timedelta(days=challenge.late_days)
    )
    if counts or submissions:
        state = "graded" if counts and counts.points is not None else "waiting"
    elif challenge.opens_at and now < challenge.opens_at:
        state = "upcoming"
    else:
        state = "open" if is_open else "closed"
    best_of = counts.max_score if counts and counts.max_score else challenge.points_at_most
    return ChallengeCard(
        challenge_id=challenge.pk,
        title=challenge.title,
        url=challenge.get_absolute_url(),
        week=challenge.week.number if challenge.week else None,
        state=state,
        opens_at=challenge.opens_at,
        closes_at=challenge.closes_at,
        deadline=deadline,
        is_open=is_open,
        score=counts.points if counts else None,
        max_score=best_of,
        submissions=len(submissions),
        team=team,
        is_extended=deadline != challenge.closes_at,
        is_late=state == "open" and deadline is not None and deadline <= now,
        adjusted_at=counts.adjusted_at if counts else None,
        has_board=challenge.has_board,
    )


@dataclass(frozen=True)
class HandIn:
    """A line of the history."""

    pk: int
    number: int
    filename: str
    by: str
    submitted_at: datetime
    state: State
    points: float | None
    max_points: float | None
    is_adjusted: bool
    counts: bool
    score: str = ""  # of a run for a leaderboard, in words
    why: str = ""  # why such a run has none


def history(*, challenge: Challenge, submissions: Sequence[Submission], now: datetime) -> list[HandIn]:
    """Return a person's or team's hand-ins, the newest first, telling which one counts."""
    counts = counting_of(challenge, submissions)
    told = outcomes(challenge, submissions)
    return [
        HandIn(
            pk=submission.pk,
            number=submission.number,
            filename=submission.filename,
            by=str(submission.user),
            submitted_at=submission.submitted_at,
            state=submission.state(now),
            points=submission.points,
            max_points=submission.max_score or challenge.points_at_most,
            is_adjusted=submission.adjusted_score is not None,
            counts=submission is counts,
            score=told.get(submission.pk, ("", ""))[0],
            why=told.get(submission.pk, ("", ""))[1],
        )
        for submission in sorted(submissions, key=lambda s: -s.number)
    ]
