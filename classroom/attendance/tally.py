"""How often people were there, and how many sessions they missed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from classroom.attendance.marks import KINDS
from classroom.models import Attendance, Course, Enrolment, Role, ScheduleItem, User

Status = Attendance.Status


@dataclass(frozen=True)
class Standing:
    """How many sessions somebody missed, of how many at most; excused ones are not among them."""

    missed: int
    at_most: int
    present: int = 0
    late: int = 0
    excused: int = 0

    @property
    def came(self) -> int:
        """How often the person was there, also late."""
        return self.present + self.late

    @property
    def tone(self) -> str:
        """How it stands: good, warn (none left), bad (too many)."""
        if self.missed > self.at_most:
            return "bad"
        return "warn" if self.missed and self.missed == self.at_most else "good"


def standing(*, course: Course, user: User) -> Standing:
    """Return where one student stands; one query."""
    counted = (
        Attendance.objects.filter(course=course, user=user).values_list("status").annotate(n=Count("pk"))
    )
    return _standing(course, dict(counted.order_by()))


def standings(*, course: Course) -> dict[int, Standing]:
    """Return where everybody stands who was ever marked, by the person's id; one query."""
    rows = Attendance.objects.filter(course=course).values_list("user", "status").annotate(n=Count("pk"))
    counted: dict[int, dict[str, int]] = {}
    for user, status, count in rows.order_by():
        counted.setdefault(user, {})[status] = count
    return {user: _standing(course, counts) for user, counts in counted.items()}


def _standing(course: Course, counts: dict[str, int]) -> Standing:
    return Standing(
        missed=counts.get(Status.ABSENT, 0),
        at_most=course.max_missed_sessions,
        present=counts.get(Status.PRESENT, 0),
        late=counts.get(Status.LATE, 0),
        excused=counts.get(Status.EXCUSED, 0),
    )


def sessions_of(course: Course) -> QuerySet[ScheduleItem]:
    """Return the sessions at which attendance is taken, in the order of time, with their week."""
    items = ScheduleItem.objects.filter(course=course, kind__in=KINDS)
    return items.select_related("week").order_by("starts_at", "pk")


def with_counts(sessions: QuerySet[ScheduleItem]) -> QuerySet[ScheduleItem]:
    """Add to each session how many were there, excused and absent."""
    came = Q(attendance__status__in=[Status.PRESENT, Status.LATE])
    return sessions.annotate(
        came=Count("attendance", filter=came),
        excused=Count("attendance", filter=Q(attendance__status=Status.EXCUSED)),
        absent=Count("attendance", filter=Q(attendance__status=Status.ABSENT)),
    )


@dataclass(frozen=True)
class Row:
    """One student on the list of a session."""

    user: User
    mark: Attendance | None

    @property
    def status(self) -> str:
        """What is marked; empty for nothing."""
        return self.mark.status if self.mark else ""


def students_of(course: Course, words: str = "") -> QuerySet[User]:
    """Return the students who take part now, by name."""
    enrolled = Enrolment.objects.filter(course=course, role=Role.STUDENT, left_at=None).values("user")
    found = User.objects.filter(pk__in=enrolled).order_by("name", "email")
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return found


def rows_of(session: ScheduleItem, users: list[User]) -> list[Row]:
    """Return these people's marks at the session; one query."""
    marks = {mark.user_id: mark for mark in Attendance.objects.filter(session=session, user__in=users)}
    return [Row(user, marks.get(user.pk)) for user in users]


def counts_of(session: ScheduleItem) -> dict[str, int]:
    """Return how many have which mark; one query."""
    rows = Attendance.objects.filter(session=session).values_list("status").annotate(n=Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(rows.order_by())


def own_rows(*, course: Course, user: User, now: datetime) -> list[tuple[ScheduleItem, Attendance | None]]:
    """Return the sessions that have begun, or at which somebody is marked already, with a student's mark."""
    marks = {mark.session_id: mark for mark in Attendance.objects.filter(course=course, user=user)}
    return [
        (session, marks.get(session.pk))
        for session in sessions_of(course)
        if session.starts_at <= now or session.pk in marks
    ]
