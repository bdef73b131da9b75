"""Standing allowances: who has more time in every quiz of the course."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classroom import clock
from classroom.access import Seat, instructor_seat
from classroom.models import Accommodation, AuditEntry, Course, Role, User
from quizzes import services
from quizzes.errors import Refused
from quizzes.forms.extensions import MultiplierField

#: How much of the history is shown.
ACTS_SHOWN = 50


class AllowanceForm(forms.Form):
    """A student's standing allowance. The student is typed: a course may have thousands."""

    who = forms.CharField(
        label=gettext_lazy("Student"),
        max_length=254,
        help_text=gettext_lazy("The e-mail address, or the whole name."),
    )
    time_multiplier = MultiplierField(
        label=gettext_lazy("Times every limit"), help_text=gettext_lazy("Such as 1.25; 1 takes it away.")
    )
    note = forms.CharField(label=gettext_lazy("Note for staff"), max_length=200, required=False)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.course = course

    def clean_who(self) -> User:
        """Find the one student who is meant."""
        words = " ".join(self.cleaned_data["who"].split())
        found = User.objects.filter(
            Q(email=words.lower()) | Q(name__iexact=words),
            enrolments__course=self.course,
            enrolments__role=Role.STUDENT,
            enrolments__left_at=None,
        )[:2]
        if not found:
            raise forms.ValidationError(_("No student of the course has this address or name."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several students have this name: write the e-mail address."))
        return found[0]


@require_http_methods(["GET", "POST"])
@never_cache
def accommodations(request: HttpRequest, slug: str) -> HttpResponse:
    """List the allowances and set one; running attempts follow at once, a shorter one ends none."""
    seat = instructor_seat(request, slug)
    given = request.POST if request.method == "POST" else None
    form = AllowanceForm(given, course=seat.course, initial={"who": request.GET.get("who", "")[:254]})
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


def _page(request: HttpRequest, seat: Seat, form: AllowanceForm) -> HttpResponse:
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
