"""A hackathon's schedule: what happens (sessions), where (rooms) and when (slots of a draft or a version).

What a session is, its title for one, is the same in every version and changes at once; where and when it
is belongs to a version and changes with the next release.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from classroom.models import User
from classroom.models.calendar import new_calendar_token
from projects.models.hackathon import Hackathon
from projects.models.link import LinkField
from projects.models.team import Team


class Room(models.Model):
    """A place of the event, in a building or in a video call."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(_("name"), max_length=80)
    url = LinkField(_("link"), blank=True, help_text=_("Of the video call or the way there."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), "hackathon", name="room_name_once_a_hackathon"),
        ]

    def __str__(self) -> str:
        return self.name


class Session(models.Model):
    """Something that happens: a talk, a pitch, a break. `uid` names it in calendars for good."""

    class Kind(models.TextChoices):
        """What sort of thing it is."""

        SESSION = "session", _("Session")
        TALK = "talk", _("Talk")
        WORKSHOP = "workshop", _("Workshop")
        MENTORS = "mentors", _("Mentors' hour")
        PITCH = "pitch", _("Pitch")
        BREAK = "break", _("Break")

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="sessions")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.SESSION)
    title = models.CharField(_("title"), max_length=200)
    abstract = models.TextField(_("description"), max_length=5000, blank=True, help_text=_("Markdown."))
    track = models.CharField(_("track"), max_length=80, blank=True)
    speakers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="speaking_at", blank=True)
    speaker_names = models.CharField(
        _("speakers from elsewhere"), max_length=300, blank=True, help_text=_("Names, with commas between.")
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("team"),
        help_text=_("Whose pitch or mentors' hour it is."),
    )

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def named_speakers(self) -> list[str]:
        """The speakers without an account."""
        return [name.strip() for name in self.speaker_names.split(",") if name.strip()]


class Schedule(models.Model):
    """The draft (without a version), or one of the versions released from it, which never change."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="schedules")
    version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["hackathon", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["hackathon"],
                condition=models.Q(version__isnull=True),
                name="one_draft_schedule_a_hackathon",
            ),
            models.UniqueConstraint(
                fields=["hackathon", "version"], name="schedule_version_once_a_hackathon"
            ),
            models.CheckConstraint(
                condition=models.Q(version__isnull=True, released_at__isnull=True)
                | models.Q(version__gte=1, released_at__isnull=False),
                name="schedule_is_a_draft_or_released",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hackathon}, {self.version or _('draft')}"


class Slot(models.Model):
    """Where and when a session is in one schedule; without a room it is for everybody, everywhere."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="slots")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="slots")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="slots")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at", "room__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "session"], name="session_once_a_schedule"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="slot_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}, {self.starts_at:%Y-%m-%d %H:%M}"


class Availability(models.Model):
    """When a room or a person can be had. Whoever has none stated always can."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="availabilities")
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, null=True, blank=True, related_name="availabilities"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(room__isnull=True, user__isnull=False)
                | models.Q(room__isnull=False, user__isnull=True),
                name="availability_of_a_room_or_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="availability_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room or self.user}, {self.starts_at:%Y-%m-%d %H:%M}"


class CalendarToken(models.Model):
    """The secret in the addresses of a person's calendars; a new one shuts the old addresses."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=64, unique=True, default=new_calendar_token)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["hackathon", "user"], name="one_calendar_token_a_person_and_hackathon"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.hackathon}"
