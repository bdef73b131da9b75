"""Subscribing to one's own calendar, and the feed at its secret address."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_GET, require_POST, require_safe

from classroom import calendars, clock, ical
from classroom.access import seat_in
from classroom.models import CalendarFeed, Enrolment, Role
from classroom.pages.calendar.items import items_of


@require_GET
@never_cache
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the person's secret address."""
    seat = seat_in(request, slug)
    token = calendars.feed_of(course=seat.course, user=seat.user).token
    address = settings.SITE_URL + reverse("calendar_feed", args=[slug, token])
    context = {
        "seat": seat,
        "address": address,
        "subscribe": "webcal" + address.removeprefix("https").removeprefix("http"),
    }
    return render(request, "classroom/calendar.html", context)


@require_POST
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """Shut the address and draw a new one."""
    seat = seat_in(request, slug, own=True)
    calendars.renew(course=seat.course, user=seat.user)
    messages.success(request, _("There is a new address; the old one no longer works."))
    return redirect("calendar", slug)


@require_POST
def shut(request: HttpRequest, slug: str) -> HttpResponse:
    """Shut the address for good."""
    seat = seat_in(request, slug, own=True)
    calendars.shut(course=seat.course, user=seat.user)
    messages.success(request, _("The address no longer works."))
    return redirect("schedule", slug)


@login_not_required
@require_safe
@conditional_page
def feed(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Give the calendar to a program that knows its address; 304 while it is the same."""
    found = _feed(slug, token)
    now = clock.now()
    with translation.override(found.user.language or found.course.language):
        items = items_of(course=found.course, user=found.user, now=now)
    content = ical.feed(
        name=found.course.title,
        zone=found.course.time_zone,
        appointments=calendars.appointments(feed=found, items=items, now=now),
    )
    return ical.answer(content, name=slug)


def _feed(slug: str, token: str) -> CalendarFeed:
    """Return whose calendar a secret address means; it shuts when the person leaves the course."""
    feeds = CalendarFeed.objects.select_related("course", "user")
    found = feeds.filter(token=token, course__slug=slug, user__is_active=True).first()
    if found and (found.user.is_superuser or _takes_part(found)):
        return found
    raise Http404(_("There is no calendar at this address, or no longer."))


def _takes_part(feed: CalendarFeed) -> bool:
    mine = Enrolment.objects.filter(course=feed.course, user=feed.user, left_at=None)
    return mine.exclude(role=Role.GUEST).exists()
