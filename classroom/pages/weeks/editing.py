"""Writing a week's page and its topics."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import clock
from classroom import weeks as service
from classroom.access import Seat, grader_seat
from classroom.errors import Refused
from classroom.models import Topic, Week
from classroom.pages.weeks import access
from classroom.pages.weeks.forms import BaseReferences, References, TopicForm, WeekForm


@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a week after the last one."""
    seat = grader_seat(request, slug)
    form = WeekForm(request.POST or None, instance=service.next_week(seat.course))
    if request.method == "POST" and form.is_valid():
        try:
            week = service.add_week(week=form.instance, by=seat.user, now=clock.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Week %(number)d is added.") % {"number": week.number})
            return redirect("edit_week", slug, week.number)
    context = {"seat": seat, "week": form.instance, "form": form}
    return render(request, "classroom/weeks/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change a week; what is refused stays in the form."""
    seat, week = access.week_to_edit(request, slug, number)
    seen = service.fingerprint(week)
    form = WeekForm(request.POST or None, instance=week)
    if request.method == "POST" and form.is_valid():
        try:
            service.change_week(
                week=week,
                fields=form.cleaned_data,
                seen=request.POST.get("seen", ""),
                by=seat.user,
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("week" if "look" in request.POST else "edit_week", slug, number)
    elif request.method == "POST":
        seen = request.POST.get("seen", "")  # the form is shown again, and began where it began
    return _editor(request, seat, week, form, seen)


def _editor(request: HttpRequest, seat: Seat, week: Week, form: WeekForm, seen: str) -> HttpResponse:
    items = list(week.materials.order_by("position"))
    for item in items:
        item.week = week
    context = {
        "seat": seat,
        "week": week,
        "form": form,
        "seen": seen,
        "topics": week.topics.order_by("position"),
        "materials": items,
        "now": clock.now(),
        "sessions": week.schedule.order_by("starts_at"),
    }
    return render(request, "classroom/weeks/edit.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Exchange a week with the one before or after it."""
    seat, week = access.week_to_edit(request, slug, number)
    step = -1 if "earlier" in request.POST else 1
    service.move_week(week=week, step=step, by=seat.user, now=clock.now())
    return redirect("weeks", slug)


@require_POST
def delete(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Delete a week."""
    seat, week = access.week_to_remove(request, slug, number)
    service.remove_week(week=week, by=seat.user, now=clock.now())
    messages.success(request, _("Week %(number)d is deleted.") % {"number": number})
    return redirect("weeks", slug)


@require_http_methods(["GET", "POST"])
@never_cache
def new_topic(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Add a topic at the end of the week's page."""
    seat, week = access.week_to_edit(request, slug, number)
    return _topic(request, seat, Topic(week=week))


@require_http_methods(["GET", "POST"])
@never_cache
def topic(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Change a topic and its bibliography."""
    seat, found = access.topic_to_edit(request, slug, number, pk)
    return _topic(request, seat, found)


def _topic(request: HttpRequest, seat: Seat, found: Topic) -> HttpResponse:
    seen = service.fingerprint(found)
    form = TopicForm(request.POST or None, instance=found)
    listed = list(found.references.values("number", "citation", "url")) if found.pk else []
    references: BaseReferences = References(request.POST or None, initial=listed, prefix="reference")
    if request.method == "POST" and (form.is_valid() & references.is_valid()):
        try:
            service.save_topic(
                topic=form.instance,
                references=references.references(),
                seen=request.POST.get("seen", ""),
                by=seat.user,
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("edit_week", seat.course.slug, found.week.number)
    elif request.method == "POST":
        seen = request.POST.get("seen", "")
    context = {
        "seat": seat,
        "week": found.week,
        "topic": found,
        "form": form,
        "references": references,
        "seen": seen,
    }
    failed = bool(form.errors) or (request.method == "POST" and not references.is_valid())
    return render(request, "classroom/weeks/topic.html", context, status=422 if failed else 200)


@require_POST
def move_topic(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Move a topic up or down."""
    _seat, found = access.topic_to_edit(request, slug, number, pk)
    service.move_topic(topic=found, step=-1 if "up" in request.POST else 1)
    return redirect("edit_week", slug, number)


@require_POST
def delete_topic(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Delete a topic with its bibliography."""
    seat, found = access.topic_to_edit(request, slug, number, pk)
    service.remove_topic(topic=found, by=seat.user, now=clock.now())
    messages.success(request, _("“%(title)s” is removed.") % {"title": found.title})
    return redirect("edit_week", slug, number)
