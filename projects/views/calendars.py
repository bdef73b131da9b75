"""Calendars to subscribe to, at secret addresses."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_GET, require_POST, require_safe

from classroom import clock, ical
from classroom.access import Seat
from projects import access, queries, services
from projects.models import Hackathon
from projects.queries import Calendar


@require_GET
def calendars(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the person's secret addresses, with what each is of."""
    seat, event = access.hackathon_to_see(request, slug, pk, now=clock.now())
    token = services.calendar_token(hackathon=event, user=seat.user)
    page = {"seat": seat, "event": event, "calendars": _addresses(seat, event, token)}
    return render(request, "projects/calendars.html", page)


@require_POST
def renew(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Shut the addresses and draw new ones."""
    seat, event = access.hackathon_to_see(request, slug, pk, now=clock.now())
    services.renew_calendar_token(hackathon=event, user=seat.user)
    messages.success(request, _("There are new addresses; the old ones no longer work."))
    return redirect("projects:calendars", slug, pk)


@login_not_required
@require_safe
@conditional_page
def feed(request: HttpRequest, slug: str, pk: int, token: str, which: str) -> HttpResponse:
    """Give a calendar to a program that knows its address; 304 while it is the same."""
    if which not in set(Calendar):
        raise Http404
    given = access.calendar_of(slug, pk, token, now=clock.now())
    calendar = Calendar(which)
    content = ical.feed(
        name=_titles(given.hackathon)[calendar],
        zone=given.hackathon.course.time_zone,
        appointments=queries.appointments(hackathon=given.hackathon, which=calendar, user=given.user),
    )
    return ical.answer(content, name=str(calendar))


def _addresses(seat: Seat, event: Hackathon, token: str) -> list[tuple[Calendar, str, str]]:
    wanted = [Calendar.EVENT, Calendar.MINE]
    if access.team_of(seat, event):
        wanted.append(Calendar.TEAM)
    titles = _titles(event)
    return [
        (
            which,
            titles[which],
            settings.SITE_URL
            + reverse("projects:calendar_feed", args=[seat.course.slug, event.pk, token, which]),
        )
        for which in wanted
    ]


def _titles(event: Hackathon) -> dict[Calendar, str]:
    return {
        Calendar.EVENT: event.title,
        Calendar.MINE: _("%(event)s: yours") % {"event": event.title},
        Calendar.TEAM: _("%(event)s: your team's") % {"event": event.title},
    }
