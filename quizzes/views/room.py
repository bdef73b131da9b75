"""The live room: what the instructor steers, what the wall shows, and what students' pages follow."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from classroom import clock, live
from classroom.access import Seat
from classroom.models import User
from quizzes import access, queries, services
from quizzes.discussion import discussed, own_answers, own_attempt
from quizzes.errors import Refused
from quizzes.links import join_link, link_to, qr_of
from quizzes.models import Quiz, Room
from quizzes.queries.leaders import leaders
from quizzes.queries.news import key_of, news, phase_of
from quizzes.queries.room import MOST_NAMES, arrived, expected
from quizzes.views import numbers
from quizzes.views.joining import vouch

#: How much more time one click gives everybody, in minutes.
MORE_MINUTES = (1, 2, 5)
#: So near to the start nothing is left to do but to count.
STARTING_SECONDS = 10


@require_GET
@never_cache
def room(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the instructor who has come and what to do next; htmx asks for the changing part alone."""
    seat, quiz = access.quiz_for_staff(request, slug, pk)
    return _room(request, seat, quiz, clock.now(), "room")


@require_GET
@never_cache
def wall(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show what the projector throws on the wall."""
    seat, quiz = access.quiz_for_staff(request, slug, pk)
    return _room(request, seat, quiz, clock.now(), "wall")


def _room(request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime, where: str) -> HttpResponse:
    services.settle(quiz=quiz, now=now)
    if quiz.anonymous and not quiz.join_code and seat.is_instructor:
        services.give_join_code(quiz=quiz, by=seat.user, now=now)
    found = services.room_of(quiz)
    part = bool(request.headers.get("HX-Request"))
    context = _now(found, now, staff=where == "room") | {"where": where}
    if not part:
        if quiz.anonymous and quiz.join_code:
            vouch(request, quiz.join_code)
        context |= _addresses(quiz)
    return render(request, f"quizzes/{'_' if part else ''}{where}.html", context)


def _now(room: Room, now: datetime, *, staff: bool) -> dict[str, object]:
    """Return what both the instructor's page and the wall show of this moment.

    On the instructor's own page (`staff`) the bars of a question are always there.
    """
    told = news(room, now)
    people = arrived(room=room)
    slots = list(room.quiz.slots.select_related("question", "category").order_by("position"))
    answered = {
        position: (count, of) for position, count, of in cast("list[list[int]]", told.state["answered"])
    }
    return {
        "quiz": room.quiz,
        "room": room,
        "news": told.state,
        "seconds": told.seconds,
        "live_url": live.address_of(room.token),
        "people": people,
        "names_shown": len(people) < MOST_NAMES,
        "expected": expected(quiz=room.quiz),
        "progress": [(slot, *answered.get(slot.position, (0, 0))) for slot in slots],
        "question": discussed(room, revealed=staff or room.revealed),
        "board": leaders(quiz=room.quiz) if room.leaders else [],
        "more_minutes": MORE_MINUTES,
        "starting": told.seconds is not None and told.seconds <= STARTING_SECONDS,
        "may_still_start": bool(queries.endings(quizzes=[room.quiz], now=now)[room.quiz_id].windows),
        "published": room.quiz.published_at is not None and room.quiz.published_at <= now,
    }


def _addresses(quiz: Quiz) -> dict[str, object]:
    """Return the links that are passed on, and the drawing of the one for the wall."""
    link, guests = link_to(quiz), join_link(quiz)
    return {"link": link, "guest_link": guests, "qr": qr_of(guests or link), "wall_link": guests or link}


# What the instructor does --------------------------------------------------------------------------------

Act = Callable[[HttpRequest, Seat, Quiz, datetime], str]


def _act(act: Act) -> Callable[[HttpRequest, str, int], HttpResponse]:
    """Make a view of an act of the instructor's: it does it, says so, and shows the room or the wall anew.

    The act returns what to say, empty where the page shows it anyway; a refusal is said, too.
    """

    @require_POST
    @never_cache
    @wraps(act)
    def view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        seat, quiz = access.quiz_for_instructor(request, slug, pk)
        now = clock.now()
        try:
            said = act(request, seat, quiz, now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            if said:
                messages.success(request, said)
        where = "wall" if request.POST.get("back") == "wall" else "room"
        if request.headers.get("HX-Request"):
            return _room(request, seat, quiz, now, where)
        return redirect(f"quizzes:{where}", slug, pk)

    return view


@_act
def invite(_request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime) -> str:
    """Open the lobby and post its link."""
    if services.invite(quiz=quiz, by=seat.user, now=now):
        return _("The lobby is open, and its link is on its way to Mattermost.")
    return _("The lobby is open. Pass on the link: this course has no Mattermost webhook.")


@_act
def start_all(_request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime) -> str:
    """Start the quiz for everybody."""
    started = services.start_together(quiz=quiz, by=seat.user, now=now)
    return "" if started else _("The quiz was started already.")


@_act
def more_time(request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime) -> str:
    """Give everybody more time."""
    minutes = _number(request, "minutes")
    services.more_time_for_everybody(quiz=quiz, extra_seconds=60 * minutes, by=seat.user, now=now)
    words = ngettext(
        "Everybody has %(minutes)d more minute.", "Everybody has %(minutes)d more minutes.", minutes
    )
    return words % {"minutes": minutes}


@_act
def close_room(_request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime) -> str:
    """Close the quiz for everybody."""
    services.close_quiz(quiz=quiz, by=seat.user, now=now)
    return ""


@_act
def discuss(request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime) -> str:
    """Discuss a question, or none any more."""
    if "end" in request.POST:
        services.end_discussion(quiz=quiz)
        return ""
    services.discuss(
        quiz=quiz,
        position=_number(request, "position"),
        by=seat.user,
        now=now,
        force="force" in request.POST,
    )
    return ""


@_act
def reveal(request: HttpRequest, _seat: Seat, quiz: Quiz, _now: datetime) -> str:
    """Show the bars and the right answer, or hide them."""
    services.reveal(quiz=quiz, revealed="hide" not in request.POST)
    return ""


@_act
def show_leaders(request: HttpRequest, _seat: Seat, quiz: Quiz, _now: datetime) -> str:
    """Show the leader board, or hide it."""
    services.show_leaders(quiz=quiz, shown="hide" not in request.POST)
    return ""


@_act
def new_join_code(_request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime) -> str:
    """Give the quiz a new code for guests."""
    services.give_join_code(quiz=quiz, by=seat.user, now=now)
    return _("There is a new code; the old one and its link are dead.")


@_act
def guest(request: HttpRequest, seat: Seat, quiz: Quiz, now: datetime) -> str:
    """Rename a guest, or send them away."""
    user = User.objects.filter(pk=_number(request, "guest")).first()
    if user is None:
        raise Refused(_("This guest is not in the room any more."))
    before = str(user)
    if "remove" in request.POST:
        services.remove_guest(quiz=quiz, user=user, by=seat.user, now=now)
        return _("%(name)s is out of the room.") % {"name": before}
    name = services.rename_guest(
        quiz=quiz, user=user, name=request.POST.get("name", ""), by=seat.user, now=now
    )
    return _("%(before)s is called %(name)s now.") % {"before": before, "name": name}


def _number(request: HttpRequest, name: str) -> int:
    """Return a number of the form; what is none is refused."""
    number = numbers.whole(request.POST.get(name, ""))
    if number is None:
        raise Refused(_("This could not be read; reload the page."))
    return number


# What students and guests see ----------------------------------------------------------------------------


@require_GET
@never_cache
def lobby(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Return who is in the lobby, for the page that waits there."""
    _seat, quiz = access.visible_quiz(request, slug, pk, clock.now())
    if not quiz.lobby:
        raise Http404(_("This quiz has no lobby."))
    return render(request, "quizzes/_arrived.html", queries.lobby(room=services.room_of(quiz)))


@require_GET
@never_cache
def discussion(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Follow the discussion: the question on the wall, one's own answer, and what is right once revealed."""
    now = clock.now()
    seat, quiz = access.visible_quiz(request, slug, pk, now)
    found = services.room_of(quiz)
    ending = queries.endings(quizzes=[quiz], now=now)[quiz.pk]
    phase = phase_of(found, now, ending)
    context: dict[str, object] = {
        "quiz": quiz,
        "key": key_of(found, phase),
        "live_url": live.address_of(found.token),
        "board": leaders(quiz=quiz) if found.leaders and phase in {"over", "discussing"} else [],
    }
    # Who has a later closing date would know the answers.
    if phase == "discussing" and seat.user.pk not in ending.windows:
        revealed = found.revealed
        mine = own_attempt(quiz, seat.user.pk)
        context |= {
            "question": discussed(found, revealed=revealed),
            "revealed": revealed,
            "mine": own_answers(mine, found, revealed=revealed) if mine else [],
        }
    part = "_" if request.headers.get("HX-Request") else ""
    return render(request, f"quizzes/{part}discussion.html", context)
