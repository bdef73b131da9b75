"""A week's materials, for its staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from classroom import materials as service
from classroom.access import Seat
from classroom.errors import Refused
from classroom.models import Material
from classroom.pages.weeks import access
from classroom.pages.weeks.forms import MaterialForm


@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Add a file or a link."""
    seat, week = access.week_to_edit(request, slug, number)
    return _edit(request, seat, Material(week=week))


@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Change a material, or what it leads to."""
    seat, found = access.material_to_edit(request, slug, number, pk)
    return _edit(request, seat, found)


def _edit(request: HttpRequest, seat: Seat, found: Material) -> HttpResponse:
    form = MaterialForm(request.POST or None, request.FILES or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            service.save_material(
                material=form.instance,
                upload=form.upload(),
                publish=form.cleaned_data["publish"],
                by=seat.user,
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("edit_week", seat.course.slug, found.week.number)
    context = {"seat": seat, "week": found.week, "material": found, "form": form}
    return render(request, "classroom/weeks/material.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Move a material up or down."""
    _seat, found = access.material_to_edit(request, slug, number, pk)
    service.move(material=found, step=-1 if "up" in request.POST else 1)
    return redirect("edit_week", slug, number)


@require_POST
def publish(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Show a material to students, or hide it."""
    seat, found = access.material_to_edit(request, slug, number, pk)
    service.publish(material=found, shown="show" in request.POST, by=seat.user, now=clock.now())
    return redirect("edit_week", slug, number)


@require_POST
def delete(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Delete a material."""
    seat, found = access.material_to_edit(request, slug, number, pk)
    service.remove(material=found, by=seat.user, now=clock.now())
    messages.success(request, _("“%(title)s” is removed.") % {"title": found.title})
    return redirect("edit_week", slug, number)
