"""An attempt that is over: its receipt, its review, and opening it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.access import seat_in
from quizzes import access, queries, services
from quizzes.errors import Refused
from quizzes.forms import ReopenForm
from quizzes.phases import EVERYTHING, Shown
from quizzes.review import asked_questions, reviewed_questions


@require_GET
@never_cache
def done(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the receipt, and the way to the review once it is released."""
    now = clock.now()
    seat, found = access.own_attempt(request, slug, pk)
    services.settle(user=seat.user, quiz=found.quiz, now=now)
    found.refresh_from_db(fields=["finished_at", "receipt", "score", "pending"])
    if found.finished_at is None:
        return redirect("quizzes:attempt", slug, pk)
    questions = asked_questions(found)
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "answered": sum(question.answered for question in questions),
        "questions": len(questions),
        "shown": queries.shown_of(user=seat.user, attempts=[found], now=now)[found.pk],
        "handed_in": services.handed_in(found),
    }
    return render(request, "quizzes/done.html", context)


@require_GET
@never_cache
def review(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what was right: to the student as far as the phase allows (`quizzes.phases`), to staff always."""
    now = clock.now()
    shown = EVERYTHING
    seat = seat_in(request, slug, guests=True)
    if seat.is_staff:
        _seat, found = access.attempt_for_staff(request, slug, pk)
    else:
        seat, found = access.own_attempt(request, slug, pk)
        shown = queries.shown_of(user=seat.user, attempts=[found], now=now)[found.pk]
        if not shown or found.finished_at is None:
            messages.info(request, _("The review is not released yet."))
            return redirect("quizzes:quiz", slug, found.quiz_id)
    questions = reviewed_questions(found, shown=shown)
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "shown": shown,
        "questions": questions,
        "floored": Shown.POINTS in shown and sum(question.points or 0 for question in questions) < 0,
    }
    if seat.is_staff:
        context |= {"receipt_holds": services.receipt_holds(found), "reopen_form": ReopenForm()}
    return render(request, "quizzes/review.html", context)


@require_POST
def reopen(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let a student write on in an attempt that was handed in."""
    seat, found = access.attempt_for_instructor(request, slug, pk)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect("quizzes:attempt_review", slug, pk)
    try:
        services.reopen_attempt(attempt=found, by=seat.user, now=clock.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("The attempt is open again until its new end; %(name)s can go on.") % {"name": found.user},
        )
    return redirect("quizzes:attempt_review", slug, pk)
