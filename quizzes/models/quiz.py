"""A quiz: questions in order, a time limit, and when it is open."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, Week
from quizzes.models.question import Category, Question


class Marking(models.TextChoices):
    """How answers become points."""

    PLAIN = "plain", _("By the answer alone")
    CERTAINTY = "certainty", _("With certainty: how sure one is counts, too")


class Counts(models.TextChoices):
    """Which of several attempts counts."""

    BEST = "best", _("the best")
    LAST = "last", _("the last")
    FIRST = "first", _("the first")
    MEAN = "mean", _("the mean of all")


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
    counts = models.CharField(
        _("of several attempts counts"), max_length=5, choices=Counts, default=Counts.BEST
    )
    marking = models.CharField(_("marking"), max_length=10, choices=Marking, default=Marking.PLAIN)
    practice = models.BooleanField(
        _("practice"),
        default=False,
        help_text=_("Every answer can be checked at once, hints are free, and nothing counts."),
    )
    hint_cost_percent = models.PositiveSmallIntegerField(
        _("a hint costs (percent of the question's points)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("Empty: no hints in this quiz."),
    )
    access_code = models.CharField(
        _("access code"),
        max_length=40,
        blank=True,
        help_text=_("Asked for before the start; say it in the room. Empty: none."),
    )
    lobby = models.BooleanField(
        _("everybody starts together"),
        default=False,
        help_text=_("Students wait in a lobby; one button starts all of them, with one clock for everybody."),
    )
    anonymous = models.BooleanField(
        _("open to guests"),
        default=False,
        help_text=_(
            "Whoever has the link or code can take part without an account, under a name of their own."
        ),
    )
    join_code = models.CharField(_("join code"), max_length=12, unique=True, null=True, blank=True)
    outage_cap_seconds = models.PositiveSmallIntegerField(
        _("time given back after an outage (seconds, at most)"),
        default=0,
        validators=[MaxValueValidator(3600)],
        help_text=_("Time without connection is measured and given back, up to this much in one attempt."),
    )
    watch_focus = models.BooleanField(
        _("note when the page is left"),
        default=False,
        help_text=_("A signal for instructors only, never a verdict. Students are told."),
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
    #: What students see in each phase: {"during": [...], "right_after": [...], "while_open": [...],
    #: "after_close": [...]}, of `quizzes.phases.Shown`. A released review shows everything.
    review: "models.JSONField[dict[str, list[str]], dict[str, list[str]]]" = models.JSONField(
        _("review"), default=dict, blank=True
    )
    review_released_at = models.DateTimeField(
        _("review released"),
        null=True,
        blank=True,
        help_text=_("From then on students see scores and right answers."),
    )
    review_forced = models.BooleanField(
        _("released while somebody may still write"),
        default=False,
        help_text=_("Otherwise a release waits until the quiz is over for everybody, extensions included."),
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
    def questions(self) -> int:
        """How many questions a student gets, draws included; one query."""
        return self.slots.aggregate(questions=models.Sum("count"))["questions"] or 0

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

    def clock_start(self, started_at: datetime) -> datetime:
        """Return from when the time limit of an attempt begun at `started_at` runs.

        Who starts together shares one clock: it runs from the opening, for latecomers, too.
        """
        return self.opens_at if self.lobby and self.opens_at is not None else started_at

    def is_published(self, now: datetime) -> bool:
        """Whether students may know of it."""
        return self.published_at is not None and self.published_at <= now

    def is_open(self, now: datetime) -> bool:
        """Whether attempts may start, extensions aside."""
        return self.has_opened(now) and (self.closes_at is None or now < self.closes_at)

    def has_opened(self, now: datetime) -> bool:
        """Whether it has been open at some time."""
        return self.opens_at is not None and self.opens_at <= now

    def has_closed(self, now: datetime) -> bool:
        """Whether its closing time is past, extensions aside."""
        return self.closes_at is not None and self.closes_at <= now


class Section(models.Model):
    """A part of a quiz with a title of its own, such as "Pooling"."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    intro = models.TextField(_("introduction"), blank=True, help_text=_("Markdown."))

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["quiz", "position"]

    def __str__(self) -> str:
        return self.title


class Slot(models.Model):
    """A place in a quiz: one question, or so many drawn at random from a category for every student."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="slots")
    section = models.ForeignKey(
        Section, on_delete=models.SET_NULL, null=True, blank=True, related_name="slots"
    )
    position = models.PositiveSmallIntegerField(_("position"), validators=[MinValueValidator(1)])
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, null=True, blank=True, related_name="slots"
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="slots",
        verbose_name=_("drawn from"),
    )
    count = models.PositiveSmallIntegerField(
        _("how many are drawn"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    points = models.DecimalField(
        _("points"),
        max_digits=6,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0)],
        help_text=_("Of each question."),
    )

    class Meta:
        verbose_name = _("question of the quiz")
        verbose_name_plural = _("questions of the quiz")
        ordering = ["quiz", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "position"], name="slot_position_once_a_quiz"),
            models.CheckConstraint(
                condition=models.Q(question__isnull=True) ^ models.Q(category__isnull=True),
                name="slot_is_a_question_or_a_draw",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.question or self.category}"
