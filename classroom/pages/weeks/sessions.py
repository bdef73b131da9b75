"""A week's sessions, for its staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import agenda, clock
from classroom.access import Seat
from classroom.errors import Refused
from classroom.models import ScheduleItem, Week
from classroom.pages.weeks import access
from classroom.pages.weeks.forms import SessionForm


@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Plan a session."""
    seat, week = access.week_to_edit(request, slug, number)
    return _edit(request, seat, week, agenda.next_session(week))


@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Change a session; calendars that people subscribed to follow."""
    seat, week, found = access.session_to_edit(request, slug, number, pk)
    return _edit(request, seat, week, found)


def _edit(request: HttpRequest, seat: Seat, week: Week, found: ScheduleItem) -> HttpResponse:
    form = SessionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        agenda.save_session(
            session=form.instance,
            starts_at=form.cleaned_data["starts_at"],
            ends_at=form.cleaned_data["ends_at"],
            by=seat.user,
            now=clock.now(),
        )
        messages.success(request, _("Saved."))
        return redirect("edit_week", seat.course.slug, week.number)
    context = {"seat": seat, "week": week, "session": found, "form": form}
    return render(request, "classroom/weeks/session.html", context, status=422 if form.errors else 200)


@require_POST
def delete(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Take a session off the schedule."""
    seat, _week, found = access.session_to_edit(request, slug, number, pk)
    try:
        agenda.remove_session(session=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is removed.") % {"title": found.title})
    return redirect("edit_week", slug, number)
