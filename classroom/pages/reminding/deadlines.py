"""A day before a quiz or an exercise closes, those are told who have not handed in.

Each person's own deadline counts, and it is part of the notice's key. So the table of notices holds it to one
reminder a person, piece of work and deadline, however many sweeps come round at once; and who is given
another deadline is told of that one too, for the date that the first reminder named is no longer true.

Hackathons remind of theirs themselves (`projects.services.reminding`), where their organisers want it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom import clock, words
from classroom.models import Enrolment, Extension, GradeMark, Notice, Role, User
from classroom.models.notice import Sort
from classroom.notices import News, language_of, tell, zone_for
from projects.models import BOARD_PREFIX, Challenge, Submission
from quizzes.models import Attempt, Quiz

#: How long before the deadline. A reminder is due for half of that: one that the site slept through comes
#: late, or where there is little time left, not at all.
LEAD = timedelta(hours=24)
#: A letter that would come later than so long before the deadline comes at once.
LEAST = timedelta(hours=6)
#: So many are told in one transaction, for SQLite lets nobody else write meanwhile.
AT_ONCE = 500


@dataclass(frozen=True)
class Due:
    """A reminder that is due to one person, whose deadline is `at`."""

    work: Quiz | Challenge
    user: int
    at: datetime

    @property
    def key(self) -> str:
        """What the reminder is called, so that it is told once."""
        return f"deadline:{self.work.deadline_key}:{self.at:%Y-%m-%dT%H:%M:%SZ}"


def remind(*, now: datetime) -> None:
    """Tell everybody of the deadlines that are near and that they were not told of."""
    due = _untold(due_reminders(now=now))
    users = User.objects.in_bulk({one.user for one in due})
    for course, found in groupby(due, key=lambda one: one.work.course):
        news = [_news(one, users[one.user]) for one in found]
        for start in range(0, len(news), AT_ONCE):
            tell(sort=Sort.DEADLINE, news=news[start : start + AT_ONCE], now=now, course=course)


def due_reminders(*, now: datetime) -> list[Due]:
    """Return whose deadlines are near without having handed in, by course; few queries, for any number."""
    works = _closing_soon(now)
    if not works:
        return []
    later, settled = clock.later_closings(works), _settled(works)
    students = Enrolment.objects.filter(
        course__in={work.course_id for work in works},
        role=Role.STUDENT,
        left_at=None,
        user__is_active=True,
    )
    takes_part: dict[int, list[int]] = {}
    for course, user in students.order_by("user").values_list("course_id", "user_id"):
        takes_part.setdefault(course, []).append(user)
    due = [
        Due(work, user, at)
        for work in works
        for user in takes_part.get(work.course_id, [])
        if (work.deadline_key, user) not in settled
        and (at := later.get(work.deadline_key, {}).get(user, work.closes_at))
        and LEAD / 2 < at - now <= LEAD
    ]
    return sorted(due, key=lambda one: one.work.course_id)


def _closing_soon(now: datetime) -> list[Quiz | Challenge]:
    """Return what is open and closes soon for somebody; practice and leaderboards give no points."""
    soon = (now + LEAD / 2, now + LEAD)
    extended = Extension.objects.filter(closes_at__gt=soon[0], closes_at__lte=soon[1])
    keys = set(extended.values_list("item", flat=True))
    running = {"course__archived_at": None, "published_at__lte": now}
    quizzes = Quiz.objects.filter(
        _closes(soon, keys, "quiz:"), opens_at__lte=now, practice=False, **running
    ).select_related("course")
    challenges = (
        Challenge.objects.filter(_closes(soon, keys, "challenge:"), hackathon=None, **running)
        .filter(Q(opens_at=None) | Q(opens_at__lte=now))
        .exclude(exercise__startswith=BOARD_PREFIX)
        .select_related("course")
        .only("course", "title", "closes_at", "late_days", "late_percent", "hackathon")
    )
    return [*quizzes, *challenges]


def _closes(soon: tuple[datetime, datetime], keys: Collection[str], prefix: str) -> Q:
    extended = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
    return Q(closes_at__gt=soon[0], closes_at__lte=soon[1]) | Q(pk__in=extended)


def _settled(works: Sequence[Quiz | Challenge]) -> set[tuple[str, int]]:
    """Return who has handed in what, or is excused from it."""
    quizzes = {work.pk: work.deadline_key for work in works if isinstance(work, Quiz)}
    challenges = {work.pk: work.deadline_key for work in works if isinstance(work, Challenge)}
    attempts = Attempt.objects.filter(quiz__in=quizzes).exclude(finished_at=None)
    hand_ins = Submission.objects.filter(challenge__in=challenges).order_by()
    excused = GradeMark.objects.filter(
        column__course__in={work.course_id for work in works},
        column__item__in=[work.deadline_key for work in works],
        excused=True,
    )
    return {
        *((quizzes[pk], user) for pk, user in attempts.order_by().values_list("quiz_id", "user_id")),
        *((challenges[pk], user) for pk, user in hand_ins.values_list("challenge_id", "user_id").distinct()),
        *excused.values_list("column__item", "user_id"),
    }


def _untold(due: Sequence[Due]) -> list[Due]:
    """Leave out who knows, in one query, before anything is written in anybody's language."""
    told = Notice.objects.filter(
        user__in={one.user for one in due}, key__in={one.key for one in due}
    ).values_list("key", "user_id")
    known = set(told) if due else set()
    return [one for one in due if (one.key, one.user) not in known]


def _news(due: Due, user: User) -> News:
    work, course = due.work, due.work.course
    with translation.override(language_of(user, course)):
        told = {
            "title": work.title,
            "when": words.moment(due.at, zone_for(user, course)),
        }
        if isinstance(work, Quiz):
            title = _("Closes soon: %(title)s") % told
            body = _("This quiz closes on %(when)s, and you have not handed it in yet.") % told
        else:
            title = _("Due soon: %(title)s") % told
            body = _("This is due on %(when)s, and you have not handed anything in yet.") % told
            body += _grace(work)
        return News(
            user=user,
            key=due.key,
            title=title,
            body=body,
            page=work.get_absolute_url(),
            until=due.at - LEAST,
        )


def _grace(challenge: Challenge) -> str:
    """Say what being late costs, as the exercise's page does."""
    if not challenge.late_days:
        return ""
    return " " + ngettext(
        "Hand-ins are taken %(days)s day longer, for %(percent)s %% less.",
        "Hand-ins are taken %(days)s days longer, for %(percent)s %% less each day begun.",
        challenge.late_days,
    ) % {"days": challenge.late_days, "percent": challenge.late_percent}
