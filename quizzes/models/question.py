"""The question bank: questions, their versions, and the pictures in them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
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
    MATCHING = "matching", _("Matching")
    ORDERING = "ordering", _("Ordering")
    CLOZE = "cloze", _("Text with gaps")
    MATRIX = "matrix", _("Matrix")
    NUMPY_LINE = "numpy_line", _("One line of numpy")
    ESSAY = "essay", _("Essay")
    SHAPES = "shapes", _("Output shapes and parameters")
    BACKPROP = "backprop", _("Backpropagation by hand")
    CONVOLUTION = "convolution", _("Convolution by hand")
    GRADIENT_FORMULA = "gradient_formula", _("Gradient as a formula")
    LOSS_CURVE = "loss_curve", _("Loss curves")
    BOUNDARY = "boundary", _("Decision boundary")


class Category(models.Model):
    """A drawer of a course's question bank. A slash in the name puts it into another: "Week 7/Pooling"."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="question_categories")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["course", "name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="category_name_once_a_course")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word by which a course's questions are found."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="question_tags")
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["course", "name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="tag_name_once_a_course")]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """A question of the bank. What it says is in its versions; the newest is given to new attempts."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="questions")
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="questions"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="questions", verbose_name=_("tags"))
    name = models.CharField(_("name in the bank"), max_length=200)
    reference = models.CharField(
        _("reference"),
        max_length=100,
        blank=True,
        help_text=_("An identifier that imports and exports keep."),
    )
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
    hints: "models.JSONField[list[str], list[str]]" = models.JSONField(_("hints"), default=list, blank=True)
    points = models.DecimalField(
        _("points"), max_digits=6, decimal_places=2, default=1, validators=[MinValueValidator(0)]
    )
    penalty = models.FloatField(
        _("penalty"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("The share of the points that a wrong answer costs; 0: a wrong answer costs nothing."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
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


class QuestionImage(models.Model):
    """A picture in questions, as the site re-encoded it; Markdown names it `![text](image:<digest>)`."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="question_images")
    digest = models.CharField(_("SHA-256 of the content"), max_length=64)
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=30)
    width = models.PositiveSmallIntegerField(_("width (pixels)"))
    height = models.PositiveSmallIntegerField(_("height (pixels)"))
    content = models.BinaryField(_("content"))
    created_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["course", "-created_at"]
        constraints = [models.UniqueConstraint(fields=["course", "digest"], name="picture_once_a_course")]

    def __str__(self) -> str:
        return self.name
