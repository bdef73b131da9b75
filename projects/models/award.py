"""Prizes of a hackathon, and which project gets them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.challenge import Challenge
from projects.models.hackathon import Hackathon
from projects.models.team import Project
from projects.models.track import Track


class AwardQuerySet(models.QuerySet["Award"]):
    """Awards by who may know of them."""

    def given(self) -> Self:
        """Keep those that a project gets; one that was withdrawn gets nothing."""
        return self.filter(project__withdrawn_at=None).exclude(project=None)

    def published(self) -> Self:
        """Keep those that everybody may know of: given, and the event's awards are published."""
        return self.given().exclude(hackathon__awards_published_at=None)


class Award(models.Model):
    """A prize, for the whole event or within one challenge; one project gets it."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="awards")
    challenge = models.ForeignKey(
        Challenge,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name=_("challenge"),
        help_text=_("Empty: every project of the hackathon can get it."),
    )
    track = models.ForeignKey(
        Track,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name=_("track"),
        help_text=_("Its projects compete, in the order of its judges. A track has its own challenge."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=120, help_text=_("Such as “First prize”."))
    sponsor = models.CharField(_("sponsor"), max_length=120, blank=True)
    prize = models.CharField(_("what the team gets"), max_length=200, blank=True)
    project = models.ForeignKey(
        Project,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name=_("project"),
    )
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(challenge__isnull=True) | models.Q(track__isnull=True),
                name="award_of_a_challenge_or_a_track",
                violation_error_message=_("Choose a challenge or a track, not both."),
            )
        ]

    def __str__(self) -> str:
        return self.title
