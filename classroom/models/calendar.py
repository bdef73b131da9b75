"""Calendars to subscribe to: whose they are, and what each has told."""

import secrets
import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course


def new_calendar_token() -> str:
    """Draw a secret for the addresses of a person's calendars."""
    return secrets.token_urlsafe(32)


class CalendarFeed(models.Model):
    """A person's calendar of a course, at a secret address; a new secret shuts the old address."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="calendar_feeds")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    token = models.CharField(max_length=64, unique=True, default=new_calendar_token)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="one_calendar_feed_a_person_and_course")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.course}"


class CalendarEntry(models.Model):
    """What a calendar last told of one thing, so that the next telling knows what is news.

    `sequence` counts the changes, as calendar programs want it; a thing that is gone is told as cancelled.
    """

    feed = models.ForeignKey(CalendarFeed, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField(_("what it is about"), max_length=40)
    uid = models.UUIDField(_("name in calendars"), default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(_("changes"), default=0)
    told = models.JSONField(_("what was told"), encoder=DjangoJSONEncoder)
    changed_at = models.DateTimeField(_("changed"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar entry")
        verbose_name_plural = _("calendar entries")
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="calendar_entry_once_a_feed")]

    def __str__(self) -> str:
        return f"{self.key} ({self.sequence})"
