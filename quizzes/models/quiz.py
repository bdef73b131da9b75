"""A quiz: questions in order, a time limit, and when it is open."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, Week
from quizzes.models.question import Question


class Quiz(models.Model):
    """A timed quiz of a course. Its state follows from its times; nothing has to run to open or close it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="quizzes")
    week = models.ForeignKey(Week, on_delete=models.SET_NULL, null=True, blank=True, related_name="quizzes")
    title = models.CharField(_("title"), max_length=200)
    intro = models.TextField(_("introduction"), blank=True, help_text=_("Markdown."))
    time_limit_seconds = models.PositiveIntegerField(
        _("time limit (seconds)"),
        null=True,
        blank=True,
        default=360,
        validators=[MinValueValidator(10), MaxValueValidator(24 * 3600)],
        help_text=_("Empty: only the closing time counts."),
    )
    grace_seconds = models.PositiveSmallIntegerField(
        _("grace (seconds)"),
        default=5,
        validators=[MaxValueValidator(120)],
        help_text=_("Answers that arrive this long after the end still count; students are told."),
    )
    max_attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=1, validators=[MinValueValidator(1)]
    )
    shuffle_questions = models.BooleanField(_("shuffle the questions"), default=False)
    shuffle_options = models.BooleanField(_("shuffle the options"), default=True)
    published_at = models.DateTimeField(
        _("shown to students from"), null=True, blank=True, help_text=_("Empty: only staff see it.")
    )
    opens_at = models.DateTimeField(
        _("opens"), null=True, blank=True, help_text=_("Empty: when an instructor opens it.")
    )
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    review_released_at = models.DateTimeField(
        _("review released"),
        null=True,
        blank=True,
        help_text=_("From then on students see scores and right answers."),
    )

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["course", "week", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__isnull=True)
                | models.Q(opens_at__isnull=True)
                | models.Q(closes_at__gte=models.F("opens_at")),
                name="quiz_closes_after_opening",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the quiz's page, the one that is shared."""
        return reverse("quizzes:quiz", args=[self.course.slug, self.pk])

    @property
    def deadline_key(self) -> str:
        """The quiz's name in extensions."""
        return f"quiz:{self.pk}"

    @property
    def time_limit(self) -> timedelta | None:
        """How long one attempt may take."""
        return None if self.time_limit_seconds is None else timedelta(seconds=self.time_limit_seconds)

    @property
    def grace(self) -> timedelta:
        """How long after the end answers still count."""
        return timedelta(seconds=self.grace_seconds)

    def is_open(self, now: datetime) -> bool:
        """Whether attempts may start, extensions aside."""
        return self.has_opened(now) and (self.closes_at is None or now < self.closes_at)

    def has_opened(self, now: datetime) -> bool:
        """Whether it has been open at some time."""
        return self.opens_at is not None and self.opens_at <= now

    def is_reviewable(self, now: datetime) -> bool:
        """Whether students may see scores and right answers."""
        return self.review_released_at is not None and self.review_released_at <= now


class Slot(models.Model):
    """A question's place in a quiz."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField(_("position"), validators=[MinValueValidator(1)])
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="slots")
    points = models.DecimalField(
        _("points"), max_digits=6, decimal_places=2, default=1, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("question of the quiz")
        verbose_name_plural = _("questions of the quiz")
        ordering = ["quiz", "position"]
        constraints = [models.UniqueConstraint(fields=["quiz", "position"], name="slot_position_once_a_quiz")]

    def __str__(self) -> str:
        return f"{self.position}. {self.question}"
