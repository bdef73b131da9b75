"""One hand-in: its grade sheet, its source, and what staff do with it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, exports
from classroom.access import Seat
from projects import access, queries, services
from projects.errors import Refused
from projects.forms import AdjustForm
from projects.models import Source, Submission


@require_GET
def submission(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the grade sheet, with the source it is about."""
    now = clock.now()
    seat, found = access.submission_to_see(request, slug, pk)
    form = AdjustForm(instance=found) if seat.is_staff and not found.challenge.has_board else None
    return render(request, "projects/submission.html", _page(seat, found, form, now))


@require_GET
def sheet(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the sheet alone: what a page asks for until the hand-in is graded."""
    now = clock.now()
    seat, found = access.submission_to_see(request, slug, pk)
    shown = queries.sheet_of(submission=found, now=now)
    answer = render(
        request, "projects/_sheet.html", {"seat": seat, "challenge": found.challenge, "sheet": shown}
    )
    if shown.is_settled:
        answer.headers["HX-Trigger"] = "graded"
    return answer


@require_GET
def source(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give the file back as it was handed in."""
    _seat, found = access.submission_to_see(request, slug, pk)
    content = bytes(Source.objects.get(pk=found.pk).content)
    return exports.download(f"{found.number:02d}-{found.filename}", content, "application/octet-stream")


@require_POST
def choose(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let this hand-in count."""
    now = clock.now()
    _seat, found = access.submission_to_choose(request, slug, pk)
    try:
        services.choose(submission=found, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Hand-in %(number)d counts now.") % {"number": found.number})
    return redirect(found.challenge)


@require_POST
def grade_again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put a hand-in back into the queue."""
    now = clock.now()
    seat, found = access.submission_to_grade(request, slug, pk)
    if services.grade_again(submission=found, by=seat.user, now=now):
        messages.success(request, _("It is in the queue again."))
    return redirect(found)


@require_POST
def adjust(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give points by hand."""
    now = clock.now()
    seat, found = access.submission_to_grade(request, slug, pk)
    if found.challenge.has_board:
        messages.error(request, _("A run for a leaderboard has a score, not points."))
        return redirect(found)
    form = AdjustForm(request.POST, instance=Submission.objects.get(pk=found.pk))
    if not form.is_valid():
        page = _page(seat, found, form, now)
        return render(request, "projects/submission.html", page, status=422)
    services.adjust(
        submission=found,
        points=form.cleaned_data["adjusted_score"],
        comment=form.cleaned_data["adjustment_comment"],
        by=seat.user,
        now=now,
    )
    messages.success(request, _("The points are changed, and the student reads your comment."))
    return redirect(found)


def _page(seat: Seat, found: Submission, form: AdjustForm | None, now: datetime) -> dict[str, object]:
    return {
        "seat": seat,
        "challenge": found.challenge,
        "submission": found,
        "sheet": queries.sheet_of(submission=found, now=now),
        "source": _text(found),
        "is_python": found.filename.endswith(".py"),
        "form": form,
    }


def _text(found: Submission) -> str:
    stored = Source.objects.filter(pk=found.pk).first()
    return bytes(stored.content).decode("utf-8-sig", "replace") if stored else ""
