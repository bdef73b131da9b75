"""What is on a course's schedule, for its staff: sessions of weeks, and whatever belongs to none."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classroom import agenda, clock
from classroom.access import Seat, grader_seat
from classroom.errors import Refused
from classroom.models import Course, ScheduleItem, Week
from classroom.moments import MomentField
from classroom.pages.weeks.forms import MAX_TEXT, link_field


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Something on the schedule, on the clock of the course."""

    url = link_field(gettext_lazy("Link"))
    description = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("Markdown; formulas between dollar signs."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        required=False,
    )

    class Meta:
        model = ScheduleItem
        fields = ("title", "kind", "week", "place", "url", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        instance: ScheduleItem = self.instance
        self.fields["week"] = forms.ModelChoiceField(
            Week.objects.filter(course=instance.course).order_by("number"),
            label=_("Week"),
            required=False,
            empty_label="–",
        )
        zone = instance.course.zone
        clock = _("On the course's clock: %(zone)s.") % {"zone": zone.key}
        for name, label, help_text in (("starts_at", _("Begins"), clock), ("ends_at", _("Ends"), "")):
            moment = getattr(instance, name)
            self.fields[name] = MomentField(
                zone=zone, kept=moment, label=label, help_text=help_text, required=True, initial=moment
            )
        self.order_fields(("title", "kind", "week", "starts_at", "ends_at", "place", "url", "description"))

    def clean(self) -> dict[str, Any]:
        """Refuse an end that is not after the beginning; a deadline has no length."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if (
            starts_at
            and ends_at
            and not (
                ends_at > starts_at
                or (ends_at == starts_at and cleaned.get("kind") == ScheduleItem.Kind.DEADLINE)
            )
        ):
            self.add_error("ends_at", _("It ends before it begins: choose a later time."))
        return cleaned


@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan a session: of the week that is asked for, or of none."""
    seat = grader_seat(request, slug)
    week = _week(request, seat.course)
    return _edit(request, seat, agenda.next_session(seat.course, week, clock.now()), week)


@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a session; calendars that people subscribed to follow."""
    seat = grader_seat(request, slug)
    return _edit(request, seat, _session(seat, pk), _week(request, seat.course))


def _edit(request: HttpRequest, seat: Seat, found: ScheduleItem, week: Week | None) -> HttpResponse:
    form = SessionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            agenda.save_session(
                session=form.instance,
                starts_at=form.cleaned_data["starts_at"],
                ends_at=form.cleaned_data["ends_at"],
                by=seat.user,
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error("kind", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return _back(seat, week)
    context = {"seat": seat, "week": week, "session": found, "form": form}
    return render(request, "classroom/session.html", context, status=422 if form.errors else 200)


@require_POST
def delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a session off the schedule."""
    seat = grader_seat(request, slug)
    found = _session(seat, pk)
    try:
        agenda.remove_session(session=found, by=seat.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(title)s” is removed.") % {"title": found.title})
    return _back(seat, _week(request, seat.course))


def _session(seat: Seat, pk: int) -> ScheduleItem:
    found = get_object_or_404(ScheduleItem.objects.select_related("week"), course=seat.course, pk=pk)
    found.course = seat.course
    return found


def _week(request: HttpRequest, course: Course) -> Week | None:
    """Return the week whose page the person came from, and goes back to."""
    number = request.GET.get("week", "")
    if not number:
        return None
    found = Week.objects.filter(course=course, number=number).first() if number.isdecimal() else None
    if found is None:
        raise Http404(_("This course has no such week."))
    found.course = course
    return found


def _back(seat: Seat, week: Week | None) -> HttpResponse:
    return (
        redirect("edit_week", seat.course.slug, week.number)
        if week
        else redirect("schedule", seat.course.slug)
    )
