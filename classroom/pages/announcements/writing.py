"""Writing announcements, publishing and withdrawing them."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import announcing as service
from classroom import clock
from classroom.access import Seat, grader_seat
from classroom.errors import Refused
from classroom.models import Announcement
from classroom.pages.announcements import access
from classroom.pages.announcements.forms import MAX_TEXT, PublishedForm, TextForm, WaitingForm


@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write an announcement: a draft, for a time, or out at once."""
    now = clock.now()
    seat = grader_seat(request, slug)
    blank = Announcement(course=seat.course)
    form = WaitingForm(request.POST or None, announcement=blank, now=now)
    if "preview" not in request.POST and form.is_valid():
        written = Announcement(course=seat.course, **form.values)
        return _saved(request, service.write(announcement=written, by=seat.user, now=now), now)
    latest = Announcement.objects.filter(course=seat.course, author=seat.user).aggregate(Max("pk"))
    return _editor(request, seat, blank, form, seen=str(latest["pk__max"] or ""))


@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change an announcement; what is refused stays in the form."""
    now = clock.now()
    seat, found = access.announcement_to_write(request, slug, pk)
    if found.withdrawn_at and request.method == "GET":
        messages.error(request, _("It is withdrawn: write a new one."))
        return redirect(found)
    began, seen = request.POST.get("seen", ""), str(found.revision)
    form: WaitingForm | PublishedForm
    kind = PublishedForm if found.is_out(now) else WaitingForm
    form = kind(request.POST or None, announcement=found, now=now)
    if "preview" not in request.POST and form.is_valid():
        try:
            service.change(announcement=found, values=form.values, seen=began, by=seat.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            was_out = found.is_out(now)
            found.refresh_from_db(fields=["published_at"])
            return _saved(request, found, now, was_out=was_out)
    elif request.method == "POST":
        seen = began  # the form is shown again, and began where it began
    return _editor(request, seat, found, form, seen)


@require_POST
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Publish a draft, or what is scheduled, now."""
    seat, found = access.announcement_to_write(request, slug, pk)
    try:
        service.publish(announcement=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Published."))
    return redirect(found)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take an announcement off students' pages; a draft is deleted."""
    seat, found = access.announcement_to_write(request, slug, pk)
    service.withdraw(announcement=found, by=seat.user, now=clock.now())
    messages.success(request, _("It is withdrawn.") if found.published_at else _("The draft is deleted."))
    return redirect("announcements", slug)


def _saved(
    request: HttpRequest, saved: Announcement, now: datetime, *, was_out: bool = False
) -> HttpResponseRedirect:
    if was_out:
        said = _("Saved.")
    elif saved.is_out(now):
        said = _("Published.")
    elif saved.published_at:
        said = _("Saved. It comes out by itself at its time.")
    else:
        said = _("Saved as a draft: only staff see it.")
    messages.success(request, said)
    return redirect(saved)


def _editor(request: HttpRequest, seat: Seat, found: Announcement, form: TextForm, seen: str) -> HttpResponse:
    """Show the form with what it holds as students will see it; for htmx, the latter only.

    `seen` is another one once something was saved: what a browser keeps unsaved, it keeps under this name.
    """
    typed = {name: form[name].value() or "" for name in ("title", "body")}
    preview = typed | {"body": typed["body"][:MAX_TEXT]}
    context = {
        "seat": seat,
        "announcement": found,
        "form": form,
        "seen": seen,
        "is_out": isinstance(form, PublishedForm),
        "item": preview,
    }
    if request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return render(request, "classroom/announcements/_announcement.html", context)
    failed = form.is_bound and "preview" not in request.POST
    return render(request, "classroom/announcements/edit.html", context, status=422 if failed else 200)
