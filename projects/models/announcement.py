"""What organisers announce at a hackathon, who has read it, and reminders of deadlines."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.hackathon import Hackathon
from projects.models.judging import Judge
from projects.models.registration import Registration, State
from projects.models.team import Membership, Team


class Audience(models.TextChoices):
    """Whom an announcement is for."""

    ALL = "all", _("everybody who sees the event")
    PARTICIPANTS = "participants", _("who takes part")
    TEAM = "team", _("one team")
    JUDGES = "judges", _("the judges")


class EventAnnouncementQuerySet(models.QuerySet["EventAnnouncement"]):
    """Announcements by state and audience."""

    def shown(self, now: datetime) -> Self:
        """Keep those that are out and not withdrawn."""
        return self.filter(published_at__lte=now, withdrawn_at=None)

    def addressed_to(self, user_id: int) -> Self:
        """Keep those that are for this person, by what the person is at each event now."""
        here = {"hackathon": models.OuterRef("hackathon"), "user": user_id}
        member = models.Exists(Membership.objects.filter(**here))
        confirmed = models.Exists(Registration.objects.filter(**here).in_state(State.CONFIRMED))
        of_team = models.Exists(Membership.objects.filter(team=models.OuterRef("team"), user=user_id))
        return self.filter(
            models.Q(audience=Audience.ALL)
            | models.Q(confirmed, audience=Audience.PARTICIPANTS, hackathon__registration_required=True)
            | models.Q(member, audience=Audience.PARTICIPANTS, hackathon__registration_required=False)
            | models.Q(of_team, audience=Audience.TEAM)
            | models.Q(models.Exists(Judge.objects.filter(**here, left_at=None)), audience=Audience.JUDGES)
        )

    def with_read(self, user_id: int) -> Self:
        """Tell of each as `is_read` whether the person has had it before their eyes."""
        mine = Reading.objects.filter(announcement=models.OuterRef("pk"), user=user_id)
        return self.annotate(is_read=models.Exists(mine))


class EventAnnouncement(models.Model):
    """A message to some of those at an event, from its time on. Withdrawing stamps it; nothing is deleted."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="announcements")
    audience = models.CharField(_("for"), max_length=12, choices=Audience, default=Audience.ALL)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="announcements"
    )
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(
        _("text"), max_length=10_000, help_text=_("Markdown; formulas between dollar signs.")
    )
    pinned = models.BooleanField(_("pinned"), default=False, help_text=_("Stays above the others."))
    by_mail = models.BooleanField(_("also by e-mail"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    published_at = models.DateTimeField(_("shown from"))
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = EventAnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement of an event")
        verbose_name_plural = _("announcements of events")
        ordering = ["-pinned", "-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience=Audience.TEAM, team__isnull=False)
                | (~models.Q(audience=Audience.TEAM) & models.Q(team__isnull=True)),
                name="announcement_names_a_team_if_for_one",
            )
        ]
        indexes = [
            models.Index(
                fields=["published_at"],
                condition=models.Q(by_mail=True, mailed_at__isnull=True, withdrawn_at__isnull=True),
                name="announcement_to_mail",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def is_out(self, now: datetime) -> bool:
        """Whether people may have read it."""
        return self.published_at <= now


class Reading(models.Model):
    """Somebody has had an announcement before their eyes."""

    announcement = models.ForeignKey(EventAnnouncement, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["announcement", "user"], name="read_once_a_person")]

    def __str__(self) -> str:
        return f"{self.user}, {self.announcement}"


class Reminder(models.Model):
    """People were reminded of a deadline: so long before it, and of that very deadline, once."""

    class Deadline(models.TextChoices):
        """What ends."""

        REGISTRATION = "registration", _("registration")
        SUBMISSION = "submission", _("submission")

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="reminders")
    deadline = models.CharField(_("deadline"), max_length=12, choices=Deadline)
    due_at = models.DateTimeField(_("ends"))
    hours = models.PositiveSmallIntegerField(_("hours before"))
    sent_at = models.DateTimeField(_("sent"))
    people = models.PositiveIntegerField(_("people"), default=0)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["hackathon", "deadline", "due_at", "hours"], name="reminded_once_a_deadline_and_lead"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hackathon}: {self.get_deadline_display()}, {self.hours} h"
