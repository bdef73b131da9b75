"""Announcements of a hackathon: reading them, and what organisers do with them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from projects import access
from projects.errors import Refused
from projects.forms.announcement import AnnouncementForm
from projects.queries import announcements as queries
from projects.services import announcing

#: How many one page shows.
A_PAGE = 20
#: How many reminders are listed.
LATEST_REMINDERS = 6


@require_GET
def announcements(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what is announced to the person; to instructors all of it, with who has read it as a number."""
    now = clock.now()
    seat, event = access.hackathon_to_see(request, slug, pk, now=now)
    if seat.runs_course:
        found = queries.announced(hackathon=event)
    else:
        found = queries.announcements_for(hackathon=event, user=seat.user, is_staff=seat.is_staff, now=now)
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    announcing.read_by(seat=seat, announcements=shown.object_list, now=now)
    page = {
        "seat": seat,
        "event": event,
        "now": now,
        "page": shown,
        "sent": event.reminders.all()[:LATEST_REMINDERS] if seat.runs_course else [],
    }
    return render(request, "projects/announcements.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Write an announcement; look at it first, if wished."""
    now = clock.now()
    seat, event = access.hackathon_to_organise(request, slug, pk)
    form = AnnouncementForm(request.POST if request.method == "POST" else None, hackathon=event)
    page: dict[str, object] = {"seat": seat, "event": event, "form": form}
    if request.method == "POST" and form.is_valid():
        if "preview" not in request.POST:
            announcing.announce(announcement=form.instance, by=seat.user, now=now)
            messages.success(request, _("Announced."))
            return redirect("projects:announcements", slug, pk)
        page["preview"] = form.cleaned_data
    return render(request, "projects/edit_announcement.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, announcement: int) -> HttpResponse:
    """Change an announcement; one that is out says so."""
    now = clock.now()
    seat, found = access.announcement_to_organise(request, slug, pk, announcement)
    if found.withdrawn_at:
        messages.error(request, _("It is withdrawn: write a new one."))
        return redirect("projects:announcements", slug, pk)
    event, title = found.hackathon, found.title
    form = AnnouncementForm(
        request.POST if request.method == "POST" else None,
        instance=found,
        hackathon=event,
        is_out=found.is_out(now),
    )
    page = {"seat": seat, "event": event, "form": form, "is_out": found.is_out(now)}
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            page["preview"] = form.cleaned_data
        else:
            try:
                announcing.change(announcement=form.instance, fields=form.names, by=seat.user, now=now)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect("projects:announcements", slug, pk)
    page["announcement"] = {"title": title}  # as it is stored, not as it was just typed
    return render(request, "projects/edit_announcement.html", page, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int, announcement: int) -> HttpResponse:
    """Take an announcement off all pages."""
    seat, found = access.announcement_to_organise(request, slug, pk, announcement)
    announcing.withdraw(announcement=found, by=seat.user, now=clock.now())
    messages.success(request, _("It is withdrawn."))
    return redirect("projects:announcements", slug, pk)


@require_POST
def reminders(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Switch the reminders of deadlines on or off."""
    seat, event = access.hackathon_to_organise(request, slug, pk)
    on = request.POST.get("on") == "1"
    announcing.remind(hackathon=event, on=on, by=seat.user, now=clock.now())
    messages.success(request, _("Reminders are on.") if on else _("Reminders are off."))
    return redirect("projects:announcements", slug, pk)
