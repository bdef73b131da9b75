"""Exercises that instructors of a course wrote, in one file each."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models import Course
from classroom.models.leased import Leased


class CustomExerciseQuerySet(models.QuerySet["CustomExercise"]):
    """Versions by what is known of them."""

    def sound(self) -> Self:
        """Keep those that a worker has proven."""
        return self.filter(proven_at__isnull=False, faults=[])

    def unproven(self) -> Self:
        """Keep those that wait for a worker."""
        return self.filter(proven_at=None)


class CustomExercise(Leased):
    """One version of an exercise's file, never changed: hand-ins name the version that graded them."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="custom_exercises")
    slug = models.CharField(_("id"), max_length=40)
    number = models.PositiveIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=200)
    source = models.TextField(_("file"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    proven_at = models.DateTimeField(_("proven"), null=True, blank=True)
    faults: "models.JSONField[list[str], list[str]]" = models.JSONField(_("faults"), default=list, blank=True)

    objects = CustomExerciseQuerySet.as_manager()

    class Meta:
        verbose_name = _("exercise of one's own")
        verbose_name_plural = _("exercises of one's own")
        ordering = ["course", "slug", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "slug", "number"], name="exercise_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.number}"

    @property
    def name(self) -> str:
        """What challenges and hand-ins call this version."""
        return f"custom/{self.pk}"

    @property
    def is_sound(self) -> bool:
        """Whether it may grade."""
        return self.proven_at is not None and not self.faults
