"""The doors to sessions at which attendance is taken."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from classroom.access import Seat, grader_seat, staff_seat, student_seat
from classroom.attendance import tally
from classroom.models import ScheduleItem


def session_to_review(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, ScheduleItem]:
    """Return a session with everybody's marks, for staff."""
    seat = staff_seat(request, slug)
    return seat, _session(seat, pk)


def session_to_mark(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, ScheduleItem]:
    """Return a session at which an assistant or instructor marks who was there."""
    seat = grader_seat(request, slug)
    return seat, _session(seat, pk)


def session_to_attend(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, ScheduleItem]:
    """Return a session at which a student checks in; whether it runs is the service's to say."""
    seat = student_seat(request, slug)
    return seat, _session(seat, pk)


def _session(seat: Seat, pk: int) -> ScheduleItem:
    found = tally.sessions_of(seat.course).filter(pk=pk).first()
    if found is None:
        raise Http404(_("This course has no such session."))
    found.course = seat.course
    return found
