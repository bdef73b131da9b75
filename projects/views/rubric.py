"""The rubric, for the organisers: what judges give marks for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from projects import access, services
from projects.errors import Refused
from projects.forms.judging import CriterionForm
from projects.models import Criterion


@require_GET
def rubric(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List the criteria in their order."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    page = {"seat": seat, "event": event, "criteria": list(event.criteria.all()), "step": "rubric"}
    return render(request, "projects/rubric.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a criterion."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = CriterionForm(request.POST or None, instance=Criterion(hackathon=event))
    if request.method == "POST" and form.is_valid():
        services.add_criterion(event=event, criterion=form.instance)
        messages.success(request, _("The criterion is added."))
        return redirect("projects:rubric", slug, pk)
    page = {"seat": seat, "event": event, "criterion": None, "form": form}
    return render(request, "projects/criterion.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, criterion: int) -> HttpResponse:
    """Change a criterion."""
    seat, event, found = access.criterion_to_organise(request, slug, pk, criterion)
    form = CriterionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        services.change_criterion(criterion=form.instance, fields=form.Meta.fields)
        messages.success(request, _("Saved."))
        return redirect("projects:rubric", slug, pk)
    page = {"seat": seat, "event": event, "criterion": found, "form": form}
    return render(request, "projects/criterion.html", page, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, pk: int, criterion: int) -> HttpResponse:
    """Move a criterion up or down."""
    _seat, event, found = access.criterion_to_organise(request, slug, pk, criterion)
    services.move(event=event, item=found, step=-1 if "up" in request.POST else 1)
    return redirect("projects:rubric", slug, pk)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int, criterion: int) -> HttpResponse:
    """Delete a criterion nobody has used."""
    _seat, _event, found = access.criterion_to_organise(request, slug, pk, criterion)
    try:
        services.remove_criterion(criterion=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is removed.") % {"title": found.title})
    return redirect("projects:rubric", slug, pk)
