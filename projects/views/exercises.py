"""What instructors do with exercises of their own: upload, see them proven, hand them out."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.models import Course
from projects import access, services
from projects.errors import Refused
from projects.forms import ExerciseForm, HandOutForm
from projects.models import CustomExercise

#: No exercise is larger; the engine says so in characters.
MOST_BYTES = 1 << 20


@require_http_methods(["GET", "POST"])
def exercises(request: HttpRequest, slug: str) -> HttpResponse:
    """List the course's own exercises, and take in a new one or a new version."""
    seat = access.exercises_to_write(request, slug)
    form = ExerciseForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            content = form.cleaned_data["file"].read(MOST_BYTES)
            services.upload_exercise(course=seat.course, by=seat.user, content=content, now=clock.now())
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("Uploaded. A worker proves it now; that takes a few seconds."))
            return redirect("projects:own_exercises", slug)
    page = {"seat": seat, "form": form, **_listed(seat.course)}
    return render(request, "projects/own_exercises.html", page, status=422 if form.errors else 200)


@require_GET
def panel(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the list alone, for a page that asks again until all are proven."""
    seat = access.exercises_to_write(request, slug)
    return render(request, "projects/_own_exercises_panel.html", {"seat": seat, **_listed(seat.course)})


@require_GET
def source(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Download the file of a version."""
    _seat, version = access.exercise_to_hand_out(request, slug, pk)
    response = HttpResponse(version.source, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{version.slug}-{version.number}.py"'
    return response


@require_POST
def hand_out(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make a proven version a challenge of the course."""
    seat, version = access.exercise_to_hand_out(request, slug, pk)
    form = HandOutForm(request.POST, weeks=list(seat.course.weeks.all()))
    if not form.is_valid():
        messages.error(request, _("Choose a week of this course, and a date."))
        return redirect("projects:own_exercises", slug)
    try:
        challenge = services.hand_out(version=version, by=seat.user, now=clock.now(), **form.content())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:own_exercises", slug)
    return redirect("projects:challenge", slug, challenge.pk)


@dataclass(frozen=True)
class Row:
    """A version, and the form that hands it out where it may be."""

    version: CustomExercise
    form: HandOutForm | None


def _listed(course: Course) -> dict[str, object]:
    versions = list(CustomExercise.objects.filter(course=course).select_related("uploaded_by"))
    weeks = list(course.weeks.all())
    rows = [
        Row(one, HandOutForm(weeks=weeks, auto_id=f"version-{one.pk}-%s") if one.is_sound else None)
        for one in versions
    ]
    return {"rows": rows, "waiting": any(version.proven_at is None for version in versions)}
