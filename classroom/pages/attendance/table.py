"""A video call's table of participants: chosen, looked at, taken over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classroom import clock, spreadsheets
from classroom.access import Seat
from classroom.attendance import importing, zoom
from classroom.errors import Refused
from classroom.models import ScheduleItem
from classroom.pages.attendance import access

#: How large a table may be, in bytes.
MAX_BYTES = 1_000_000
#: How many choices a page offers in all: some fifty kilobytes.
MOST_OFFERED = 600
#: How many students, and people nobody is sure of, a page lists.
MOST_LISTED = 60
#: Who asks about an attendee sends it under this name, with the question's number.
ANSWER = "answer-"


class TableForm(forms.Form):
    """The table as a file, or its text from the preview, and how long is long enough."""

    file = forms.FileField(
        label=gettext_lazy("Zoom's table (CSV)"),
        required=False,
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=gettext_lazy("In Zoom: Reports, Usage, the number of participants, Export."),
    )
    least_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes that are enough"),
        min_value=1,
        max_value=24 * 60,
        help_text=gettext_lazy("All joins of a person added up. Who was there for less is absent."),
    )
    rest_absent = forms.BooleanField(
        label=gettext_lazy("Mark everybody absent who is not in the table"), required=False, initial=True
    )
    text = forms.CharField(required=False, strip=False, max_length=MAX_BYTES, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Read the file, in whatever letters Zoom or a spreadsheet wrote it; the file wins."""
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            content = file.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise forms.ValidationError(_("This file is too large for a list of participants."))
            self.cleaned_data["text"] = spreadsheets.decoded(content)
        if not self.errors and not self.cleaned_data.get("text", "").strip():
            raise forms.ValidationError(_("Choose the file."))
        return self.cleaned_data


@require_http_methods(["GET", "POST"])
@never_cache
def import_attendance(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a table, show what it comes to and ask, then write all of it or nothing."""
    seat, session = access.session_to_mark(request, slug, pk)
    if request.method == "GET":
        return _choose(request, seat, session, _form(session))
    form = _form(session, request)
    if not form.is_valid():
        return _choose(request, seat, session, form)
    asked = {name: form.cleaned_data[name] for name in ("text", "least_minutes")}
    rest_absent = form.cleaned_data["rest_absent"]
    try:
        plan = importing.plan(session=session, **asked)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _choose(request, seat, session, form)
    if "digest" not in request.POST:
        return _preview(request, seat, session, asked, plan, rest_absent=rest_absent)
    try:
        changed = importing.apply(
            session=session,
            answers=_answers(request.POST, plan),
            rest_absent=rest_absent,
            digest=request.POST["digest"],
            by=seat.user,
            now=clock.now(),
            **asked,
        )
    except Refused as refusal:
        return _preview(request, seat, session, asked, plan, rest_absent=rest_absent, refusal=str(refusal))
    text = ngettext("%(count)d mark is new.", "%(count)d marks are new.", changed)
    messages.success(request, text % {"count": changed})
    return redirect("roll", slug, pk)


def _form(session: ScheduleItem, request: HttpRequest | None = None) -> TableForm:
    half = max(1, int((session.ends_at - session.starts_at).total_seconds() // 120))
    if request is None:
        return TableForm(initial={"least_minutes": min(half, 24 * 60)})
    return TableForm(request.POST, request.FILES)


def _answers(sent: QueryDict, plan: importing.Plan) -> dict[str, int]:
    """Return whom each attendee is said to be; numbers that make no sense are the service's to refuse."""
    found = {}
    for number, (attendee, _meant) in enumerate(plan.questions):
        answer = sent.get(f"{ANSWER}{number}", "")
        if answer:
            found[attendee.key] = int(answer) if answer.isascii() and answer.isdigit() else -1
    return found


def _choose(request: HttpRequest, seat: Seat, session: ScheduleItem, form: TableForm) -> HttpResponse:
    context = {"seat": seat, "session": session, "form": form}
    status = 422 if form.errors else 200
    return render(request, "classroom/attendance/import.html", context, status=status)


def _preview(
    request: HttpRequest,
    seat: Seat,
    session: ScheduleItem,
    asked: dict[str, Any],
    plan: importing.Plan,
    *,
    rest_absent: bool,
    refusal: str = "",
) -> HttpResponse:
    shown = plan.questions[:MOST_LISTED]
    offers_all = len(shown) == len(plan.questions) and len(shown) * len(plan.free) <= MOST_OFFERED
    free = set(plan.free)
    questions = [
        (
            f"{ANSWER}{number}",
            attendee,
            meant,
            plan.free if offers_all else [user for user in meant if user in free],
            request.POST.get(f"{ANSWER}{number}", ""),
        )
        for number, (attendee, meant) in enumerate(shown)
    ]
    context = asked | {
        "text": zoom.essence(asked["text"]),
        "seat": seat,
        "session": session,
        "plan": plan,
        "lines": plan.lines[:MOST_LISTED],
        "questions": questions,
        "offers_all": offers_all,
        "rest_absent": rest_absent,
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render(request, "classroom/attendance/preview.html", context, status=status)
