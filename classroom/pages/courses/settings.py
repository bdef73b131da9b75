"""Making a course, setting it up, and putting it away."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock, courses
from classroom.access import Seat, instructor_seat, signed_in
from classroom.errors import Refused
from classroom.models import Course, ScheduleItem
from classroom.pages.courses.forms import CourseForm, SettingsForm
from quizzes.models import Attempt


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a course."""
    user = signed_in(request)
    if not courses.may_create(user):
        raise PermissionDenied(_("An administrator of the site can let you make courses: ask one."))
    usual = Course(time_zone=settings.TIME_ZONE, language=user.language or settings.LANGUAGE_CODE)
    form = CourseForm(request.POST if request.method == "POST" else None, instance=usual)
    form.fields["slug"].help_text = ""  # nothing was passed on yet
    if form.is_valid():
        try:
            course = courses.create(course=form.save(commit=False), by=user, now=clock.now())
        except Refused as refusal:
            form.add_error("slug", str(refusal))
        else:
            messages.success(request, _("The course is there. Add people and weeks next."))
            return redirect("course_settings", course.slug)
    return render(request, "classroom/courses/new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def course_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and change the course's settings; a change of the zone is asked about once more."""
    seat = instructor_seat(request, slug)
    stored = Course.objects.get(pk=seat.course.pk)
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=stored)
    page: dict[str, object] = {"seat": seat, "form": form}
    if not form.is_valid():
        return _page(request, page, 422 if form.errors else 200)
    values, now = form.values(), clock.now()
    if values["time_zone"] != seat.course.time_zone and "zone_confirmed" not in request.POST:
        page["zone_change"] = _zone_change(seat.course, ZoneInfo(values["time_zone"]), now)
        return _page(request, page, 409)
    try:
        courses.change(course=seat.course, values=values, by=seat.user, now=now)
    except Refused as refusal:
        form.add_error("slug", str(refusal))
        return _page(request, page, 422)
    messages.success(request, _("Saved."))
    return redirect("course_settings", seat.course.slug)


def _zone_change(course: Course, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """Tell what another zone means, on the example of the next session."""
    session = ScheduleItem.objects.filter(course=course, starts_at__gt=now).order_by("starts_at").first()
    at = session.starts_at if session else now
    return {
        "session": session,
        "old_zone": course.time_zone,
        "new_zone": zone.key,
        "old_time": at.astimezone(course.zone).strftime("%Y-%m-%d %H:%M"),
        "new_time": at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
    }


def _page(request: HttpRequest, page: dict[str, object], status: int) -> HttpResponse:
    return render(request, "classroom/courses/settings.html", page, status=status)


@require_POST
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the course away, unless somebody writes a quiz at the moment."""
    seat = instructor_seat(request, slug)
    now = clock.now()
    if Attempt.objects.filter(quiz__course=seat.course).accepting(now).filter(deadline__gt=now).exists():
        messages.error(request, _("Somebody writes a quiz at the moment: wait for the end, or close it."))
    elif courses.archive(course=seat.course, by=seat.user, now=now):
        messages.success(request, _("The course is archived: it can be read, and nothing changes any more."))
    return redirect("course_settings", slug)


@require_POST
def unarchive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the course out of the archive."""
    seat: Seat = instructor_seat(request, slug, archived=True)
    if courses.unarchive(course=seat.course, by=seat.user, now=clock.now()):
        messages.success(request, _("The course is out of the archive: it can be changed again."))
    return redirect("course_settings", slug)
