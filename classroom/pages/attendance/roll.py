"""A session's list: one click a person, and who changed what."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.access import Seat
from classroom.attendance import codes, marks, tally
from classroom.errors import Refused
from classroom.models import Attendance, AuditEntry, ScheduleItem, User
from classroom.pages.attendance import access

#: How many people, or changes, one page lists.
A_PAGE = 100


@require_GET
@never_cache
def roll(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """List everybody with four buttons."""
    seat, session = access.session_to_review(request, slug, pk)
    words = request.GET.get("q", "")[:100]
    page = Paginator(tally.students_of(seat.course, words), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "seat": seat,
        "session": session,
        "words": words,
        "page": page,
        "rows": tally.rows_of(session, list(page.object_list)),
        "code_is_shown": codes.is_open(session, clock.now()),
    } | _counts(session)
    return render(request, "classroom/attendance/roll.html", context)


@require_POST
def mark(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Mark one person; `mark` is "12:present", or "12:" to take the mark away."""
    seat, session = access.session_to_mark(request, slug, pk)
    person, _colon, status = request.POST.get("mark", "").partition(":")
    user = User.objects.filter(pk=int(person)).first() if person.isascii() and person.isdigit() else None
    try:
        if user is None or status not in {"", *Attendance.Status.values}:
            raise Refused(_("Choose a person and a mark."))
        chosen = Attendance.Status(status) if status else None
        marks.mark(session=session, user=user, status=chosen, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if request.htmx:  # type: ignore[attr-defined]  # set by its middleware
            return _row(request, seat, session, user)
    if request.htmx:  # type: ignore[attr-defined]  # as above
        return HttpResponse(headers={"HX-Refresh": "true"})  # the list is drawn anew, with the message
    return redirect(_address(request, slug, pk))


def _row(request: HttpRequest, seat: Seat, session: ScheduleItem, user: User) -> HttpResponse:
    [row] = tally.rows_of(session, [user])
    context = {"seat": seat, "session": session, "row": row, "oob": True} | _counts(session)
    return render(request, "classroom/attendance/_marked.html", context)


def _counts(session: ScheduleItem) -> dict[str, object]:
    counts = tally.counts_of(session)
    return {
        "statuses": Attendance.Status.choices,
        "counts": [(Attendance.Status(status).label, count) for status, count in counts.items()],
    }


def _address(request: HttpRequest, slug: str, pk: int) -> str:
    """Return the list where it was: which page, which search."""
    kept = {name: request.GET[name] for name in ("q", "page") if request.GET.get(name)}
    return reverse("roll", args=[slug, pk]) + (f"?{urlencode(kept)}" if kept else "")


@require_POST
def mark_rest(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Mark absent who has no mark yet."""
    seat, session = access.session_to_mark(request, slug, pk)
    marked = marks.mark_rest_absent(session=session, by=seat.user, now=clock.now())
    text = ngettext("%(count)d person is marked absent.", "%(count)d people are marked absent.", marked)
    messages.success(request, text % {"count": marked})
    return redirect("roll", slug, pk)


@require_GET
@never_cache
def history(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show who changed which mark, and when."""
    seat, session = access.session_to_review(request, slug, pk)
    found = AuditEntry.objects.filter(
        course=seat.course, item=marks.item_of(session), action="attendance.marked"
    )
    page = Paginator(found.select_related("actor", "about"), A_PAGE).get_page(request.GET.get("page"))
    statuses, sources = dict(Attendance.Status.choices), dict(Attendance.Source.choices)
    rows = [
        (one, statuses.get(one.detail.get("status"), ""), sources.get(one.detail.get("source"), ""))
        for one in page.object_list
    ]
    context = {"seat": seat, "session": session, "page": page, "rows": rows}
    return render(request, "classroom/attendance/history.html", context)
