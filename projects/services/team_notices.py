"""What people are told about their team: written with it, sent after the commit, in their own language."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classroom import notify
from classroom.models import User
from projects.models import Hackathon, Team


def removed(team: Team, user: User, now: datetime, reason: str = "") -> None:
    """Tell somebody that they are no longer in a team."""
    with _language_of(team.hackathon, user):
        subject = _("You are no longer in “%(team)s”") % {"team": team.name}
        body = _("You were removed from the team. You may join another one, or create your own.")
        _tell(team, user, "removed", subject, _with_reason(body, reason), now)


def moved(team: Team, user: User, now: datetime, reason: str) -> None:
    """Tell somebody that the organisers have put them into a team."""
    with _language_of(team.hackathon, user):
        subject = _("You are in “%(team)s” now") % {"team": team.name}
        body = _("The organisers have moved you to this team.")
        _tell(team, user, "moved", subject, _with_reason(body, reason), now)


def dissolved(team: Team, users: Iterable[User], now: datetime, reason: str = "") -> None:
    """Tell those who were in a team that there is no such team any more."""
    for user in users:
        with _language_of(team.hackathon, user):
            subject = _("“%(team)s” is dissolved") % {"team": team.name}
            body = _("The team no longer exists. You may join another one, or create your own.")
            _tell(team, user, "dissolved", subject, _with_reason(body, reason), now)


def _with_reason(body: str, reason: str) -> str:
    if not reason:
        return body
    return body + "\n\n" + _("The organisers' reason: %(reason)s") % {"reason": reason}


def _language_of(event: Hackathon, user: User | None) -> translation.override:
    return translation.override((user.language if user else "") or event.course.language)


def _tell(team: Team, user: User, what: str, subject: str, body: str, now: datetime) -> None:
    event = team.hackathon
    page = settings.SITE_URL + reverse("projects:team", args=[event.course.slug, event.pk])
    notify.email(
        key=f"team:{team.pk}:{what}:{user.pk}:{now.isoformat()}",
        to=user.email,
        subject=f"{subject}: {event.title}",
        body=f"{body}\n\n{page}",
        now=now,
        course=event.course,
    )
