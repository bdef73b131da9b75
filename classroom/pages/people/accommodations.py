"""Standing allowances: who has more time in every quiz of the course."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classroom import clock
from classroom.access import Seat, instructor_seat
from classroom.models import Accommodation, AuditEntry
from quizzes import services
from quizzes.errors import Refused
from quizzes.forms import AccommodationForm

#: How much of the history is shown.
ACTS_SHOWN = 50


@require_http_methods(["GET", "POST"])
@never_cache
def accommodations(request: HttpRequest, slug: str) -> HttpResponse:
    """List the allowances and set one; running attempts follow at once, a shorter one ends none."""
    seat = instructor_seat(request, slug)
    form = AccommodationForm(request.POST or None, course=seat.course)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["who"]
        try:
            moved = services.accommodate(
                course=seat.course,
                user=who,
                time_multiplier=form.cleaned_data["time_multiplier"],
                note=form.cleaned_data["note"],
                by=seat.user,
                now=clock.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s: the standing allowance is saved.") % {"name": who})
            if moved.later:
                text = ngettext(
                    "%(count)d running attempt ends later.",
                    "%(count)d running attempts end later.",
                    moved.later,
                )
                messages.info(request, text % {"count": moved.later})
            return redirect("accommodations", slug)
    return _page(request, seat, form)


def _page(request: HttpRequest, seat: Seat, form: AccommodationForm) -> HttpResponse:
    acts = AuditEntry.objects.filter(course=seat.course, action="accommodation.set")
    context = {
        "seat": seat,
        "form": form,
        "rows": Accommodation.objects.filter(course=seat.course)
        .select_related("user")
        .order_by("user__name", "user__email"),
        "acts": acts.select_related("actor", "about")[:ACTS_SHOWN],
    }
    return render(
        request, "classroom/people/accommodations.html", context, status=422 if form.errors else 200
    )
