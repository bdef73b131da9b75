"""What happens when: the schedule."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course, Week


class ScheduleItem(models.Model):
    """Something with a time and a place: a session, a break, a deadline, an event."""

    class Kind(models.TextChoices):
        """What sort of thing it is."""

        SESSION = "session", _("Session")
        QUIZ = "quiz", _("Quiz")
        WORKSHOP = "workshop", _("Workshop")
        TALK = "talk", _("Talk")
        BREAK = "break", _("Break")
        DEADLINE = "deadline", _("Deadline")
        FESTIVAL = "festival", _("Festival")
        HACKATHON = "hackathon", _("Hackathon")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="schedule")
    week = models.ForeignKey(Week, on_delete=models.SET_NULL, null=True, blank=True, related_name="schedule")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.SESSION)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    url = models.URLField(_("link"), blank=True)

    class Meta:
        verbose_name = _("schedule item")
        verbose_name_plural = _("schedule items")
        ordering = ["starts_at", "ends_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")), name="schedule_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.title
