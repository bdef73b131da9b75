"""Feedback that waits for a student: reviews, graded answers, points and comments, resolved requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from classroom import clock
from classroom.access import student_seat
from classroom.models import Course, Enrolment, HelpRequest, User
from projects.queries import ChallengeCard
from quizzes.models import AttemptItem
from quizzes.queries import QuizCard

#: What is older than this is no news, read or not.
NEWS = timedelta(days=30)
#: In this state a student may see an attempt's review.
REVIEWABLE = "reviewable"
#: How many pieces of news are listed.
LISTED = 8


@dataclass(frozen=True)
class Feedback:
    """One piece of news."""

    text: str
    url: str
    at: datetime


def waiting_feedback(
    course: Course,
    user: User,
    quizzes: Sequence[QuizCard],
    challenges: Sequence[ChallengeCard],
    *,
    now: datetime,
) -> list[Feedback]:
    """Return what has come since the student last said "read", the newest first, in three queries."""
    enrolment = Enrolment.objects.filter(course=course, user=user)
    read_at = enrolment.values_list("feedback_read_at", flat=True).first()
    since = max(filter(None, [read_at, now - NEWS]))
    found = _released(quizzes, since, now) + _graded(course, user, quizzes, since)
    found += _adjusted(challenges, since) + _helped(course, user, since)
    return sorted(found, key=lambda one: one.at, reverse=True)[:LISTED]


def _released(quizzes: Sequence[QuizCard], since: datetime, now: datetime) -> list[Feedback]:
    return [
        Feedback(_("%(quiz)s: the review is open") % {"quiz": card.title}, card.url, card.released_at)
        for card in quizzes
        if card.state == REVIEWABLE and card.released_at and since < card.released_at <= now
    ]


def _graded(course: Course, user: User, quizzes: Sequence[QuizCard], since: datetime) -> list[Feedback]:
    """Return answers that a person graded or looked at again, one line a quiz, where the review is open."""
    shown = {card.quiz_id: card for card in quizzes if card.state == REVIEWABLE}
    rows = AttemptItem.objects.filter(
        Q(graded_at__gt=since) | Q(second_look__answered_at__gt=since),
        attempt__user=user,
        attempt__quiz__course=course,
        attempt__finished_at__isnull=False,
    ).values_list("attempt__quiz", "attempt", "graded_at", "second_look__answered_at")
    by_attempt: dict[tuple[int, int], list[datetime]] = {}
    for quiz, attempt, graded_at, answered_at in rows:
        if quiz in shown:
            when = max(filter(None, [graded_at, answered_at]))
            by_attempt.setdefault((quiz, attempt), []).append(when)
    return [
        Feedback(
            ngettext(
                "%(quiz)s: %(n)d answer graded or answered by a person",
                "%(quiz)s: %(n)d answers graded or answered by a person",
                len(times),
            )
            % {"quiz": shown[quiz].title, "n": len(times)},
            reverse("quizzes:attempt_review", args=[course.slug, attempt]),
            max(times),
        )
        for (quiz, attempt), times in by_attempt.items()
    ]


def _adjusted(challenges: Sequence[ChallengeCard], since: datetime) -> list[Feedback]:
    return [
        Feedback(_("%(work)s: points and a comment") % {"work": card.title}, card.url, card.adjusted_at)
        for card in challenges
        if card.adjusted_at and card.adjusted_at > since
    ]


def _helped(course: Course, user: User, since: datetime) -> list[Feedback]:
    rows = HelpRequest.objects.filter(desk__course=course, asked_by=user, resolved_at__gt=since)
    found = []
    for about, topic, note, at in rows.values_list("desk__about", "topic", "note", "resolved_at"):
        kind, _colon, pk = about.partition(":")
        if kind == "hackathon" and pk.isdecimal() and note and at:
            url = reverse("projects:help", args=[course.slug, int(pk)])
            found.append(Feedback(_("“%(topic)s”: %(note)s") % {"topic": topic, "note": note}, url, at))
    return found


@require_POST
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Take what was listed off the first page: up to the moment at which it was shown."""
    seat = student_seat(request, slug)
    now = clock.now()
    until = min(now, _moment(request.POST.get("until")) or now)
    mine = Enrolment.objects.filter(course=seat.course, user=seat.user)
    mine.filter(Q(feedback_read_at=None) | Q(feedback_read_at__lt=until)).update(feedback_read_at=until)
    return redirect("course", slug)


def _moment(text: str | None) -> datetime | None:
    """Read the moment at which the page was drawn; None for what is none."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None
