"""A project's pictures and its notebook: what the team puts there."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.pictures import MAX_BYTES
from projects import access, services
from projects.errors import Refused
from projects.forms.exhibits import AltForm, NotebookForm, PictureForm
from projects.intake import MAX_SOURCE_BYTES
from projects.models import Notebook


@require_GET
def exhibits(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the pictures in their order and the notebook, with what one may do with them."""
    return _page(request, slug, pk)


@require_POST
def add_picture(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put a picture behind the others."""
    now = clock.now()
    _seat, project = access.project_to_furnish(request, slug, pk, now=now)
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        # One byte more than is taken, so that a larger file is seen to be one.
        content = form.cleaned_data["picture"].read(MAX_BYTES + 1)
        try:
            services.add_picture(project=project, content=content, alt=form.cleaned_data["alt"], now=now)
        except Refused as refusal:
            form.add_error("picture", str(refusal))
        else:
            messages.success(request, _("The picture is on your project's page."))
            return redirect("projects:exhibits", slug, pk)
    return _page(request, slug, pk, picture_form=form, status=422)


@require_POST
def change_picture(request: HttpRequest, slug: str, pk: int, picture: int) -> HttpResponse:
    """Move a picture, describe it anew, or remove it."""
    now = clock.now()
    found = access.picture_to_change(request, slug, pk, picture, now=now)
    form = AltForm(request.POST)
    if "remove" in request.POST:
        done, act = _("The picture is removed."), lambda: services.remove_picture(picture=found, now=now)
    elif "up" in request.POST or "down" in request.POST:
        step = -1 if "up" in request.POST else 1
        done, act = "", lambda: services.move_picture(picture=found, step=step, now=now)
    else:
        alt = form.cleaned_data["alt"] if form.is_valid() else ""
        done, act = _("Saved."), lambda: services.describe_picture(picture=found, alt=alt, now=now)
    return _done(request, slug, pk, act, done)


@require_POST
def put_notebook(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a notebook instead of the one before."""
    now = clock.now()
    _seat, project = access.project_to_furnish(request, slug, pk, now=now)
    form = NotebookForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["notebook"]
        try:
            services.put_notebook(
                project=project, filename=file.name, source=file.read(MAX_SOURCE_BYTES + 1), now=now
            )
        except Refused as refusal:
            form.add_error("notebook", str(refusal))
        else:
            messages.success(request, _("The notebook is on your project's page. See how it looks."))
            return redirect("projects:exhibits", slug, pk)
    return _page(request, slug, pk, notebook_form=form, status=422)


@require_POST
def remove_notebook(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take the notebook away."""
    now = clock.now()
    _seat, project = access.project_to_furnish(request, slug, pk, now=now)
    act = lambda: services.remove_notebook(project=project, now=now)  # noqa: E731 - an act to try, as above
    return _done(request, slug, pk, act, _("The notebook is removed."))


def _done(request: HttpRequest, slug: str, pk: int, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect("projects:exhibits", slug, pk)


def _page(
    request: HttpRequest,
    slug: str,
    pk: int,
    *,
    picture_form: PictureForm | None = None,
    notebook_form: NotebookForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    seat, project = access.project_to_furnish(request, slug, pk, now=now)
    event = project.team.hackathon
    pictures = list(project.pictures.defer("content"))
    page = {
        "seat": seat,
        "event": event,
        "project": project,
        "pictures": pictures,
        "room_left": services.MAX_PICTURES - len(pictures),
        "notebook": Notebook.objects.filter(project=project).defer("content", "cells").first(),
        "picture_form": picture_form or PictureForm(),
        "notebook_form": notebook_form or NotebookForm(),
        "is_due": now >= event.submission_closes_at,
    }
    return render(request, "projects/exhibits.html", page, status=status)
