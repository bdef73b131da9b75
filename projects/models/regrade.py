"""Grading everything again: in the shadow first, applied when somebody has read what would change."""

from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models.challenge import Challenge
from projects.models.submission import Gradable, Submission


class Regrade(models.Model):
    """One decision to grade a challenge's hand-ins again. Nobody's points change until it is applied."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="regrades")
    reason = models.CharField(_("reason"), max_length=200)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    begun_at = models.DateTimeField(_("begun"))
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    discarded_at = models.DateTimeField(_("discarded"), null=True, blank=True)

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge"],
                condition=models.Q(applied_at__isnull=True, discarded_at__isnull=True),
                name="one_open_regrade_a_challenge",
            )
        ]

    def __str__(self) -> str:
        return f"{self.challenge}, {self.begun_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """Return the address of the report."""
        return reverse("projects:regrade", args=[self.challenge.course.slug, self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it is still in the shadow."""
        return self.applied_at is None and self.discarded_at is None


class ShadowQuerySet(models.QuerySet["Shadow"]):
    """Shadows by what is to be done with them."""

    def ungraded(self) -> Self:
        """Keep those the grader still has to do."""
        undecided = Regrade.objects.filter(applied_at=None, discarded_at=None)
        mine = undecided.filter(pk=models.OuterRef("regrade_id"))
        return self.filter(models.Exists(mine), graded_at=None, failed_at=None)

    def in_queue_order(self) -> Self:
        """Put the oldest first."""
        return self.order_by("pk")


class Shadow(Gradable):
    """What one hand-in would get."""

    regrade = models.ForeignKey(Regrade, on_delete=models.CASCADE, related_name="shadows")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="shadows")
    #: The run of the hand-in when the shadow was drawn; a hand-in graded since then keeps its newer grade.
    submission_run = models.PositiveIntegerField(_("run of the hand-in"))

    objects = ShadowQuerySet.as_manager()

    class Meta:
        verbose_name = _("shadow grade")
        verbose_name_plural = _("shadow grades")
        constraints = [
            models.UniqueConstraint(fields=["regrade", "submission"], name="one_shadow_a_submission")
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(graded_at__isnull=True, failed_at__isnull=True),
                name="shadow_queue",
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission}"


def shadow_of(submission: Submission, regrade: Regrade) -> Shadow:
    """Return a shadow that draws the same inputs as the hand-in had, so that only the grader differs."""
    return Shadow(regrade=regrade, submission=submission, seed=submission.seed, submission_run=submission.run)
