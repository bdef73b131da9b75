"""The board of open seats and of people without a team, and asking to join."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classroom import clock
from classroom.access import Seat
from projects import access, queries, services
from projects.errors import Refused
from projects.forms.joining import AskForm, ListingForm, OpeningsFilter, SeekerForm
from projects.models import Hackathon, Seeker, skills_in
from projects.views.teams import attempt, team_page, to_team

#: How many cards one page shows.
CARDS_A_PAGE = 24


@require_GET
def openings(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show teams that look for members, or people who look for a team."""
    now = clock.now()
    seat, event = access.hackathon_to_see(request, slug, pk, now=now)
    return render(request, "projects/openings.html", _page(request, seat, event, now))


@require_POST
def seek(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put oneself on the board, or change what it says."""
    now = clock.now()
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=now)
    form = SeekerForm(request.POST)
    if form.is_valid():
        try:
            services.seek_team(hackathon=event, user=seat.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You are on the board: teams can invite you."))
            return redirect(people_url(event))
    page = _page(request, seat, event, now) | {"seeker_form": form}
    return render(request, "projects/openings.html", page, status=422)


@require_POST
def stop_seeking(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take oneself off the board."""
    seat, event, _mine = access.hackathon_to_join(request, slug, pk, now=clock.now())
    services.stop_seeking(hackathon=event, user=seat.user)
    messages.success(request, _("You are off the board."))
    return redirect(people_url(event))


@require_POST
def list_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put the team one leads on the board, or take it off."""
    now = clock.now()
    seat, event, mine = access.hackathon_to_join(request, slug, pk, now=now)
    form = ListingForm(request.POST, auto_id="id_listing_%s")
    if form.is_valid():
        given = form.cleaned_data
        done = (
            _("Your team is on the board.") if given["listed"] else _("Saved. Your team is not on the board.")
        )
        attempt(request, lambda: services.list_team(hackathon=event, user=seat.user, now=now, **given), done)
        return to_team(event)
    page = team_page(seat, event, mine, now) | {"listing_form": form}
    return render(request, "projects/team.html", page, status=422)


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, slug: str, pk: int, team: int) -> HttpResponse:
    """Ask a team of the board to take one in."""
    now = clock.now()
    seat, found = access.team_to_ask(request, slug, pk, team, now=now)
    event = found.hackathon
    asks = services.asks_consent(hackathon=event, user=seat.user)
    form = AskForm(request.POST if request.method == "POST" else None, asks_consent=asks)
    if form.is_valid():
        try:
            services.give_consent(hackathon=event, user=seat.user, now=now)
            services.ask_to_join(team=found, user=seat.user, message=form.cleaned_data["message"], now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(name)s” is asked. Its leader answers.") % {"name": found.name})
            return to_team(event)
    (card,) = queries.team_cards(teams=[found], reader=seat.user, offers=_offers(seat, event))
    page = {"seat": seat, "event": event, "card": card, "asks": asks, "form": form}
    return render(request, "projects/ask.html", page, status=422 if form.errors else 200)


@require_POST
def accept(request: HttpRequest, slug: str, pk: int, asked: int) -> HttpResponse:
    """Take in who asked."""
    now = clock.now()
    seat, found = access.request_to_answer(request, slug, pk, asked, now=now)
    done = _("%(name)s is in your team now.") % {"name": found.user}
    attempt(request, lambda: services.accept_request(request=found, by=seat.user, now=now), done)
    return to_team(found.hackathon)


@require_POST
def decline(request: HttpRequest, slug: str, pk: int, asked: int) -> HttpResponse:
    """Decline who asked."""
    now = clock.now()
    seat, found = access.request_to_answer(request, slug, pk, asked, now=now)
    done = _("%(name)s is told that you have declined.") % {"name": found.user}
    attempt(request, lambda: services.decline_request(request=found, by=seat.user, now=now), done)
    return to_team(found.hackathon)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int, asked: int) -> HttpResponse:
    """Take one's own request back."""
    now = clock.now()
    seat, found = access.own_request(request, slug, pk, asked, now=now)
    done = _("Your request is withdrawn.")
    attempt(request, lambda: services.withdraw_request(request=found, user=seat.user, now=now), done)
    return to_team(found.hackathon)


def people_url(event: Hackathon) -> str:
    """Return the address of the board's people."""
    return reverse("projects:openings", args=[event.course.slug, event.pk]) + "?show=people"


def _page(request: HttpRequest, seat: Seat, event: Hackathon, now: datetime) -> dict[str, object]:
    """Return what the board shows; what fits the reader's skills, or those their team wants, is marked."""
    shows_people = request.GET.get("show") == "people" or request.method == "POST"
    mine = access.team_of(seat, event)
    me = Seeker.objects.filter(hackathon=event, user=seat.user).first()
    own = skills_in(mine.skills_wanted if mine else me.skills if me else "")
    chosen = OpeningsFilter(request.GET)
    words, only_fitting = chosen.asked()
    skills = own if only_fitting else []
    teams = queries.open_teams(hackathon=event, words=words, skills=skills)
    people = queries.open_people(hackathon=event, words=words, skills=skills)
    shown: dict[str, object]
    if shows_people:
        chosen_people = Paginator(people, CARDS_A_PAGE).get_page(request.GET.get("page"))
        cards = queries.person_cards(people=chosen_people.object_list, team=mine, wants=own, now=now)
        shown = {"page": chosen_people, "people": cards}
    else:
        chosen_teams = Paginator(teams, CARDS_A_PAGE).get_page(request.GET.get("page"))
        shown = {
            "page": chosen_teams,
            "teams": queries.team_cards(teams=chosen_teams.object_list, reader=seat.user, offers=own),
        }
    registration_open = event.registration_opens_at <= now < event.teams_close_at
    takes_part = registration_open and not seat.is_staff
    frozen = mine is not None and bool(services.frozen_because(team=mine, now=now))
    return shown | {
        "seat": seat,
        "event": event,
        "team": mine,
        "me": me,
        "shows_people": shows_people,
        "counts": (teams.count(), people.count()),
        "filter": chosen,
        "has_skills": bool(own),
        "registration_open": registration_open,
        "may_ask": takes_part and mine is None,
        "may_invite": takes_part and mine is not None and mine.size < event.max_team_size and not frozen,
        "seeker_form": SeekerForm(initial={"skills": me.skills, "about": me.about} if me else None),
    }


def _offers(seat: Seat, event: Hackathon) -> list[str]:
    me = Seeker.objects.filter(hackathon=event, user=seat.user).first()
    return skills_in(me.skills if me else "")
