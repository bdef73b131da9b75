"""Who was at the demo's sessions: most people, most weeks."""

import random
from datetime import timedelta

from classroom.attendance.marks import Mark, Source, Status, mark_many
from classroom.demo.calendar import Calendar
from classroom.demo.cohort import Cohort
from classroom.models import Course, Enrolment, ScheduleItem


def take(course: Course, people: Cohort, calendar: Calendar, seed: int) -> None:
    """Mark everybody at the sessions that are over; a few excused themselves."""
    rng = random.Random(seed + 1)  # noqa: S311 - made-up people, no secrets; a draw of its own
    first = calendar.session(1) - timedelta(days=7)
    Enrolment.objects.filter(course=course).update(joined_at=first)
    sessions = ScheduleItem.objects.filter(course=course, kind=ScheduleItem.Kind.SESSION, week__isnull=False)
    for session in sessions.filter(ends_at__lt=calendar.session(calendar.current_week)).order_by("starts_at"):
        marks = {}
        for student in people.students:
            if rng.random() < 0.6 + 0.35 * student.diligence:
                marks[student.user.pk] = Mark(Status.PRESENT, rng.randint(70, 90))
            else:
                chosen = rng.choice([Status.EXCUSED, Status.ABSENT, Status.ABSENT])
                marks[student.user.pk] = Mark(chosen)
        mark_many(session=session, marks=marks, source=Source.ZOOM, by=people.instructor, now=session.ends_at)
