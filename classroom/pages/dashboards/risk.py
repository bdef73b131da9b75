"""Who may be falling behind, and why, in words.

A student is on the list who

- missed `MISSED_QUIZZES` or more of the last `RECENT_QUIZZES` quizzes that closed,
- handed nothing in for any of the last `RECENT_EXERCISES` exercises that closed,
- missed as many sessions as the course lets people miss, or more, excused ones aside, or
- has in the last `WINDOW` pieces of work that closed on average `FALL` of the points less than in the
  `WINDOW` before, with at least two results in each.

An extension counts: what somebody may still hand in is not missed. The list says where to look, not what is
wrong; whoever is on it can be written to with one click.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, cast

from django.db.models import Avg, Count, F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import (
    Attendance,
    AuditEntry,
    Course,
    Enrolment,
    Outcome,
    Role,
    Standing,
    standing_is,
)
from classroom.pages.dashboards.pieces import EXERCISE, QUIZ, Piece, closed, keys

RECENT_QUIZZES, MISSED_QUIZZES = 4, 2
RECENT_EXERCISES = 2
WINDOW, FALL = 3, 0.2
#: The list's order: who missed most comes first.
ORDER = ("-missed", "-without", "user__name", "user")
#: Two results make an average; one is an accident.
FEWEST = 2

QUIZZES, EXERCISES, SESSIONS, FALLING = "quizzes", "exercises", "sessions", "falling"
#: What is logged when somebody is written to from the list.
WRITTEN = "letter.at_risk"


@dataclass(frozen=True)
class AtRisk:
    """A student on the list; the numbers are what the reasons are made of."""

    user_id: int
    name: str
    email: str
    language: str
    missed: int
    without: int
    lately: float | None
    before: float | None
    absent: int
    #: `QUIZZES`, `EXERCISES`, `SESSIONS` and `FALLING`, those that hold.
    why: frozenset[str]

    @property
    def reasons(self) -> list[str]:
        """Why the student is on the list, in the reader's language."""
        found = []
        if QUIZZES in self.why:
            found.append(
                _("Missed %(missed)d of the last %(quizzes)d quizzes.")
                % {"missed": self.missed, "quizzes": RECENT_QUIZZES}
            )
        if EXERCISES in self.why:
            found.append(
                ngettext(
                    "Handed nothing in for the last exercise.",
                    "Handed nothing in for the last %(n)d exercises.",
                    RECENT_EXERCISES,
                )
                % {"n": RECENT_EXERCISES}
            )
        if SESSIONS in self.why:
            found.append(
                ngettext("Missed %(n)d session.", "Missed %(n)d sessions.", self.absent) % {"n": self.absent}
            )
        if FALLING in self.why and self.lately is not None and self.before is not None:
            found.append(
                _("Results are falling: from %(before)d %% to %(lately)d %% on average.")
                % {"before": round(100 * self.before), "lately": round(100 * self.lately)}
            )
        return found


def often_absent(course: Course) -> dict[int, int]:
    """Return who missed as many sessions as may be missed, or more, and how many; one query."""
    most = max(1, course.max_missed_sessions)
    rows = Attendance.objects.filter(course=course, status=Attendance.Status.ABSENT).order_by()
    return dict(rows.values_list("user").annotate(missed=Count("pk")).filter(missed__gte=most))


def at_risk(
    *,
    course: Course,
    pieces: Sequence[Piece],
    absences: Mapping[int, int],
    now: datetime,
    why: str = "",
) -> "QuerySet[Enrolment, dict[str, Any]]":
    """Return the students on the list, most reasons first, all or only those for one reason, in one query."""
    quizzes = keys(closed(pieces, QUIZ, now)[-RECENT_QUIZZES:])
    exercises = keys(closed(pieces, EXERCISE, now)[-RECENT_EXERCISES:])
    ended = sorted(
        (piece for piece in pieces if piece.closes_at and piece.closes_at <= now),
        key=lambda piece: piece.closes_at or now,
    )
    lately = Q(work__item__in=keys(ended[-WINDOW:]))
    before = Q(work__item__in=keys(ended[-2 * WINDOW : -WINDOW]))
    has_share, missed = Q(work__share__isnull=False), standing_is(Standing.MISSED, now, "work__")
    looked_at = {*quizzes, *exercises, *keys(ended[-2 * WINDOW :])} or {""}  # an empty set joins nobody
    recent = Q(user__outcomes__course=course, user__outcomes__item__in=looked_at)
    rows = (
        Enrolment.objects.filter(course=course, role=Role.STUDENT, left_at=None)
        .alias(work=FilteredRelation("user__outcomes", condition=recent))
        .order_by()
        .values("user", "user__name", "user__email", "user__language")
        .annotate(
            missed=Count("work", filter=Q(work__item__in=quizzes) & missed),
            without=Count("work", filter=Q(work__item__in=exercises) & missed),
            lately=Avg("work__share", filter=lately),
            before=Avg("work__share", filter=before),
            results_lately=Count("work", filter=lately & has_share),
            results_before=Count("work", filter=before & has_share),
        )
    )
    holds = reasons_hold(len(exercises)) | {SESSIONS: Q(user__in=list(absences))}
    wanted = holds[why] if why in holds else reduce(or_, holds.values())
    return cast("QuerySet[Enrolment, dict[str, Any]]", rows.filter(wanted).order_by(*ORDER))


def reasons_hold(exercises: int) -> dict[str, Q]:
    """Return by reason the condition on a student's sums; with too few exercises theirs never holds."""
    return {
        QUIZZES: Q(missed__gte=MISSED_QUIZZES),
        EXERCISES: Q(without__gte=RECENT_EXERCISES) if exercises >= RECENT_EXERCISES else Q(user=None),
        FALLING: Q(results_lately__gte=FEWEST, results_before__gte=FEWEST, before__gte=F("lately") + FALL),
    }


def student(row: dict[str, Any], absences: Mapping[int, int]) -> AtRisk:
    """Return a line of the list from a row of `at_risk`."""
    lately, before = row["lately"], row["before"]
    falls = (
        lately is not None
        and before is not None
        and min(row["results_lately"], row["results_before"]) >= FEWEST
        and before >= lately + FALL
    )
    holds = {
        QUIZZES: row["missed"] >= MISSED_QUIZZES,
        EXERCISES: row["without"] >= RECENT_EXERCISES,
        SESSIONS: row["user"] in absences,
        FALLING: falls,
    }
    return AtRisk(
        user_id=row["user"],
        name=row["user__name"] or row["user__email"],
        email=row["user__email"],
        language=row["user__language"],
        missed=row["missed"],
        without=row["without"],
        lately=lately,
        before=before,
        absent=absences.get(row["user"], 0),
        why=frozenset(reason for reason, yes in holds.items() if yes),
    )


def means_of(course: Course, users: Sequence[int]) -> dict[int, float | None]:
    """Return students' means of all results so far, in percent, in one query."""
    rows = Outcome.objects.filter(course=course, user__in=users).order_by().values_list("user")
    return {user: None if mean is None else 100 * mean for user, mean in rows.annotate(Avg("share"))}


def written_to(course: Course, users: Sequence[int]) -> dict[int, datetime]:
    """Return when students were last written to from the list."""
    entries = AuditEntry.objects.filter(course=course, action=WRITTEN, about__in=users).order_by("at")
    return {user: at for user, at in entries.values_list("about_id", "at") if user is not None}
