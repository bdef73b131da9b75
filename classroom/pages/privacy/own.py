"""What a person does with their own data."""

import tempfile

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.access import signed_in
from classroom.errors import Refused
from classroom.models import AuditEntry, ErasureRequest, User
from classroom.privacy import export, requests

#: Archives up to this size are made in memory.
IN_MEMORY_BYTES = 8 * 1024 * 1024


def _person(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.is_guest:
        raise Http404(_("Guests have no account: they are forgotten by themselves."))
    return user


@require_GET
@never_cache
def own_data(request: HttpRequest) -> HttpResponse:
    """Tell what one can do, and where one's request stands."""
    user = _person(request)
    mine = ErasureRequest.objects.filter(user=user).order_by("-pk").first()
    return render(request, "classroom/privacy/own.html", {"mine": mine})


@require_POST
@never_cache
def export_own(request: HttpRequest) -> HttpResponseBase:
    """Give a person everything that the site holds of them."""
    user = _person(request)
    return archive_of(user, by=user)


def archive_of(user: User, *, by: User) -> FileResponse:
    """Return a person's archive as a download, and write down that it was made."""
    now = clock.now()
    AuditEntry.objects.create(actor=by, action="person.exported", about=user, at=now)
    packed = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the response
    export.write_archive(user=user, now=now, to=packed)
    packed.seek(0)
    return FileResponse(
        packed,
        as_attachment=True,
        filename=f"data-{user.pk}-{now:%Y-%m-%d}.zip",
        content_type="application/zip",
    )


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask to be made anonymous."""
    user = _person(request)
    if "understood" not in request.POST:
        messages.error(request, _("Tick the box first: it cannot be undone."))
        return redirect("own_data")
    try:
        requests.ask(user=user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Your request is with the administrators. Until they act you can withdraw it.")
        )
    return redirect("own_data")


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take one's request back."""
    requests.withdraw(user=_person(request), now=clock.now())
    messages.success(request, _("Your request is withdrawn."))
    return redirect("own_data")
