"""What people are told about their team: written with it, sent after the commit, in their own language."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classroom import notify
from classroom.models import User
from classroom.models.notice import Sort
from classroom.notices import News, tell
from projects import words
from projects.models import Hackathon, Invitation, JoinRequest, Team


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


def invited(invitation: Invitation, user: User | None, now: datetime) -> None:
    """Send an invitation at once: to `user`, or where nobody signs in with its address, to that."""
    team, event = invitation.team, invitation.team.hackathon
    key = f"invitation:{invitation.pk}"
    path = reverse("projects:invitation", args=[event.course.slug, event.pk, invitation.token])
    with _language_of(event, user):
        subject = _("Join “%(team)s”: %(event)s") % {"team": team.name, "event": event.title}
        body = _(
            "%(name)s invites you to the team “%(team)s”. The link works once, for whoever opens it, "
            "until %(when)s:"
        ) % {
            "name": invitation.created_by,
            "team": team.name,
            "when": words.moment(invitation.expires_at, event.course),
        }
    if user is not None:
        told = News(user, key, subject, body, path, urgent=True)
        tell(sort=Sort.TEAM, news=[told], now=now, course=event.course)
    else:
        text = f"{body}\n\n{settings.SITE_URL}{path}"
        notify.email(key=key, to=invitation.email, subject=subject, body=text, now=now, course=event.course)


def asked(request: JoinRequest, leader: User, now: datetime) -> None:
    """Tell a leader that somebody asks to join."""
    team = request.team
    with _language_of(team.hackathon, leader):
        subject = _("%(name)s would like to join “%(team)s”") % {"name": request.user, "team": team.name}
        body = _("Accept or decline on your team's page.")
        _tell(team, leader, f"asked:{request.pk}", subject, body, now)


def answered(request: JoinRequest, *, accepted: bool, now: datetime) -> None:
    """Tell who asked what the leader has decided."""
    team, user = request.team, request.user
    with _language_of(team.hackathon, user):
        if accepted:
            subject = _("You are in “%(team)s” now") % {"team": team.name}
            body = _("The team has accepted you.")
        else:
            subject = _("“%(team)s” has no seat for you") % {"team": team.name}
            body = _("Other teams look for members on the board, or create your own.")
        _tell(team, user, f"answered:{request.pk}", subject, body, now)


def _with_reason(body: str, reason: str) -> str:
    if not reason:
        return body
    return body + "\n\n" + _("The organisers' reason: %(reason)s") % {"reason": reason}


def _language_of(event: Hackathon, user: User | None) -> translation.override:
    return translation.override((user.language if user else "") or event.course.language)


def _tell(team: Team, user: User, what: str, subject: str, body: str, now: datetime) -> None:
    event = team.hackathon
    news = News(
        user=user,
        key=f"team:{team.pk}:{what}:{now.isoformat()}",
        title=f"{subject}: {event.title}",
        body=body,
        page=reverse("projects:team", args=[event.course.slug, event.pk]),
    )
    tell(sort=Sort.TEAM, news=[news], now=now, course=event.course)
