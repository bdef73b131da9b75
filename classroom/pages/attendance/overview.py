"""How often everybody was there: staff see all, students themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import clock, exports
from classroom.access import Seat, seat_in, staff_seat
from classroom.attendance import codes, tally
from classroom.models import Attendance, ScheduleItem, User

#: How many people one page lists.
PEOPLE_A_PAGE = 100


@dataclass(frozen=True)
class Row:
    """A student, and how many sessions were missed: which ones, in short."""

    user: User
    standing: tally.Standing
    missed: str


@require_GET
@never_cache
def attendance(request: HttpRequest, slug: str) -> HttpResponse:
    """Show staff who missed how many sessions, and a student their own."""
    now = clock.now()
    seat = seat_in(request, slug)
    if not seat.is_staff:
        return _own(request, seat, now)
    sessions = list(tally.with_counts(tally.sessions_of(seat.course)))
    standings = tally.standings(course=seat.course)
    page = Paginator(_most_missed_first(seat, standings), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "seat": seat,
        "now": now,
        "sessions": [(session, codes.is_open(session, now)) for session in sessions],
        "page": page,
        "rows": _rows(seat, sessions, standings, list(page.object_list)),
        "too_many": sum(pk in standings and standings[pk].tone == "bad" for pk in page.paginator.object_list),
    }
    return render(request, "classroom/attendance/overview.html", context)


def _own(request: HttpRequest, seat: Seat, now: datetime) -> HttpResponse:
    rows = tally.own_rows(course=seat.course, user=seat.user, now=now)
    context = {
        "seat": seat,
        "rows": list(reversed(rows)),
        "standing": tally.standing(course=seat.course, user=seat.user),
        "running": [session for session in tally.sessions_of(seat.course) if codes.is_open(session, now)],
    }
    return render(request, "classroom/attendance/own.html", context)


def _most_missed_first(seat: Seat, standings: dict[int, tally.Standing]) -> list[int]:
    """Return the students' ids; who missed as many is in the order of names."""
    people = tally.students_of(seat.course).values_list("pk", flat=True)
    return sorted(people, key=lambda pk: -standings[pk].missed if pk in standings else 0)


def _rows(
    seat: Seat, sessions: list[ScheduleItem], standings: dict[int, tally.Standing], people: list[int]
) -> list[Row]:
    none = tally.Standing(0, seat.course.max_missed_sessions)
    names = {session.pk: _short(session) for session in sessions}
    missed: dict[int, list[str]] = {}
    absent = Attendance.objects.filter(
        course=seat.course, status=Attendance.Status.ABSENT, user__in=people
    ).order_by("session__starts_at")
    for user, session in absent.values_list("user", "session"):
        missed.setdefault(user, []).append(names.get(session, "?"))
    users = User.objects.in_bulk(people)
    return [Row(users[pk], standings.get(pk, none), ", ".join(missed.get(pk, []))) for pk in people]


def _short(session: ScheduleItem) -> str:
    return _("week %(number)d") % {"number": session.week.number} if session.week else session.title


@require_GET
def attendance_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Download who was at which session."""
    seat = staff_seat(request, slug)
    sessions = list(tally.sessions_of(seat.course))
    header = [_("Name"), _("E-mail address"), _("missed"), _("of at most"), _("excused"), _("late")]
    header += [f"{localtime(one.starts_at):%Y-%m-%d %H:%M} {one.title}" for one in sessions]
    name = f"{slugify(seat.course.slug)}-attendance"
    return exports.csv_response(name, header, _lines(seat, sessions))


def _lines(seat: Seat, sessions: list[ScheduleItem]) -> Iterator[list[str | int]]:
    marks = {
        (user, session): str(Attendance.Status(status).label)
        for user, session, status in Attendance.objects.filter(course=seat.course).values_list(
            "user", "session", "status"
        )
    }
    standings = tally.standings(course=seat.course)
    none = tally.Standing(0, seat.course.max_missed_sessions)
    for user in tally.students_of(seat.course):
        one = standings.get(user.pk, none)
        yield [
            user.name,
            user.email,
            one.missed,
            one.at_most,
            one.excused,
            one.late,
            *(marks.get((user.pk, session.pk), "") for session in sessions),
        ]
