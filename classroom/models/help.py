"""Asking for help: desks, and the requests that wait at them."""

import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course


def new_desk_token() -> str:
    """Draw the secret under which a desk's pages ask whether anything has changed (`classroom.live`)."""
    return secrets.token_urlsafe(16)


class HelpDesk(models.Model):
    """A queue of a course, for example that of one hackathon: `about` is "hackathon:3"."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="help_desks")
    about = models.CharField(_("what it is for"), max_length=60)
    token = models.CharField(_("token"), max_length=22, unique=True, default=new_desk_token, editable=False)
    changes = models.PositiveIntegerField(
        _("changes"), default=0, editable=False, help_text=_("Counts every change, so that pages notice.")
    )

    class Meta:
        verbose_name = _("help desk")
        verbose_name_plural = _("help desks")
        constraints = [
            models.UniqueConstraint(fields=["course", "about"], name="one_desk_a_course_and_thing")
        ]

    def __str__(self) -> str:
        return self.about


class HelpRequestQuerySet(models.QuerySet["HelpRequest"]):
    """Requests by where they stand."""

    def unsettled(self) -> Self:
        """Keep those that are neither resolved nor withdrawn."""
        return self.filter(resolved_at=None, withdrawn_at=None)

    def waiting(self) -> Self:
        """Keep those that nobody has claimed."""
        return self.unsettled().filter(claimed_at=None)


class HelpRequest(models.Model):
    """Somebody needs help. `party` is who asks, such as "team:4"; it has one open request at most."""

    desk = models.ForeignKey(HelpDesk, on_delete=models.CASCADE, related_name="requests")
    party = models.CharField(_("who asks"), max_length=60)
    party_name = models.CharField(_("name of who asks"), max_length=150)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(_("what about"), max_length=500)
    place = models.CharField(_("where"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    note = models.CharField(_("what helped"), max_length=500, blank=True)

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("help request")
        verbose_name_plural = _("help requests")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "party"],
                condition=models.Q(resolved_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_help_request_a_party",
            ),
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True)
                | models.Q(withdrawn_at__isnull=True, claimed_at__isnull=False),
                name="help_is_resolved_by_who_claimed_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_name}: {self.topic[:60]}"

    @property
    def is_open(self) -> bool:
        """Whether it is neither resolved nor withdrawn."""
        return self.resolved_at is None and self.withdrawn_at is None
