"""After the quiz: a key that was mended, and questions that students ask to be looked at again."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.leased import Leased
from quizzes.models.attempt import AttemptItem
from quizzes.models.question import QuestionVersion
from quizzes.models.quiz import Quiz


class RegradeQuerySet(models.QuerySet["Regrade"]):
    """Regrades by state."""

    def open(self) -> Self:
        """Keep those that can still be applied or discarded."""
        return self.filter(applied_at=None, discarded_at=None)

    def to_compare(self) -> Self:
        """Keep those that a worker must still compare."""
        return self.open().filter(compared_at=None)


class Regrade(Leased):
    """The answers to one question of a quiz, scored again; a worker compares, a person reads and applies."""

    class Mode(models.TextChoices):
        KEY = "key", _("by the mended key")
        WAIVE = "waive", _("all points for everybody who was asked it")

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="regrades")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="regrades")
    mode = models.CharField(_("how"), max_length=5, choices=Mode, default=Mode.KEY)
    reason = models.CharField(_("reason"), max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("begun"))
    compared_at = models.DateTimeField(_("compared"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    discarded_at = models.DateTimeField(_("discarded"), null=True, blank=True)

    objects = RegradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz"],
                condition=models.Q(applied_at__isnull=True, discarded_at__isnull=True),
                name="one_open_regrade_a_quiz",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quiz}: {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be applied or discarded."""
        return self.applied_at is None and self.discarded_at is None


class RegradeChange(models.Model):
    """What a regrade would change for one student."""

    regrade = models.ForeignKey(Regrade, on_delete=models.CASCADE, related_name="changes")
    item = models.ForeignKey(AttemptItem, on_delete=models.CASCADE, related_name="+")
    before = models.FloatField(_("points before"), null=True)
    after = models.FloatField(_("points after"), null=True)

    class Meta:
        verbose_name = _("change by a regrade")
        verbose_name_plural = _("changes by regrades")
        ordering = ["regrade", "pk"]
        constraints = [models.UniqueConstraint(fields=["regrade", "item"], name="changed_once_a_regrade")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.before} -> {self.after}"


class SecondLook(models.Model):
    """A student asks for the grading of an answer to be looked at again, and sees what came of it."""

    item = models.OneToOneField(AttemptItem, on_delete=models.CASCADE, related_name="second_look")
    text = models.TextField(_("why"), max_length=2000)
    asked_at = models.DateTimeField(_("asked"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for a second look")
        verbose_name_plural = _("requests for a second look")
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.text[:40]}"
