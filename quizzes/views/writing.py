"""What the page of a running attempt sends by script: answers, signs of life, asks for help."""

import json
import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock
from classroom.access import signed_in
from quizzes import access, services
from quizzes.device import device_of
from quizzes.errors import Refused, TooLate, TooLong
from quizzes.models import Attempt
from quizzes.review import asked_questions, told_answers


@dataclass(frozen=True)
class Sent:
    """A save, as the page sends it."""

    position: int
    client: str
    seq: int
    value: list[str]
    certainty: int | None
    seen: datetime | None


def read_save(body: bytes) -> Sent | None:
    """Return the save in a request's body; None if it is none."""
    try:
        sent = json.loads(body)
        save = Sent(
            position=int(sent["position"]),
            client=str(sent["client"]),
            seq=int(sent["seq"]),
            value=[str(part) for part in sent["value"]],
            certainty=None if sent.get("certainty") is None else int(sent["certainty"]),
            seen=read_moment(sent.get("seen")),
        )
        text = "".join([save.client, *save.value])
        text.encode()  # half a character (a lone surrogate) is no text
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    sound = 0 < save.position < 10_000 and 0 <= save.seq < 2**31 and save.client and "\0" not in text
    return save if sound and save.certainty in (None, 1, 2, 3) else None


def read_moment(text: object) -> datetime | None:
    """Return a moment as the site wrote it; None where none was sent.

    Raises
    ------
    ValueError
        It is no moment.
    """
    if not text:
        return None
    moment = datetime.fromisoformat(str(text).replace(" ", "+"))  # a plus in an address is a space
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment


@require_POST
def save(request: HttpRequest, slug: str, pk: int) -> JsonResponse:
    """Save one answer; the attempt's own conditional update is its door."""
    now = clock.now()
    sent = read_save(request.body)
    if sent is None:
        return JsonResponse({"error": _("This could not be read; reload the page.")}, status=400)
    try:
        saved = services.record_answer(
            attempt_id=pk,
            user=signed_in(request),
            position=sent.position,
            client=sent.client,
            seq=sent.seq,
            value=sent.value,
            certainty=sent.certainty,
            seen=sent.seen,
            now=now,
        )
    except TooLate as refusal:
        return JsonResponse({"error": str(refusal)}, status=409)
    except TooLong as refusal:
        return JsonResponse({"error": str(refusal)}, status=413)
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=403)
    answer: dict[str, Any] = {"saved": sent.seq, "seen": saved.seen.isoformat()}
    if saved.count_from is not None:
        return JsonResponse({"count_from": saved.count_from})
    if saved.others is not None:
        answer["conflict"] = {"answers": told_answers(pk, saved.others)}
    return JsonResponse(answer)


@require_GET
@never_cache
def attempt_clock(request: HttpRequest, slug: str, pk: int) -> JsonResponse:
    """Tell the page how long is left, and what another tab or device has written since it looked."""
    now = clock.now()
    _seat, found = access.own_attempt(request, slug, pk)
    services.note_seen(attempt=found, now=now, device=device_of(request))
    answer = standing(found, now)
    client = request.GET.get("client", "")
    try:
        seen = read_moment(request.GET.get("seen"))
    except ValueError:
        seen = None
    if client and services.written_elsewhere(attempt=found, client=client, seen=seen):
        answer["conflict"] = {"answers": told_answers(pk, services.answers_of_others(found, client))}
    return JsonResponse(answer)


def standing(attempt: Attempt, now: datetime) -> dict[str, Any]:
    """Return how the attempt stands, for its page."""
    return {
        "seconds_left": attempt.seconds_left(now),
        "state": "running" if attempt.is_accepting(now) else "over",
        "credited": attempt.credited_seconds,
        "seen": attempt.last_saved_at.isoformat() if attempt.last_saved_at else "",
        # The site has not heard of the page for longer than an open page is silent: it should say why.
        "unheard": services.is_unheard(attempt=attempt, now=now),
    }


@require_POST
def signals(request: HttpRequest, slug: str, pk: int) -> JsonResponse:
    """Hear how long the page was cut off and how often it was left; tell how long is left now."""
    now = clock.now()
    seat, found = access.own_attempt(request, slug, pk)
    try:
        sent = json.loads(request.body)
        outage = _seconds(sent["outage"]) if "outage" in sent else None
        away = [_seconds(one) for one in sent.get("away", [])]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return JsonResponse({"error": _("This could not be read; reload the page.")}, status=400)
    services.note_focus(attempt=found, seconds_away=away, now=now)
    given = 0
    if outage is not None and found.finished_at is None:
        with suppress(Refused):  # it was closed in this moment; the answer says so
            given = services.report_outage(attempt_id=pk, user=seat.user, seconds=outage, now=now)
        found.refresh_from_db()
    return JsonResponse(standing(found, now) | {"given": given})


def _seconds(number: object) -> float:
    """Return a duration; no more than a day.

    Raises
    ------
    ValueError
        It is none.
    """
    seconds = float(number)  # type: ignore[arg-type]  # a TypeError is caught like the rest
    if math.isnan(seconds) or seconds < 0:
        raise ValueError("no duration")
    return min(seconds, 86_400.0)


@require_POST
def hint(request: HttpRequest, slug: str, pk: int, position: int) -> HttpResponse:
    """Show the next hint of a question."""
    now = clock.now()
    seat, found = access.own_attempt(request, slug, pk)
    try:
        number = int(request.POST.get("number", "1"))
        services.take_hint(attempt_id=pk, user=seat.user, position=position, number=number, now=now)
    except (ValueError, Refused) as refusal:
        return _refused(refusal)
    return _help(request, found, position)


@require_POST
def check(request: HttpRequest, slug: str, pk: int, position: int) -> HttpResponse:
    """Say how right an answer is, or in practice what the solution is; "look" asks what a check has found."""
    now = clock.now()
    seat, found = access.own_attempt(request, slug, pk)
    solution = "solution" in request.POST
    try:
        if "look" not in request.POST:
            services.note_check(attempt_id=pk, user=seat.user, position=position, solution=solution, now=now)
        elif not found.is_accepting(now):
            raise TooLate(_("This attempt is handed in: the review says how right it is."))
    except Refused as refusal:
        return _refused(refusal)
    return _help(request, found, position, checked=True, solved=solution)


def _help(request: HttpRequest, attempt: Attempt, position: int, **judged: bool) -> HttpResponse:
    """Return the part of the page that holds a question's hints and its check."""
    chosen = {name: [position] for name, wanted in judged.items() if wanted}
    asked = [one for one in asked_questions(attempt, **chosen) if one.position == position]
    if not asked:
        raise Http404(_("There is no such question."))
    question = asked[0]
    context = {"attempt": attempt, "quiz": attempt.quiz, "question": question}
    return render(request, "quizzes/_help.html", context)


def _refused(refusal: Exception) -> HttpResponse:
    """Say why not, in a piece that takes no question's place."""
    status = 409 if isinstance(refusal, TooLate) else 403
    text = str(refusal) if isinstance(refusal, Refused) else _("This could not be read; reload the page.")
    return JsonResponse({"error": text}, status=status)
