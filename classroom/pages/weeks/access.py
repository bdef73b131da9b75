"""The doors to weeks and what belongs to them."""

from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from classroom.access import Seat, grader_seat, instructor_seat, seat_in
from classroom.models import Course, Material, Topic, Week


def week_to_see(request: HttpRequest, slug: str, number: int, *, now: datetime) -> tuple[Seat, Week]:
    """Return a week: any for staff, for students one that is released."""
    seat = seat_in(request, slug)
    found = _week(seat.course, number)
    if not (seat.is_staff or is_released(found, now)):
        raise Http404(_("This week is not released yet."))
    return seat, found


def week_to_edit(request: HttpRequest, slug: str, number: int) -> tuple[Seat, Week]:
    """Return a week for an assistant or instructor."""
    seat = grader_seat(request, slug)
    return seat, _week(seat.course, number)


def week_to_remove(request: HttpRequest, slug: str, number: int) -> tuple[Seat, Week]:
    """Return a week for an instructor."""
    seat = instructor_seat(request, slug)
    return seat, _week(seat.course, number)


def topic_to_edit(request: HttpRequest, slug: str, number: int, pk: int) -> tuple[Seat, Topic]:
    """Return a topic of the week for an assistant or instructor."""
    seat, week = week_to_edit(request, slug, number)
    return seat, _of(week, Topic.objects.all(), pk, _("This week has no such topic."))


def material_to_edit(request: HttpRequest, slug: str, number: int, pk: int) -> tuple[Seat, Material]:
    """Return a material of the week for an assistant or instructor."""
    seat, week = week_to_edit(request, slug, number)
    return seat, _of(week, Material.objects.all(), pk, _("This week has no such material."))


def material_to_see(
    request: HttpRequest, slug: str, number: int, pk: int, *, now: datetime
) -> tuple[Seat, Material]:
    """Return a file of the week: any for staff; students may have it once week and file are published."""
    seat, week = week_to_see(request, slug, number, now=now)
    files = Material.objects.exclude(file_name="")
    if not seat.is_staff:
        files = files.filter(published_at__lte=now)
    return seat, _of(week, files, pk, _("This week has no such material."))


def is_released(week: Week, now: datetime) -> bool:
    """Tell whether students see the week."""
    return week.released_at is not None and week.released_at <= now


def _week(course: Course, number: int) -> Week:
    found = Week.objects.filter(course=course, number=number).first()
    if found is None:
        raise Http404(_("This course has no such week."))
    found.course = course
    return found


def _of(week: Week, rows: QuerySet[Any], pk: int, message: str) -> Any:  # noqa: ANN401 - a row of that table
    found: Model | None = rows.filter(week=week, pk=pk).first()
    if found is None:
        raise Http404(message)
    found.week = week  # type: ignore[attr-defined]  # topics and materials have one
    return found
