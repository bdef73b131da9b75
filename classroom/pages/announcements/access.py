"""The doors to announcements."""

from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from classroom.access import Seat, grader_seat, seat_in
from classroom.models import Announcement


def announcement_to_see(
    request: HttpRequest, slug: str, pk: int, *, now: datetime
) -> tuple[Seat, Announcement]:
    """Return an announcement: any for staff, for students one that is published."""
    seat = seat_in(request, slug)
    found = _announcement(seat, pk)
    if not seat.is_staff and found.withdrawn_at:
        raise Http404(_("This announcement has been withdrawn."))
    if not seat.is_staff and not found.is_out(now):
        raise Http404(_("This course has no such announcement."))
    return seat, found


def announcement_to_write(request: HttpRequest, slug: str, pk: int) -> tuple[Seat, Announcement]:
    """Return an announcement for an assistant or instructor."""
    seat = grader_seat(request, slug)
    return seat, _announcement(seat, pk)


def _announcement(seat: Seat, pk: int) -> Announcement:
    found = Announcement.objects.select_related("author").filter(course=seat.course, pk=pk).first()
    if found is None:
        raise Http404(_("This course has no such announcement."))
    found.course = seat.course
    return found
