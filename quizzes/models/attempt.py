"""What a student does with a quiz: an attempt, its questions, and an append-only log of answers."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from quizzes.models.question import QuestionVersion
from quizzes.models.quiz import Quiz, Slot


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts by state at a time."""

    def accepting(self, now: datetime) -> Self:
        """Keep those that still take answers, the grace included."""
        return self.filter(models.Q(accepts_until=None) | models.Q(accepts_until__gt=now), finished_at=None)

    def overdue(self, now: datetime) -> Self:
        """Keep those whose time is up and that nobody has closed yet."""
        return self.filter(finished_at=None, accepts_until__lte=now)


class Attempt(models.Model):
    """One student's go at a quiz. The stored deadline decides; only extensions move it."""

    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField(_("attempt"), default=1)
    seed = models.BigIntegerField(_("seed"), help_text=_("Decides the order of questions and options."))
    started_at = models.DateTimeField(_("started"))
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    accepts_until = models.DateTimeField(_("takes answers until"), null=True, blank=True)
    last_saved_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    finished_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    receipt = models.CharField(_("receipt"), max_length=64, blank=True)
    score = models.FloatField(_("score"), null=True, blank=True)
    max_score = models.FloatField(_("most points"), default=0)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["quiz", "user", "number"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "user", "number"], name="attempt_number_once_a_student")
        ]
        indexes = [
            models.Index(
                fields=["accepts_until"],
                condition=models.Q(finished_at__isnull=True),
                name="attempt_running",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.quiz}, {self.number}"

    def seconds_left(self, now: datetime) -> float | None:
        """Return how long answers may still be written; None means without end."""
        if self.deadline is None:
            return None
        return max(0.0, (self.deadline - now).total_seconds()) if self.finished_at is None else 0.0

    def is_accepting(self, now: datetime) -> bool:
        """Whether an answer arriving now counts, the grace included."""
        return self.finished_at is None and (self.accepts_until is None or now < self.accepts_until)


class AttemptItem(models.Model):
    """A question as this student got it: which version, in which order of options, and what it earned."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"))
    slot = models.ForeignKey(Slot, on_delete=models.SET_NULL, null=True, related_name="items")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="items")
    option_order: "models.JSONField[list[int], list[int]]" = models.JSONField(
        _("order of the options"), default=list
    )
    variant: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("variant"), default=dict, blank=True, help_text=_("What was drawn for this student, with its key.")
    )
    max_points = models.FloatField(_("points"))
    points = models.FloatField(_("earned"), null=True, blank=True)

    class Meta:
        verbose_name = _("question of the attempt")
        verbose_name_plural = _("questions of the attempt")
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="item_position_once_an_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.version.question}"

    @property
    def data(self) -> dict[str, Any]:
        """The question's details as this student got them: the author's and the variant's."""
        return self.version.data | self.variant


class Answer(models.Model):
    """One saved state of one answer; rows are added, never changed, so the whole attempt can be replayed.

    `client` names the browser tab and `seq` counts its saves: a repeated save adds nothing, and of one tab's
    saves the one with the highest `seq` counts, in whatever order they arrive.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField(_("position"))
    client = models.CharField(_("browser tab"), max_length=36)
    seq = models.PositiveIntegerField(_("count of its saves"))
    value: "models.JSONField[list[str], list[str]]" = models.JSONField(_("answer"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["attempt", "pk"]
        constraints = [models.UniqueConstraint(fields=["attempt", "client", "seq"], name="answer_saved_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}: {self.value}"
