"""The code on the wall, and checking in by it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from classroom import clock
from classroom.attendance import codes, marks, tally
from classroom.errors import Refused
from classroom.limits import Limit
from classroom.models import Attendance
from classroom.pages.attendance import access
from quizzes.links import qr_of

#: Wrong codes that one student may type.
wrong_codes = Limit("attendance-code", 20, seconds=600)


@require_GET
@never_cache
def wall(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the code of the moment; the part that changes renews itself."""
    seat, session = access.session_to_mark(request, slug, pk)
    now = clock.now()
    context: dict[str, object] = {
        "seat": seat,
        "session": session,
        "opens_at": session.starts_at - codes.EARLY,
        "is_over": now >= session.ends_at,
        "late_from": session.starts_at + codes.LATE_AFTER,
    }
    if codes.is_open(session, now):
        code = codes.code_at(session, now)
        link = f"{settings.SITE_URL}{reverse('check_in', args=[slug, pk])}?code={code.text}"
        counts = tally.counts_of(session)
        came = counts[Attendance.Status.PRESENT] + counts[Attendance.Status.LATE]
        context |= {"code": code, "qr": qr_of(link), "came": came}
    is_part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]  # set by its middleware
    name = "classroom/attendance/_wall.html" if is_part else "classroom/attendance/wall.html"
    return render(request, name, context)


@require_http_methods(["GET", "POST"])
@never_cache
def check_in(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let a student check in: the scanned address holds the code, a press of the button sends it."""
    seat, session = access.session_to_attend(request, slug, pk)
    refusal, status = "", 200
    if request.method == "POST":
        key = f"attendance:{seat.user.pk}"
        try:
            if wrong_codes.is_used_up(key):
                raise Refused(_("Too many wrong codes: wait ten minutes, or talk to your teachers."))
            marked = marks.check_in(
                session=session, user=seat.user, code=request.POST.get("code", "")[:40], now=clock.now()
            )
        except Refused as refused:
            wrong_codes.add(key)
            refusal, status = str(refused), 422
        else:
            text = _("You are marked as %(status)s.") % {"status": marked.get_status_display()}
            messages.success(request, text)
            return redirect("attendance", slug)
    context = {
        "seat": seat,
        "session": session,
        "code": (request.POST.get("code") or request.GET.get("code", ""))[:40],
        "refusal": refusal,
        "is_open": codes.is_open(session, clock.now()),
    }
    return render(request, "classroom/attendance/check_in.html", context, status=status)
