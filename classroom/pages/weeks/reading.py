"""A week's page: what it is about, what to read, what to do."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from classroom import clock, exports, materials
from classroom.access import Seat, seat_in
from classroom.attendance import tally
from classroom.models import MaterialFile, PassingRule, Week
from classroom.pages.weeks import access
from projects import queries as project_queries
from quizzes import queries as quiz_queries
from quizzes import services as quiz_services


@require_GET
def weeks(request: HttpRequest, slug: str) -> HttpResponse:
    """List the weeks, of which students see those that are released, and say what the course asks for."""
    now = clock.now()
    seat = seat_in(request, slug)
    found = Week.objects.filter(course=seat.course).select_related("course")
    if not seat.is_staff:
        found = found.filter(released_at__lte=now)
    context = {
        "seat": seat,
        "weeks": found.order_by("-number"),
        "now": now,
        "passing": PassingRule.objects.filter(course=seat.course).first(),
        "standing": None if seat.is_staff else tally.standing(course=seat.course, user=seat.user),
    }
    return render(request, "classroom/weeks/weeks.html", context)


@require_GET
def week(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one week with its quiz, its exercise and its homework; staff may look at it as students will."""
    now = clock.now()
    seat, found = access.week_to_see(request, slug, number, now=now)
    is_preview = seat.is_staff and "preview" in request.GET
    if not seat.is_staff:
        quiz_services.settle(user=seat.user, now=now)
    context = _page(seat, found, now, as_student=is_preview or not seat.is_staff)
    return render(request, "classroom/weeks/week.html", context | {"is_preview": is_preview})


@require_GET
def material(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Download a file of the week; browsers save it and never show it."""
    _seat, found = access.material_to_see(request, slug, number, pk, now=clock.now())
    content = bytes(MaterialFile.objects.get(pk=found.pk).content)
    response = exports.download(found.file_name, content, materials.media_type(found.file_name))
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _page(seat: Seat, found: Week, now: datetime, *, as_student: bool) -> dict[str, object]:
    quizzes = quiz_queries.cards_for(user=seat.user, course=seat.course, now=now)
    challenges = project_queries.cards_for(user=seat.user, course=seat.course, now=now)
    given = found.materials.order_by("position")
    if as_student:
        given = given.filter(published_at__lte=now)
    items = list(given)
    for item in items:
        item.week = found
    return {
        "seat": seat,
        "week": found,
        "is_released": access.is_released(found, now),
        "may_edit": seat.is_grader and not as_student,
        "topics": found.topics.prefetch_related("references"),
        "materials": items,
        "quizzes": [card for card in quizzes if card.week_number == found.number],
        "challenges": [card for card in challenges if card.week == found.number],
        "sessions": found.schedule.order_by("starts_at"),
        "now": now,
    }
