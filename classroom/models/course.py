"""A course and its weeks: what is learned when."""

from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Course(models.Model):
    """One run of a course in one term; the unit of roles, time zone and language."""

    slug = models.SlugField(_("short name in links"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    term = models.CharField(_("term"), max_length=60, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    language = models.CharField(_("language"), max_length=8, default="en")
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    max_missed_sessions = models.PositiveSmallIntegerField(_("sessions that may be missed"), default=2)
    max_team_size = models.PositiveSmallIntegerField(
        _("largest team"), default=4, validators=[MinValueValidator(1)]
    )
    mattermost_webhook = models.URLField(
        _("Mattermost webhook"),
        blank=True,
        help_text=_("An incoming webhook's address. It is a secret: whoever has it can post."),
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["-starts_on", "title"]

    def __str__(self) -> str:
        return f"{self.title} ({self.term})" if self.term else self.title

    def get_absolute_url(self) -> str:
        """Return the address of the course's first page."""
        return reverse("course", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the course's times are meant."""
        return ZoneInfo(self.time_zone)


class Week(models.Model):
    """A week's page: goals, topics with their bibliography, homework for the next week."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="weeks")
    number = models.PositiveSmallIntegerField(
        _("number"), validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    title = models.CharField(_("title"), max_length=200)
    goals = models.TextField(_("goals"), blank=True, help_text=_("Markdown; formulas between dollar signs."))
    for_next_week = models.TextField(_("for the next week"), blank=True, help_text=_("Markdown."))
    starts_at = models.DateTimeField(_("begins"))
    released_at = models.DateTimeField(_("shown to students from"), null=True, blank=True)
    video_call_url = models.URLField(_("link of the video call"), blank=True)
    recording_url = models.URLField(_("link of the recording"), blank=True)

    class Meta:
        verbose_name = _("week")
        verbose_name_plural = _("weeks")
        ordering = ["course", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="week_number_once_a_course")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        """Return the address of the week's page."""
        return reverse("week", args=[self.course.slug, self.number])


class Topic(models.Model):
    """A section of a week's page, such as "Autoencoders"."""

    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="topics")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown; formulas between dollar signs."))

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["week", "position"]
        constraints = [
            models.UniqueConstraint(fields=["week", "position"], name="topic_position_once_a_week")
        ]

    def __str__(self) -> str:
        return self.title


class Reference(models.Model):
    """An entry of a topic's bibliography."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="references")
    number = models.PositiveSmallIntegerField(_("number"))
    citation = models.TextField(_("citation"))
    url = models.URLField(_("link"), blank=True)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["topic", "number"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="reference_number_once_a_topic")
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.citation}"
