"""Reading what is announced: students what is out, staff everything with its state and history."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom import clock
from classroom.access import seat_in
from classroom.models import Announcement, AuditEntry
from classroom.pages.announcements import access

#: How many one page shows: with their texts, and as lines of a table.
TEXTS_A_PAGE = 10
LINES_A_PAGE = 50
#: What staff did with an announcement, in words.
ACTS = {
    "announcement.written": _("written"),
    "announcement.changed": _("changed"),
    "announcement.published": _("published"),
    "announcement.held_back": _("made a draft, since the course was archived"),
    "announcement.withdrawn": _("withdrawn"),
}


@require_GET
@never_cache
def announcements(request: HttpRequest, slug: str) -> HttpResponse:
    """List what is announced, the newest first; for staff also drafts, what is scheduled and withdrawn."""
    now = clock.now()
    seat = seat_in(request, slug)
    found = Announcement.objects.filter(course=seat.course)
    if seat.is_staff:
        pages = Paginator(found.select_related("author").defer("body"), LINES_A_PAGE)
    else:
        pages = Paginator(found.shown(now), TEXTS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    for item in page.object_list:
        item.course = seat.course
    context = {"seat": seat, "now": now, "page": page}
    name = "all" if seat.is_staff else "published"
    return render(request, f"classroom/announcements/{name}.html", context)


@require_GET
@never_cache
def announcement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one announcement as students see it; to staff also what became of it."""
    now = clock.now()
    seat, found = access.announcement_to_see(request, slug, pk, now=now)
    context: dict[str, object] = {"seat": seat, "now": now, "item": found, "is_out": found.is_out(now)}
    if seat.is_staff:
        acts = AuditEntry.objects.filter(course=seat.course, item=f"announcement:{found.pk}")
        acts = acts.filter(action__in=ACTS).select_related("actor")
        context["history"] = [(ACTS[one.action], one) for one in acts]
    return render(request, "classroom/announcements/announcement.html", context)
