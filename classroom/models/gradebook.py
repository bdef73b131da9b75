"""What counts for the grade: categories, columns, marks that staff gave, and what it takes to pass."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course

#: More points than any piece of work has; a bound also keeps "not a number" out of the table.
MOST_POINTS = 100_000
MOST_REASON = 300


class PassingRule(models.Model):
    """What a student needs in order to pass; without one a course gives points and nobody passes or fails."""

    class Kind(models.TextChoices):
        """What is counted."""

        PERCENT = "percent", _("Percent of the course")
        POINTS = "points", _("Points in all")

    course = models.OneToOneField(
        Course, on_delete=models.CASCADE, primary_key=True, related_name="passing_rule"
    )
    kind = models.CharField(_("what counts"), max_length=8, choices=Kind, default=Kind.PERCENT)
    least = models.DecimalField(
        _("at least"),
        max_digits=8,
        decimal_places=2,
        default=Decimal(50),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(MOST_POINTS))],
    )

    class Meta:
        verbose_name = _("rule for passing")
        verbose_name_plural = _("rules for passing")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(least__gt=0, least__lte=MOST_POINTS),
                name="passing_rule_asks_for_something",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["percent", "points"]), name="passing_rule_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.least} {self.kind}"


class GradeCategory(models.Model):
    """Columns that count together, such as "Quizzes".

    With a weight it counts so many percent of the course; where no category has one, all points are one sum.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="grade_categories")
    title = models.CharField(_("title"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0, editable=False)
    weight = models.DecimalField(
        _("weight in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("Empty in all categories: points are added up as they are."),
    )
    drop_lowest = models.PositiveSmallIntegerField(
        _("results dropped"),
        default=0,
        validators=[MaxValueValidator(50)],
        help_text=_("Those are dropped without which the rest is the largest share of its points."),
    )

    class Meta:
        verbose_name = _("category of the gradebook")
        verbose_name_plural = _("categories of the gradebook")
        ordering = ["course", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["course", "title"], name="grade_category_once_a_course"),
            models.CheckConstraint(
                condition=models.Q(weight__isnull=True) | models.Q(weight__gte=0, weight__lte=100),
                name="grade_category_weighs_0_to_100",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class GradeColumn(models.Model):
    """Something that gives points: a quiz or challenge, whose scores come from it, or one with marks alone.

    `item` is the work's `deadline_key`, for example "quiz:12"; empty for a column of the gradebook's own.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="grade_columns")
    category = models.ForeignKey(
        GradeCategory, on_delete=models.PROTECT, related_name="columns", verbose_name=_("category")
    )
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0, editable=False)
    item = models.CharField(_("piece of work"), max_length=40, blank=True, editable=False)
    points = models.FloatField(
        _("points"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(MOST_POINTS)],
        help_text=_("0: whatever is earned comes on top."),
    )
    keep = models.BooleanField(_("never dropped"), default=False)
    released_at = models.DateTimeField(_("shown to students since"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("column of the gradebook")
        verbose_name_plural = _("columns of the gradebook")
        ordering = ["category__position", "category", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "item"], condition=~models.Q(item=""), name="work_once_a_gradebook"
            ),
            models.CheckConstraint(
                condition=~models.Q(item="") | models.Q(points__isnull=False),
                name="grade_column_of_its_own_has_points",
            ),
            models.CheckConstraint(
                condition=models.Q(points__isnull=True) | models.Q(points__gte=0, points__lte=MOST_POINTS),
                name="grade_column_points_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_released(self, now: datetime) -> bool:
        """Whether students see what is in it."""
        return self.released_at is not None and self.released_at <= now


class Given(models.Model):
    """What somebody of the staff gave for one piece of work: points, an excuse, or neither: taken back."""

    points = models.FloatField(_("points"), null=True, blank=True)
    excused = models.BooleanField(_("excused"), default=False)
    reason = models.CharField(_("reason"), max_length=MOST_REASON, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    revision = models.PositiveIntegerField(_("revision"))

    class Meta:
        abstract = True


class GradeMarkQuerySet(models.QuerySet["GradeMark"]):
    """Marks by whether they say anything."""

    def standing(self) -> Self:
        """Keep those that were not taken back."""
        return self.filter(models.Q(points__isnull=False) | models.Q(excused=True))


class GradeMark(Given):
    """The mark that stands; where there is one, it counts instead of the work's own score.

    `revision` goes up with every change: whoever saves names the one they saw, so nobody writes over what
    they have not seen.
    """

    column = models.ForeignKey(GradeColumn, on_delete=models.CASCADE, related_name="marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grade_marks")

    objects = GradeMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(fields=["column", "user"], name="one_mark_a_column_and_person"),
            models.CheckConstraint(
                condition=models.Q(points__isnull=True)
                | models.Q(points__gte=0, points__lte=MOST_POINTS, excused=False),
                name="mark_is_points_or_excused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column}, {self.user}: {'EX' if self.excused else self.points}"

    @property
    def stands(self) -> bool:
        """Whether it says anything; one that was taken back leaves the work's own score."""
        return self.excused or self.points is not None


class GradeChange(Given):
    """One change of a mark. Rows are added, never changed."""

    mark = models.ForeignKey(GradeMark, on_delete=models.CASCADE, related_name="changes")
    computed = models.FloatField(
        _("the work's own points then"), null=True, help_text=_("What the mark was given instead of.")
    )

    class Meta:
        verbose_name = _("change of a mark")
        verbose_name_plural = _("changes of marks")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["mark", "revision"], name="revision_once_a_mark")]

    def __str__(self) -> str:
        return f"{self.mark_id}, {self.revision}: {'EX' if self.excused else self.points}"


class GradeUpload(models.Model):
    """The table of marks that somebody uploaded last and has not imported yet; a newer one replaces it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("file name"), max_length=120)
    content = models.BinaryField(_("content"))
    created_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("table of marks")
        verbose_name_plural = _("tables of marks")
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="grade_upload_once_a_person")]

    def __str__(self) -> str:
        return self.name
