"""What a student does: find a quiz, start, answer, hand in."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat, seat_in
from classroom.live import address_of
from classroom.models import User
from quizzes import access, queries, services
from quizzes.device import device_of
from quizzes.errors import Refused
from quizzes.marks import is_answered
from quizzes.models import Attempt, Quiz
from quizzes.review import asked_questions
from quizzes.views import numbers
from quizzes.views.writing import read_moment, standing

#: A browser that runs no script saves with every post of the form, each as a tab of its own.
PLAIN_CLIENT = "form-{}"


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
    return render(request, "quizzes/index.html", {"cards": queries.most_urgent_first(cards)})


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
        "questions": found.questions,
        "reviewable": any(shown.values()),
        "over": card.closes_at is not None and card.closes_at <= now,
    }
    if card.state in {"upcoming", "open"}:
        context |= _own_time(found, seat.user, now)
    if found.lobby and card.state == "upcoming":
        context |= _lobby(found, seat, now)
    template = "quizzes/_door.html" if request.headers.get("HX-Request") else "quizzes/quiz.html"
    return render(request, template, context)


def _own_time(quiz: Quiz, user: User, now: datetime) -> dict[str, object]:
    """Return how long the person may take, extra time included, and whether the quiz closes before that."""
    if quiz.time_limit is None:
        return {}
    allowance = clock.allowances([user.pk], quiz)[user.pk]
    closes_at = allowance.close_of(quiz)
    ends_at = clock.end_of_attempt(
        now,
        limit=quiz.time_limit,
        multiplier=allowance.multiplier,
        extra_seconds=allowance.extra_seconds,
        closes_at=None,
    )
    return {
        "own_seconds": (ends_at - now).total_seconds(),
        "cut_short": quiz.has_opened(now) and closes_at is not None and closes_at < ends_at,
    }


def _lobby(quiz: Quiz, seat: Seat, now: datetime) -> dict[str, object]:
    """Note that the person waits for the common start, and return what the lobby shows."""
    looks_only = seat.viewing_as_student or seat.course.archived_at is not None
    room = services.room_of(quiz) if looks_only else services.arrive(quiz=quiz, user=seat.user, now=now)
    return {"live_url": address_of(room.token)} | queries.lobby(room=room)


@require_http_methods(["GET", "POST"])
@never_cache
@gzip_page
def start(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Start an attempt and show its page at once, or go on with the running one.

    A whole class starts in the same moment, so its first page costs no second request. That page belongs to
    the attempt's own address and calls itself so; whoever loads this address again is sent there.
    """
    now = clock.now()
    seat, found = access.quiz_to_take(request, slug, pk, now)
    if request.method == "GET":
        running = Attempt.objects.filter(quiz=found, user=seat.user, finished_at=None).first()
        return redirect("quizzes:attempt", slug, running.pk) if running else redirect(found)
    try:
        attempt = services.start_attempt(
            quiz=found,
            user=seat.user,
            now=now,
            device=device_of(request),
            access_code=request.POST.get("access_code", "")[:100],
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:quiz", slug, pk)
    if attempt.just_given is None:
        return redirect("quizzes:attempt", slug, attempt.pk)
    attempt.quiz = found  # as it was read, with its week
    response = _attempt_page(request, attempt, now)
    response["Content-Location"] = reverse("quizzes:attempt", args=[slug, attempt.pk])
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@gzip_page
def attempt(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the questions with what is answered; without script, a post saves them all.

    It is compressed, which pages with secrets must be careful about (BREACH): nothing of the address stands
    beside a secret here, the token against forgery is masked anew each time, and the compressor adds random
    bytes.
    """
    now = clock.now()
    seat, found = access.own_attempt(request, slug, pk)
    if request.method == "POST":
        return _save_form(request, slug, found, seat.user)
    closes_at = clock.effective_deadline(seat.user, found.quiz)
    if not found.is_accepting(now) and not found.may_come_back(now, closes_at):
        services.settle(user=seat.user, quiz=found.quiz, now=now)
        return redirect("quizzes:attempt_done", slug, pk)
    services.note_seen(attempt=found, now=now, device=device_of(request))
    judged = {name: _numbers(request.GET.get(name, "")) for name in ("checked", "solved")}
    return _attempt_page(request, found, now, **judged)


def _attempt_page(
    request: HttpRequest, attempt: Attempt, now: datetime, **judged: Collection[int]
) -> HttpResponse:
    context = {
        "attempt": attempt,
        "quiz": attempt.quiz,
        "questions": asked_questions(attempt, **judged),
        "seconds_left": attempt.seconds_left(now),
        "seen": attempt.last_saved_at.isoformat() if attempt.last_saved_at else "",
    }
    return render(request, "quizzes/attempt.html", context)


def _save_form(request: HttpRequest, slug: str, attempt: Attempt, user: User) -> HttpResponseRedirect:
    """Save what a plain form changed, then do what its button says."""
    now = clock.now()
    address = reverse("quizzes:attempt", args=[slug, attempt.pk])
    try:
        _save_changes(request, attempt, user, now)
        address += _help_by_form(request, attempt, user, now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your answers are saved."))
    if "hand_in" in request.POST:
        services.hand_in(attempt=attempt, now=now)
        return redirect("quizzes:attempt_done", slug, attempt.pk)
    return redirect(address)


def _help_by_form(request: HttpRequest, attempt: Attempt, user: User, now: datetime) -> str:
    """Give the hint or the check that a button of the plain form asks for; return where to look for it."""
    for button, query in (("hint", ""), ("check", "?checked={}"), ("solution", "?solved={}")):
        named = _numbers(request.POST.get(button, ""))
        if button == "hint" and len(named) == 2:
            services.take_hint(attempt_id=attempt.pk, user=user, position=named[0], number=named[1], now=now)
        elif button != "hint" and len(named) == 1:
            services.note_check(
                attempt_id=attempt.pk,
                user=user,
                position=named[0],
                solution=button == "solution",
                now=now,
            )
        else:
            continue
        return f"{query}#question-{named[0]}".format(named[0])
    return ""


def _numbers(text: str) -> list[int]:
    """Return the numbers of "3" or "3.1"; none where it is something else."""
    found = (numbers.whole(part, digits=4) for part in text.split("."))
    return [number for number in found if number is not None]


def _save_changes(request: HttpRequest, attempt: Attempt, user: User, now: datetime) -> None:
    """Save every field that holds something else than what is saved; tell if another tab wrote meanwhile."""
    try:
        seen = read_moment(request.POST.get("seen"))
    except ValueError:
        seen = None
    client = PLAIN_CLIENT.format(uuid4().hex[:24])
    standing, elsewhere = services.answers_of(attempt), False
    for seq, position in enumerate(attempt.items.values_list("position", flat=True), start=1):
        value = request.POST.getlist(f"q{position}")
        certainty = _certainty(request.POST.get(f"c{position}", ""))
        known = standing.get(position)
        if (known.value, known.certainty) == (value, certainty) if known else not is_answered(value):
            continue
        saved = services.record_answer(
            attempt_id=attempt.pk,
            user=user,
            position=position,
            client=client,
            seq=seq,
            value=value,
            certainty=certainty,
            seen=seen,
            now=now,
        )
        elsewhere = elsewhere or saved.others is not None
    if elsewhere:
        messages.warning(
            request,
            _("You also wrote in another tab or on another device. What you have just sent counts."),
        )


def _certainty(text: str) -> int | None:
    return int(text) if text in {"1", "2", "3"} else None


@require_POST
def hand_in(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Close the attempt; because "the time is up" only if the site's clock says so, too."""
    now = clock.now()
    _seat, found = access.own_attempt(request, slug, pk)
    time_up = "time_up" in request.POST
    found = services.hand_in(attempt=found, now=now, time_up=time_up)
    if time_up and found.finished_at is None:
        return JsonResponse(standing(found, now), status=409)
    done = reverse("quizzes:attempt_done", args=[slug, pk])
    if request.headers.get("accept") == "application/json":
        return JsonResponse({"done": done})
    return redirect(done)
