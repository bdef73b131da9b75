"""What a student does: find a quiz, start, answer, hand in, look at the review."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.access import seat_in, signed_in
from quizzes import access, queries, services
from quizzes.errors import Refused, TooLate
from quizzes.models import Attempt
from quizzes.phases import EVERYTHING
from quizzes.review import asked_questions, reviewed_questions

#: The tab of a browser that runs no script: it saves with every post of the form.
PLAIN_CLIENT = "form"


@require_GET
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """List the course's quizzes: a student's own standing, or for staff what goes on in them."""
    now = clock.now()
    seat = seat_in(request, slug)
    services.settle(now=now, user=None if seat.is_staff else seat.user)
    if seat.is_staff:
        summaries = queries.summaries(course=seat.course, now=now)
        return render(request, "quizzes/staff_index.html", {"summaries": summaries})
    cards = queries.cards_for(user=seat.user, course=seat.course, now=now)
    return render(request, "quizzes/index.html", {"cards": cards})


@require_GET
@never_cache
def quiz(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what a student can do with the quiz now; staff are sent to where they run it."""
    now = clock.now()
    seat, found = access.visible_quiz(request, slug, pk, now)
    if seat.is_staff:
        return redirect("quizzes:run", slug, pk)
    services.settle(user=seat.user, quiz=found, now=now)
    card = next(
        card for card in queries.cards_for(user=seat.user, course=seat.course, now=now) if card.quiz_id == pk
    )
    attempts = list(Attempt.objects.filter(quiz=found, user=seat.user).order_by("-number"))
    for one in attempts:
        one.quiz = found
    shown = queries.shown_of(user=seat.user, attempts=attempts, now=now)
    context = {
        "quiz": found,
        "card": card,
        "attempts": [(one, shown[one.pk]) for one in attempts],
        "questions": found.slots.count(),
        "reviewable": any(shown.values()),
    }
    template = "quizzes/_door.html" if request.headers.get("HX-Request") else "quizzes/quiz.html"
    return render(request, template, context)


@require_POST
def start(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Start an attempt, or go on with the running one."""
    now = clock.now()
    seat, found = access.visible_quiz(request, slug, pk, now)
    try:
        attempt = services.start_attempt(quiz=found, user=seat.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:quiz", slug, pk)
    return redirect("quizzes:attempt", slug, attempt.pk)


@require_http_methods(["GET", "POST"])
@never_cache
def attempt(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the questions with what is answered; without script, a post saves them all."""
    now = clock.now()
    seat, found = access.own_attempt(request, slug, pk)
    if request.method == "POST":
        return _save_form(request, slug, found, seat.user)
    if not found.is_accepting(now):
        services.settle(user=seat.user, quiz=found.quiz, now=now)
        return redirect("quizzes:attempt_done", slug, pk)
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "questions": asked_questions(found),
        "seconds_left": found.seconds_left(now),
    }
    return render(request, "quizzes/attempt.html", context)


def _save_form(request: HttpRequest, slug: str, attempt: Attempt, user: Any) -> HttpResponseRedirect:  # noqa: ANN401 - the seat's user
    """Save every field of a plain form, then hand in if that button was pressed."""
    now = clock.now()
    seq = attempt.answers.filter(client=PLAIN_CLIENT).count()
    try:
        for item in attempt.items.all():
            seq += 1
            services.record_answer(
                attempt_id=attempt.pk,
                user=user,
                position=item.position,
                client=PLAIN_CLIENT,
                seq=seq,
                value=request.POST.getlist(f"q{item.position}"),
                now=now,
            )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your answers are saved."))
    if "hand_in" in request.POST:
        services.hand_in(attempt=attempt, now=now)
        return redirect("quizzes:attempt_done", slug, attempt.pk)
    return redirect("quizzes:attempt", slug, attempt.pk)


@require_POST
def save(request: HttpRequest, slug: str, pk: int) -> JsonResponse:
    """Save one answer; the attempt's own conditional update is its door."""
    now = clock.now()
    try:
        sent = json.loads(request.body)
        value = [str(part) for part in sent["value"]]
        position, client, seq = int(sent["position"]), str(sent["client"]), int(sent["seq"])
        "".join([client, *value]).encode()  # half a character (a lone surrogate) is no text
    except (ValueError, KeyError, TypeError, OverflowError):
        return JsonResponse({"error": _("This could not be read; reload the page.")}, status=400)
    if not (0 < position < 10_000 and 0 <= seq < 2**31 and client and "\0" not in client + "".join(value)):
        return JsonResponse({"error": _("This could not be read; reload the page.")}, status=400)
    try:
        services.record_answer(
            attempt_id=pk,
            user=signed_in(request),
            position=position,
            client=client,
            seq=seq,
            value=value,
            now=now,
        )
    except TooLate as refusal:
        return JsonResponse({"error": str(refusal)}, status=409)
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=403)
    return JsonResponse({"saved": seq})


@require_GET
@never_cache
def attempt_clock(request: HttpRequest, slug: str, pk: int) -> JsonResponse:
    """Tell the page how long is left, and whether another tab writes to the same attempt."""
    now = clock.now()
    _seat, found = access.own_attempt(request, slug, pk)
    state = "running" if found.is_accepting(now) else "over"
    return JsonResponse({"seconds_left": found.seconds_left(now), "state": state})


@require_POST
def hand_in(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Close the attempt."""
    _seat, found = access.own_attempt(request, slug, pk)
    services.hand_in(attempt=found, now=clock.now())
    return redirect("quizzes:attempt_done", slug, pk)


@require_GET
@never_cache
def attempt_done(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the receipt, and the way to the review once it is released."""
    now = clock.now()
    seat, found = access.own_attempt(request, slug, pk)
    services.settle(user=seat.user, quiz=found.quiz, now=now)
    found.refresh_from_db(fields=["finished_at", "receipt", "score"])
    if found.finished_at is None:
        return redirect("quizzes:attempt" if found.is_accepting(now) else "quizzes:quiz", slug, pk)
    questions = asked_questions(found)
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "answered": sum(question.answered for question in questions),
        "questions": len(questions),
        "shown": queries.shown_of(user=seat.user, attempts=[found], now=now)[found.pk],
    }
    return render(request, "quizzes/done.html", context)


@require_GET
@never_cache
def attempt_review(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what was right: to the student as far as the phase allows (`quizzes.phases`), to staff always."""
    now = clock.now()
    shown = EVERYTHING
    if seat_in(request, slug, guests=True).is_staff:
        _seat, found = access.attempt_for_staff(request, slug, pk)
    else:
        seat, found = access.own_attempt(request, slug, pk)
        shown = queries.shown_of(user=seat.user, attempts=[found], now=now)[found.pk]
        if not shown or found.finished_at is None:
            messages.info(request, _("The review is not released yet."))
            return redirect("quizzes:quiz", slug, found.quiz_id)
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "shown": shown,
        "questions": reviewed_questions(found, shown=shown),
    }
    return render(request, "quizzes/review.html", context)
