"""The question bank: questions and their versions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models import Course


class Kind(models.TextChoices):
    """What is asked for; `quizzes.kinds` has a module for each."""

    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    TRUE_FALSE = "true_false", _("True or false")
    NUMERIC = "numeric", _("Number")
    SHORT_TEXT = "short_text", _("Short text")
    SHAPES = "shapes", _("Output shapes and parameters")
    BACKPROP = "backprop", _("Backpropagation by hand")
    CONVOLUTION = "convolution", _("Convolution by hand")
    GRADIENT_FORMULA = "gradient_formula", _("Gradient as a formula")
    LOSS_CURVE = "loss_curve", _("Loss curves")
    BOUNDARY = "boundary", _("Decision boundary")


class Category(models.Model):
    """A drawer of a course's question bank."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="question_categories")
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["course", "name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="category_name_once_a_course")]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """A question of the bank. What it says is in its versions; the newest is given to new attempts."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="questions")
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="questions"
    )
    name = models.CharField(_("name in the bank"), max_length=200)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["course", "name", "pk"]

    def __str__(self) -> str:
        return self.name


class QuestionVersion(models.Model):
    """What a question says, never changed once given to somebody: a change is a new version.

    `data` is what the kind needs, for example the options and which are right; see the kind's module.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    body = models.TextField(_("question"), help_text=_("Markdown; formulas between dollar signs."))
    data: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("details"), default=dict)
    explanation = models.TextField(_("explanation"), blank=True, help_text=_("Shown in the review."))
    created_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="version_number_once_a_question")
        ]

    def __str__(self) -> str:
        return f"{self.question} (version {self.number})"

    def clean(self) -> None:
        """Refuse details that are no object; the kinds check the rest."""
        if not isinstance(self.data, dict):
            raise ValidationError({"data": _("The details must be a JSON object.")})
