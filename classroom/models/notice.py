"""What people are told on the site, and how each of them wants to hear of it by mail."""

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course


class Sort(models.TextChoices):
    """What a notice is about: people choose for each how they hear of it."""

    ANNOUNCEMENT = "announcement", _("Announcements")
    RESULT = "result", _("Results and feedback")
    DEADLINE = "deadline", _("Deadlines")
    TEAM = "team", _("Teams and hackathons")
    DUTY = "duty", _("What waits for you as staff, mentor or judge")


class How(models.TextChoices):
    """How somebody hears of something, beside on the site."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    NEVER = "never", _("On the site only")


class Notice(models.Model):
    """Something a person was told, written in the event's own transaction and never twice: `key` names it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    sort = models.CharField(_("about"), max_length=12, choices=Sort)
    key = models.CharField(_("event"), max_length=200)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    page = models.CharField(_("page"), max_length=500, help_text="A path of this site.")
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mail_due_at = models.DateTimeField(_("goes into the day's letter at"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("went into a day's letter"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                condition=models.Q(mail_due_at__isnull=False, mailed_at__isnull=True),
                name="notice_waits_for_letter",
            )
        ]

    def __str__(self) -> str:
        return self.title


def _how(sort: Sort) -> "models.CharField[str, str]":
    return models.CharField(sort.label, max_length=8, choices=How, default=How.AT_ONCE)


class NoticeSettings(models.Model):
    """How one person hears of things; who has none hears of everything at once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_settings"
    )
    announcement = _how(Sort.ANNOUNCEMENT)
    result = _how(Sort.RESULT)
    deadline = _how(Sort.DEADLINE)
    team = _how(Sort.TEAM)
    duty = _how(Sort.DUTY)
    digest_at = models.TimeField(_("time of the day's letter"), default=time(18))
    quiet_from = models.TimeField(_("no letters from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("settings of notices")
        verbose_name_plural = _("settings of notices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_begin_and_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}"

    def how(self, sort: Sort) -> How:
        """Return how the person hears of things of one sort."""
        return How(getattr(self, sort.value))
