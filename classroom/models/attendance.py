"""Who was at which session."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.agenda import ScheduleItem
from classroom.models.course import Course


class Attendance(models.Model):
    """A person's mark at one session. Who has none was not asked about; each change is in the audit log."""

    class Status(models.TextChoices):
        """How it went; late is there, excused is not counted as missed."""

        PRESENT = "present", _("present")
        LATE = "late", _("late")
        EXCUSED = "excused", _("excused")
        ABSENT = "absent", _("absent")

    class Source(models.TextChoices):
        """Who says so. What staff marked is changed by staff only."""

        STAFF = "staff", _("marked by staff")
        CODE = "code", _("by the code in the room")
        ZOOM = "zoom", _("from the video call's table")
        REST = "rest", _("not among those who were there")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="attendance")
    # Restricted, not cascading: a session that somebody was marked at is not deleted with its marks.
    session = models.ForeignKey(ScheduleItem, on_delete=models.RESTRICT, related_name="attendance")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attendance")
    status = models.CharField(_("status"), max_length=8, choices=Status)
    source = models.CharField(_("source"), max_length=5, choices=Source)
    minutes = models.PositiveIntegerField(_("minutes in the video call"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        indexes = [models.Index(fields=["course", "user"], name="attendance_of_a_person")]
        constraints = [
            models.UniqueConstraint(fields=["session", "user"], name="attendance_once_a_session"),
            models.CheckConstraint(
                condition=models.Q(status__in=["present", "late", "excused", "absent"]),
                name="attendance_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.session}: {self.get_status_display()}"
