"""Ways into a team besides its code: an invitation, asking to join, and the board where both begin."""

import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.asking import asked_once, in_one_state
from projects.models.hackathon import Hackathon
from projects.models.team import Team

#: Skills on the board: how many of them, and how long one may be.
MAX_SKILLS, MAX_SKILL_LETTERS = 8, 30


def skills_in(text: str) -> list[str]:
    """Return the skills named in `text`, with commas between, each once whatever its case."""
    named = (" ".join(part.split()) for part in text.replace(";", ",").split(","))
    skills: dict[str, str] = {}
    for skill in filter(None, named):
        skills.setdefault(skill.casefold(), skill)
    return list(skills.values())


def new_invitation_token() -> str:
    """Draw the secret part of an invitation's address, 192 bits."""
    return secrets.token_urlsafe(24)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by state."""

    def open(self, now: datetime) -> Self:
        """Keep those that can still be used; whether the team can is asked under its lock."""
        return self.filter(used_at=None, revoked_at=None, declined_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A way into a team that works once: for whoever has the link, sent by e-mail or passed on otherwise.

    With an `invitee`, somebody from the board, the address is theirs and is shown to nobody.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    token = models.CharField(_("token"), max_length=64, unique=True, default=new_invitation_token)
    email = models.EmailField(_("e-mail address"), blank=True)
    invitee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["created_by", "created_at"], name="invitation_recent")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True)
                | models.Q(revoked_at__isnull=True, declined_at__isnull=True),
                name="invitation_used_or_ended",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.invitee or self.email or '…'}"

    def is_open(self, now: datetime) -> bool:
        """Tell whether it still leads somewhere."""
        ended = self.used_at or self.revoked_at or self.declined_at or self.team.archived_at
        return not ended and now < self.expires_at


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    """Requests by state."""

    def open(self) -> Self:
        """Keep those that nobody has decided or withdrawn."""
        return self.filter(accepted_at=None, declined_at=None, withdrawn_at=None)


class JoinRequest(models.Model):
    """Somebody asks to join a team; its leader accepts or declines. Joining a team withdraws the others."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests")
    message = models.CharField(_("message"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ["asked_at", "pk"]
        constraints = [
            asked_once("team", "user", name="one_open_request_a_person_and_team"),
            in_one_state(name="request_in_one_state"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.team}"


class Seeker(models.Model):
    """Somebody without a team who has put themselves on the board; gone as soon as they join one."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="seekers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    skills = models.CharField(_("what you can do"), max_length=300)
    about = models.CharField(_("what you would like to work on"), max_length=500, blank=True)
    listed_at = models.DateTimeField(_("on the board since"))

    class Meta:
        verbose_name = _("person without a team")
        verbose_name_plural = _("people without a team")
        ordering = ["listed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["hackathon", "user"], name="on_the_board_once_a_hackathon")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.skills}"
