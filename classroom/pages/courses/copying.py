"""A course's copy for a new term: asked for, looked at with all its dates, then made."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classroom import clock, copying
from classroom.access import Seat, instructor_seat
from classroom.errors import Refused
from classroom.models import Course
from classroom.pages.courses.forms import CopyForm
from classroom.shifting import Moved, Shift
from projects import services as project_services
from quizzes import services as quiz_services


@never_cache
@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the new term, show where every date goes, and make the copy when that is confirmed.

    Also from the archive: the old course is only read.
    """
    seat = instructor_seat(request, slug, archived=True)
    first_day = copying.first_day(seat.course)
    form = CopyForm(
        request.POST if request.method == "POST" else None,
        first_day=first_day,
        initial={"title": seat.course.title},
    )
    page: dict[str, object] = {"seat": seat, "form": form}
    if not form.is_valid():
        return render(request, "classroom/courses/copy.html", page, status=422 if form.errors else 200)
    shift = Shift(form.weeks, seat.course.zone)
    if "confirm" in request.POST:
        try:
            course = make_copy(seat, form, shift)
        except Refused as refusal:
            form.add_error("slug", str(refusal))
            return render(request, "classroom/courses/copy.html", page, status=422)
        messages.success(request, _("The course is copied. There is nobody in it but you."))
        return redirect("course_settings", course.slug)
    page |= {"moved": dates(seat.course, shift), "weeks": shift.weeks, "given": form.cleaned_data}
    return render(request, "classroom/courses/copy.html", page)


def dates(course: Course, shift: Shift) -> list[Moved]:
    """Return where all dates of a course would go, in order."""
    moved = [
        *copying.dates(source=course, shift=shift),
        *quiz_services.dates_of_quizzes(source=course, shift=shift),
        *project_services.dates_of_challenges(source=course, shift=shift),
    ]
    return sorted(moved, key=lambda one: one.before)


def make_copy(seat: Seat, form: CopyForm, shift: Shift) -> Course:
    """Copy the course and what the apps have of it, in one transaction."""
    given = form.cleaned_data
    with transaction.atomic():
        copied = copying.copy_course(
            source=seat.course,
            title=given["title"],
            term=given["term"],
            slug=given["slug"],
            shift=shift,
            hidden=given["hidden"],
            by=seat.user,
            now=clock.now(),
        )
        quiz_services.copy_quizzes(copied=copied)
        project_services.copy_challenges(copied=copied)
        copying.copy_gradebook(copied=copied)
    return copied.course
