"""Taking work in."""

import logging
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom import bell, clock
from classroom.models import User
from classroom.uploads import clean_name
from projects import custom, intake, words
from projects.errors import Refused
from projects.grading import GRADE_TASK
from projects.models import Challenge, Membership, Project, Source, Submission, Team
from projects.services.quota import Quota, quota_of

steps = logging.getLogger("classroom.steps")

#: Further behind than this nobody's flood of hand-ins stands.
MOST_BEHIND = 1000


def hand_in(*, challenge: Challenge, user: User, filename: str, source: bytes, now: datetime) -> Submission:
    """Store a hand-in and ask a worker to grade it. When this returns, the work is saved.

    The same content again, while the first is still waiting, is the first one (a second click).

    Parameters
    ----------
    challenge
        An exercise, a homework, or a hackathon's challenge that the user's team has registered for.
    filename, source
        As uploaded; a pasted text comes as "pasted.py".
    now
        When the request arrived: it decides whether it is in time.

    Raises
    ------
    Refused
        Not open, too late, no free try, or nothing that can be graded; the message names the remedy.
    """
    check_open(challenge=challenge, user=user, now=now)
    suffixes = intake.CODE_SUFFIXES if challenge.exercise else intake.TEXT_SUFFIXES
    intake.check_source(source, filename=filename, suffixes=suffixes)
    with transaction.atomic():
        team = _lock_owner(challenge, user)
        earlier = submissions_of(challenge=challenge, user=user, team=team)
        last = earlier.order_by("-number").first()
        digest = sha256(source).hexdigest()
        if last and last.sha256 == digest and challenge.exercise and not (last.graded_at or last.failed_at):
            return last
        _check_tries(challenge, earlier, now)
        submission = Submission.objects.create(
            challenge=challenge,
            user=user,
            team=team,
            number=last.number + 1 if last else 1,
            exercise=custom.newest(challenge.exercise),
            filename=clean_name(filename),
            sha256=digest,
            size_bytes=len(source),
            submitted_at=now,
            late_factor=late_factor(challenge=challenge, user=user, now=now),
            priority=_priority(earlier) if last else Submission.Priority.FIRST,
        )
        submission.authors.set([user] if team is None else User.objects.filter(memberships__team=team))
        Source.objects.create(submission=submission, content=source)
        if challenge.exercise:
            bell.ring(GRADE_TASK)
    steps.info("hand-in %s taken in", submission.pk, extra={"fields": {"submission": submission.pk}})
    return submission


def check_open(*, challenge: Challenge, user: User, now: datetime) -> None:
    """Raise `Refused` unless `user` may hand in now; a deadline itself is already too late."""
    if challenge.opens_at and now < challenge.opens_at:
        raise Refused(
            _("This opens on %(when)s.") % {"when": words.moment(challenge.opens_at, challenge.course)},
            until=challenge.opens_at,
        )
    if challenge.has_board and challenge.board.is_final(now):
        raise Refused(_("The final result is out, so nothing is taken any more."))
    deadline = clock.effective_deadline(user, challenge)
    if deadline and days_late(deadline, now) > challenge.late_days:
        raise Refused(
            _(
                "This closed on %(when)s. What you wrote is still here: copy it, and ask your instructor "
                "for an extension if something kept you."
            )
            % {"when": words.moment(deadline, challenge.course)}
        )


def days_late(deadline: datetime | None, now: datetime) -> int:
    """Return how many days have begun since the deadline; the deadline itself begins the first."""
    return 0 if deadline is None or now < deadline else (now - deadline).days + 1


def late_factor(*, challenge: Challenge, user: User, now: datetime) -> float:
    """Return which share of the points a hand-in now earns, by the person's own deadline."""
    return late_share(challenge, clock.effective_deadline(user, challenge), now)


def late_share(challenge: Challenge, deadline: datetime | None, handed_in_at: datetime) -> float:
    """Return which share of the points a hand-in at that moment earns whose deadline was `deadline`."""
    return max(0.0, 1 - days_late(deadline, handed_in_at) * challenge.late_percent / 100)


def submissions_of(*, challenge: Challenge, user: User, team: Team | None) -> QuerySet[Submission]:
    """Return the hand-ins of the team, or of the person where there is none."""
    mine = {"user": user} if team is None else {"team": team}
    return Submission.objects.filter(challenge=challenge, **mine)


def next_free_try(*, challenge: Challenge, earlier: QuerySet[Submission], now: datetime) -> datetime | None:
    """Return when another hand-in will be accepted; None means now. Those nobody could grade cost no try."""
    quota = run_quota(challenge=challenge, earlier=earlier, now=now)
    waits = [_window_free(challenge, earlier, now), quota.next_free if quota else None]
    return max((free for free in waits if free), default=None)


def run_quota(*, challenge: Challenge, earlier: QuerySet[Submission], now: datetime) -> Quota | None:
    """Return how many runs are left today where the challenge has a leaderboard."""
    return quota_of(board=challenge.board, earlier=earlier, now=now) if challenge.has_board else None


def _window_free(challenge: Challenge, earlier: QuerySet[Submission], now: datetime) -> datetime | None:
    if challenge.tries is None:
        return None
    since = now - challenge.tries_window
    recent = list(
        earlier.filter(submitted_at__gt=since, failed_at=None)
        .order_by("-submitted_at")
        .values_list("submitted_at", flat=True)[: challenge.tries]
    )
    return recent[-1] + challenge.tries_window if len(recent) == challenge.tries else None


def choose(*, submission: Submission, now: datetime) -> None:
    """Let this hand-in count, where the challenge leaves the choice to students."""
    check_open(challenge=submission.challenge, user=submission.user, now=now)
    if submission.challenge.policy != Challenge.Policy.CHOSEN:
        raise Refused(submission.challenge.get_policy_display())
    if submission.challenge.has_board and submission.merit is None:
        raise Refused(_("This run has no score, so it cannot count."))
    Submission.objects.filter(pk=submission.pk).update(chosen_at=now)


def _priority(earlier: "QuerySet[Submission]") -> int:
    """Return where a repeat stands: each one that waits already puts it further behind those of others."""
    still = earlier.filter(graded_at=None, failed_at=None).exclude(exercise="").count()
    return int(Submission.Priority.REPEAT) + min(still, MOST_BEHIND)


def _check_tries(challenge: Challenge, earlier: QuerySet[Submission], now: datetime) -> None:
    quota = run_quota(challenge=challenge, earlier=earlier, now=now)
    if quota and quota.next_free:
        raise Refused(
            ngettext(
                "Your team has used its %(runs)d run of today. The next one is free on %(when)s (the day of "
                "%(zone)s counts); what you wrote stays here.",
                "Your team has used its %(runs)d runs of today. The next one is free on %(when)s (the day of "
                "%(zone)s counts); what you wrote stays here.",
                quota.allowed or 0,
            )
            % {
                "runs": quota.allowed,
                "when": words.moment(quota.next_free, challenge.course),
                "zone": challenge.board.time_zone,
            },
            until=quota.next_free,
        )
    free_at = _window_free(challenge, earlier, now)
    if free_at:
        raise Refused(
            ngettext(
                "You have used your %(tries)d try in %(minutes)d min. The next one is free on "
                "%(when)s; what you wrote stays here.",
                "You have used your %(tries)d tries in %(minutes)d min. The next one is free on "
                "%(when)s; what you wrote stays here.",
                challenge.tries or 0,
            )
            % {
                "tries": challenge.tries,
                "minutes": challenge.tries_window_minutes,
                "when": words.moment(free_at, challenge.course),
            },
            until=free_at,
        )


def _lock_owner(challenge: Challenge, user: User) -> Team | None:
    """Let one hand-in of a person or team in at a time, so that numbers and tries are counted right."""
    if not challenge.is_for_teams:
        User.objects.select_for_update().get(pk=user.pk)
        return None
    membership = Membership.objects.filter(hackathon=challenge.hackathon_id, user=user).first()
    team = Team.objects.select_for_update().get(pk=membership.team_id) if membership else None
    # Looked at again under the lock: the person may have been removed meanwhile.
    if team is None or not Membership.objects.filter(team=team, user=user).exists():
        raise Refused(_("Only teams hand in here. Create a team, or join one with its code."))
    if not Project.objects.filter(team=team, challenge=challenge, withdrawn_at=None).exists():
        raise Refused(_("Your team has not chosen this challenge. Register your project for it first."))
    return team
