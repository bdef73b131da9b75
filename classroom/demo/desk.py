"""The demo hackathon's desk: an announcement, and a help queue with one request resolved and one waiting."""

from datetime import datetime, timedelta

from django.urls import reverse

from classroom import helpdesk
from classroom.models import HelpRequest, User
from projects import services
from projects.models import EventAnnouncement, Hackathon, Team
from projects.services import announcing

MINUTE = timedelta(minutes=1)


def announce(hackathon: Hackathon, organiser: User) -> None:
    """Announce what teams ask first."""
    announcing.announce(
        announcement=EventAnnouncement(
            hackathon=hackathon,
            title="Mentors answer before the hackathon, too",
            body="Ask under **Help** as soon as your team has a question; somebody looks every evening.",
            pinned=True,
        ),
        by=organiser,
        now=hackathon.registration_opens_at + timedelta(hours=3),
    )


def ask_mentors(hackathon: Hackathon, mentor: User) -> None:
    """Let two teams ask, and a mentor help the first."""
    asked_at = hackathon.registration_opens_at + timedelta(days=1)
    first, second = Team.objects.active().filter(hackathon=hackathon)[:2]
    request = _ask(first, "How do we split the tide data so that no day is in both parts?", asked_at)
    page = reverse("projects:help", args=[hackathon.course.slug, hackathon.pk])
    helpdesk.claim(request=request, by=mentor, page=page, now=asked_at + 4 * MINUTE)
    helpdesk.resolve(
        request=request, by=mentor, note="By date, not at random: see week 5.", now=asked_at + 15 * MINUTE
    )
    _ask(second, "Our loss is nan after the first epoch.", asked_at + 20 * MINUTE)


def _ask(team: Team, topic: str, now: datetime) -> HelpRequest:
    leader = team.memberships.select_related("user").get(is_leader=True).user
    return services.ask_for_help(
        hackathon=team.hackathon, team=team, user=leader, topic=topic, place="Hall 3, at the window", now=now
    )
