"""The hackathon as participants see it: what, when and where."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from classroom import clock
from classroom.access import Seat, seat_in
from projects import access, queries, tickets
from projects.models import Hackathon, Registration
from projects.queries.announcements import NEWEST, announcements_for
from projects.services import announcing


@require_GET
def hackathon(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Show what, when and where, the challenges with their places, and one's team."""
    now = clock.now()
    try:
        seat, event = access.hackathon_to_see(request, slug, pk, now=now)
    except Http404:
        if pk is not None:
            raise
        return render(request, "projects/no_hackathon.html", {"seat": seat_in(request, slug)})
    team = access.team_of(seat, event)
    news = announcements_for(hackathon=event, user=seat.user, is_staff=seat.is_staff, now=now)[:NEWEST]
    announcing.read_by(seat=seat, announcements=news, now=now)
    return render(
        request,
        "projects/hackathon.html",
        {
            "seat": seat,
            "event": event,
            "challenges": queries.challenge_rows(hackathon=event, now=now, all_of_them=seat.is_staff),
            "team": team,
            "project": queries.project_of(team=team) if team else None,
            "is_published": event.published_at is not None and event.published_at <= now,
            "is_due": now >= event.submission_closes_at,
            "registration_open": event.registration_opens_at <= now < event.registration_closes_at,
            "teams_open": event.registration_opens_at <= now < event.teams_close_at,
            "registration": registration_state(seat, event, now),
            "awards": queries.published_awards(hackathon=event),
            "certificates": queries.certificates_of(hackathon=event, user=seat.user),
            "news": news,
            "others": access.other_hackathons(seat, event, now=now),
            "ticket": _ticket(seat, event, now),
            "judges": event.judges.filter(user=seat.user, left_at=None).exists(),
            "takes_votes": event.takes_votes(now),
            "shows_projects": event.shows_projects(now),
            "now": now,
        },
    )


def _ticket(seat: Seat, event: Hackathon, now: datetime) -> tickets.Ticket | None:
    """Return the person's ticket for the door; None for who does not take part, and after the event."""
    if seat.is_staff or now >= event.ends_at or not queries.takes_part(hackathon=event, user=seat.user):
        return None
    return tickets.ticket_of(event.pk, seat.user.pk)


def registration_state(seat: Seat, event: Hackathon, now: datetime) -> str:
    """Return where the person's registration stands; empty where there is none."""
    if not event.registration_required:
        return ""
    mine = Registration.objects.filter(hackathon=event, user=seat.user).first()
    return mine.state(now) if mine else ""
