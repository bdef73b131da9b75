"""A week's page: what it is about, what to read, what to do."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from classroom import clock
from classroom.access import Seat, seat_in
from classroom.models import Week
from projects import queries as project_queries
from quizzes import queries as quiz_queries
from quizzes import services as quiz_services


@require_GET
def weeks(request: HttpRequest, slug: str) -> HttpResponse:
    """List the weeks; students see those that are released."""
    now = clock.now()
    seat = seat_in(request, slug)
    found = Week.objects.filter(course=seat.course).select_related("course")
    if not seat.is_staff:
        found = found.filter(released_at__lte=now)
    return render(request, "classroom/weeks.html", {"weeks": found.order_by("-number"), "now": now})


@require_GET
def week(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one week with its quiz, its exercise and its homework."""
    now = clock.now()
    seat = seat_in(request, slug)
    found = _week(seat, number)
    if not seat.is_staff:
        quiz_services.settle(user=seat.user, now=now)
        if found.released_at is None or found.released_at > now:
            raise Http404(_("This week is not released yet."))
    quizzes = quiz_queries.cards_for(user=seat.user, course=seat.course, now=now)
    challenges = project_queries.cards_for(user=seat.user, course=seat.course, now=now)
    context = {
        "week": found,
        "topics": found.topics.prefetch_related("references"),
        "quizzes": [card for card in quizzes if card.week_number == number],
        "challenges": [card for card in challenges if card.week == number],
        "sessions": found.schedule.order_by("starts_at"),
        "now": now,
    }
    return render(request, "classroom/week.html", context)


def _week(seat: Seat, number: int) -> Week:
    found = Week.objects.filter(course=seat.course, number=number).first()
    if found is None:
        raise Http404(_("This course has no such week."))
    found.course = seat.course
    return found
