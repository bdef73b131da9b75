"""A video call's table becomes marks: planned and shown first, then all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.attendance import zoom
from classroom.attendance.marks import Mark, Source, Status, mark_many, mark_rest_absent
from classroom.attendance.tally import students_of
from classroom.errors import Refused
from classroom.models import Attendance, Enrolment, Role, ScheduleItem, User


class Unsettled(Refused):
    """Who is who has changed since it was shown, so it must be looked at again."""


@dataclass(frozen=True)
class Line:
    """A student whom a table names."""

    student: User
    attendee: zoom.Attendee
    by_name: bool
    is_enough: bool
    #: What stands there by hand or by code and stays so; else empty.
    kept: str

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to look at: known by the address, there long enough, not marked before."""
        return self.is_enough and not self.by_name and not self.kept


@dataclass(frozen=True)
class Plan:
    """What a table comes to, before anything is written."""

    #: First those that are worth a look.
    lines: list[Line]
    #: First those for whom somebody may be meant.
    questions: list[tuple[zoom.Attendee, list[User]]]
    #: Whom a question may be about: students whom the table does not name for certain.
    free: list[User]
    #: How many in the call are of the staff.
    staff: int
    digest: str

    @property
    def counts(self) -> dict[str, int]:
        """How many become present and absent, and how many stay as they are marked."""
        kept = sum(bool(line.kept) for line in self.lines)
        present = sum(line.is_enough and not line.kept for line in self.lines)
        return {"present": present, "absent": len(self.lines) - present - kept, "kept": kept}


def plan(*, session: ScheduleItem, text: str, least_minutes: int) -> Plan:
    """Read a table and say what it would mark.

    Raises
    ------
    Refused
        The table cannot be read.
    """
    attendees = zoom.read(text)
    students = {user.pk: user for user in students_of(session.course)}
    candidates = [zoom.Candidate(user.pk, user.name, user.email) for user in students.values()]
    found = zoom.match(attendees, [*candidates, *_staff(session)])
    by_key, kept = {one.key: one for one in attendees}, _kept(session)
    sure = {key: pk for key, pk in found.pairs.items() if pk in students}
    named = set(sure.values())
    lines = [
        Line(
            student=students[pk],
            attendee=by_key[key],
            by_name=key in found.by_name,
            is_enough=by_key[key].minutes >= least_minutes,
            kept=kept.get(pk, ""),
        )
        for key, pk in sure.items()
    ]
    said = repr((sorted(sure.items()), [one.key for one, _meant in found.questions]))
    questions = [(one, [students[pk] for pk in meant if pk in students]) for one, meant in found.questions]
    return Plan(
        lines=sorted(lines, key=lambda line: (line.is_plain, line.student.name, line.student.email)),
        questions=sorted(questions, key=lambda question: not question[1]),
        free=[user for pk, user in students.items() if pk not in named],
        staff=len(found.pairs) - len(sure),
        digest=sha256(said.encode()).hexdigest()[:20],
    )


def apply(
    *,
    session: ScheduleItem,
    text: str,
    least_minutes: int,
    answers: Mapping[str, int],
    rest_absent: bool,
    digest: str,
    by: User,
    now: datetime,
) -> int:
    """Write what was planned and answered, all in one transaction; return how many marks changed.

    Parameters
    ----------
    answers
        Which student an attendee is whom nobody was sure of, by the attendee's key.
    rest_absent
        Whether students are marked absent who have no mark after it.
    digest
        The plan's, as it was shown.

    Raises
    ------
    Unsettled
        Who is who has changed meanwhile.
    Refused
        A student was chosen twice, or one who is named for certain already.
    """
    with transaction.atomic():
        planned = plan(session=session, text=text, least_minutes=least_minutes)
        if planned.digest != digest:
            raise Unsettled(_("Who takes part has changed meanwhile: look at the table again."))
        minutes = {line.student.pk: line.attendee.minutes for line in planned.lines}
        free = {user.pk: user for user in planned.free}
        asked = {one.key: one for one, _meant in planned.questions}
        for key, student in answers.items():
            if key not in asked or student not in free:
                raise Refused(_("Choose among the students who are left."))
            if student in minutes:
                raise Refused(_("You chose %(name)s twice: one row is one person.") % {"name": free[student]})
            minutes[student] = asked[key].minutes
        marks = {
            pk: Mark(Status.PRESENT if there >= least_minutes else Status.ABSENT, there)
            for pk, there in minutes.items()
        }
        changed = mark_many(session=session, marks=marks, source=Source.ZOOM, by=by, now=now)
        if rest_absent:
            changed += mark_rest_absent(session=session, by=by, now=now)
    return changed


def _staff(session: ScheduleItem) -> list[zoom.Candidate]:
    """Return the staff, so that nobody is asked about them; ids are negative, to be told from students."""
    people = Enrolment.objects.filter(course=session.course_id, left_at=None)
    staff = people.exclude(role__in=[Role.STUDENT, Role.GUEST])
    named = staff.values_list("user", "user__name", "user__email")
    return [zoom.Candidate(-pk, name, email) for pk, name, email in named]


def _kept(session: ScheduleItem) -> dict[int, str]:
    rows = Attendance.objects.filter(session=session, source__in=[Source.STAFF, Source.CODE])
    return {row.user_id: row.get_status_display() for row in rows}
