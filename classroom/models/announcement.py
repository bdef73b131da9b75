"""What the staff announces to everybody in a course."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    """Announcements by state."""

    def shown(self, now: datetime) -> Self:
        """Keep those that are published and not withdrawn: what students see."""
        return self.filter(published_at__lte=now, withdrawn_at=None)

    def scheduled(self, now: datetime) -> Self:
        """Keep those that will be published."""
        return self.filter(published_at__gt=now, withdrawn_at=None)

    def untold(self, now: datetime) -> Self:
        """Keep those of which people shall be told and have not been."""
        return self.shown(now).filter(models.Q(as_notice=True) | models.Q(in_chat=True), told_at=None)


class Announcement(models.Model):
    """A message from the staff to everybody in the course: a draft until it has a time, shown from then on.

    Withdrawing stamps it, and only staff see it then. `as_notice` and `in_chat` say how people are told;
    `told_at` is when they were, once. Each change counts `revision` up: it names what a writer began with,
    and one sending among several.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="announcements")
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), help_text=_("Markdown."))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(_("written"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    as_notice = models.BooleanField(_("also as a notice"), default=False, db_default=False)
    in_chat = models.BooleanField(_("also in the Mattermost channel"), default=False, db_default=False)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    told_people = models.PositiveIntegerField(_("people told"), default=0, db_default=0)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=1, db_default=1)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = [models.F("published_at").desc(nulls_first=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=False)
                | models.Q(told_at__isnull=True, withdrawn_at__isnull=True),
                name="announcement_drafts_are_not_told",
            )
        ]
        indexes = [
            models.Index(
                fields=["published_at"],
                condition=models.Q(told_at__isnull=True, withdrawn_at__isnull=True)
                & (models.Q(as_notice=True) | models.Q(in_chat=True)),
                name="announcement_to_tell",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the announcement's page."""
        return reverse("announcement", args=[self.course.slug, self.pk])

    def is_out(self, now: datetime) -> bool:
        """Whether students may have read it."""
        return self.published_at is not None and self.published_at <= now
