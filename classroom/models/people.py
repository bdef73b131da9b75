"""Who takes part in a course, in which role, and with which allowances."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course


class Role(models.TextChoices):
    """What a person may do in a course."""

    GUEST = "guest", _("Guest: takes part in one quiz without an account")
    STUDENT = "student", _("Student")
    VIEWER = "viewer", _("Viewer: sees what staff see, changes nothing")
    ASSISTANT = "assistant", _("Assistant: grades and helps")
    INSTRUCTOR = "instructor", _("Instructor: runs the course")


class Enrolment(models.Model):
    """A person's place in a course. Leaving stamps `left_at`; the history stays."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.STUDENT)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    feedback_read_at = models.DateTimeField(
        _("feedback read"), null=True, blank=True, editable=False, help_text=_("What came before is no news.")
    )

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="enrolled_once_a_course"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="enrolment_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.course}"


class Group(models.Model):
    """Some of a course's students, such as a tutorial group; extensions can be given to a group."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(_("name"), max_length=100)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="course_groups", blank=True, verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["course", "name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="group_name_once_a_course")]

    def __str__(self) -> str:
        return self.name


class Accommodation(models.Model):
    """A student's standing allowance in a course: every time limit is multiplied by it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="accommodations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="accommodations"
    )
    time_multiplier = models.DecimalField(
        _("time multiplier"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(10))],
    )
    note = models.CharField(_("note for staff"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("accommodation")
        verbose_name_plural = _("accommodations")
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="one_accommodation_a_person_and_course"),
            models.CheckConstraint(
                condition=models.Q(time_multiplier__gte=1, time_multiplier__lte=10),
                name="time_multiplier_1_to_10",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: x{self.time_multiplier}"


class Extension(models.Model):
    """A later end or more time for one piece of work, given to one person or one group.

    `item` is the work's `deadline_key`, for example "quiz:12" or "challenge:3".
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="extensions")
    item = models.CharField(_("piece of work"), max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="extensions"
    )
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="extensions"
    )
    closes_at = models.DateTimeField(_("closes instead"), null=True, blank=True)
    extra_seconds = models.PositiveIntegerField(_("extra seconds of the time limit"), default=0)
    time_multiplier = models.DecimalField(
        _("time multiplier"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(10))],
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    given_at = models.DateTimeField(_("given"), auto_now_add=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        indexes = [models.Index(fields=["item"], name="extension_item")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(group__isnull=True),
                name="extension_for_a_person_or_a_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.user or self.group}"
