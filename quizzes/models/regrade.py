"""After the quiz: a key that was mended, and questions that students ask to be looked at again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from quizzes.models.attempt import AttemptItem
from quizzes.models.question import QuestionVersion
from quizzes.models.quiz import Quiz


class Regrade(models.Model):
    """The answers to one question of a quiz, scored again by a mended version; first shown, then applied."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="regrades")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="regrades")
    reason = models.CharField(_("reason"), max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("begun"))
    compared_at = models.DateTimeField(_("compared"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.quiz}: {self.version}"


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
