"""Challenges: everything that somebody hands work in to, and the data that comes with them."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, Week
from projects.models.hackathon import Hackathon
from projects.models.link import LinkField

#: What a challenge with a leaderboard names as its exercise begins with; the board's id follows.
BOARD_PREFIX = "board/"


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    """Challenges by what may be done with them."""

    def visible(self, now: datetime) -> Self:
        """Keep those that students may know of."""
        return self.filter(published_at__lte=now)

    def with_places(self) -> Self:
        """Keep those that another team may choose."""
        return self.filter(models.Q(capacity=None) | models.Q(taken__lt=models.F("capacity")))


class Challenge(models.Model):
    """An exercise, a homework or a hackathon's challenge: they differ in team size and dates only.

    With an `exercise` (an id of the engine's catalogue) hand-ins are graded by it; without one they are
    free form and staff give the points.
    """

    class Policy(models.TextChoices):
        """Which of several hand-ins counts."""

        BEST = "best", _("The best one counts")
        LAST = "last", _("The last one counts")
        CHOSEN = "chosen", _("The one the student chooses counts, else the last")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="challenges")
    week = models.ForeignKey(
        Week, on_delete=models.SET_NULL, null=True, blank=True, related_name="challenges"
    )
    hackathon = models.ForeignKey(
        Hackathon, on_delete=models.CASCADE, null=True, blank=True, related_name="challenges"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(
        _("description"), blank=True, help_text=_("Markdown; formulas between dollar signs.")
    )
    exercise = models.CharField(
        _("exercise"), max_length=60, blank=True, help_text=_("What grades it; empty: staff grade it.")
    )
    starter_code = models.TextField(
        _("starter code"), blank=True, help_text=_("What the editor holds at first.")
    )
    max_points = models.FloatField(
        _("points"), default=10, validators=[MinValueValidator(0)], help_text=_("For free form only.")
    )
    published_at = models.DateTimeField(
        _("shown to students from"), null=True, blank=True, help_text=_("Empty: only staff see it.")
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    late_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=0,
        help_text=_(
            "How many days after the deadline hand-ins are still taken; the deadline is each person's own."
        ),
    )
    late_percent = models.PositiveSmallIntegerField(
        _("percent off a day"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("What every day begun after the deadline costs."),
    )
    min_team_size = models.PositiveSmallIntegerField(_("smallest team"), default=1)
    max_team_size = models.PositiveSmallIntegerField(_("largest team"), default=1)
    capacity = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("How many teams may choose it; empty: any number.")
    )
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    policy = models.CharField(_("which counts"), max_length=6, choices=Policy, default=Policy.BEST)
    tries = models.PositiveSmallIntegerField(
        _("tries"),
        null=True,
        blank=True,
        default=20,
        validators=[MinValueValidator(1)],
        help_text=_("How many hand-ins within the window; empty: any number."),
    )
    tries_window_minutes = models.PositiveIntegerField(
        _("window for tries (minutes)"), default=60, validators=[MinValueValidator(1)]
    )

    is_own_idea = models.BooleanField(
        _("teams bring an idea of their own"),
        default=False,
        help_text=_("The description says what is welcome; each team says in its abstract what it will do."),
    )
    data_url = LinkField(
        _("link to the data"), blank=True, help_text=_("For data that is larger than a file may be here.")
    )
    prizes = models.TextField(_("prizes"), blank=True, help_text=_("Markdown; what there is to win."))
    mentors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="mentored_challenges", blank=True, verbose_name=_("mentors")
    )

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        ordering = ["position", "opens_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True) | models.Q(taken__lte=models.F("capacity")),
                name="challenge_not_overfull",
                violation_error_message=_("More teams than that have chosen it already."),
            ),
            models.CheckConstraint(
                condition=models.Q(max_team_size__gte=models.F("min_team_size"), min_team_size__gte=1),
                name="challenge_team_sizes_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(closes_at__isnull=True)
                | models.Q(opens_at__isnull=True)
                | models.Q(closes_at__gt=models.F("opens_at")),
                name="challenge_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the page where work is handed in."""
        return reverse("projects:challenge", args=[self.course.slug, self.pk])

    @property
    def deadline_key(self) -> str:
        """The challenge's name in extensions."""
        return f"challenge:{self.pk}"

    @property
    def time_limit(self) -> timedelta | None:
        """A challenge has dates, not a time limit from its start."""
        return None

    @property
    def is_for_teams(self) -> bool:
        """Whether a team hands in, not a person."""
        return self.hackathon_id is not None

    @property
    def has_board(self) -> bool:
        """Whether hand-ins are trained and ranked on a leaderboard, for no points."""
        return self.exercise.startswith(BOARD_PREFIX)

    @property
    def points_at_most(self) -> float | None:
        """What staff may give at most; None where the grader says it."""
        return None if self.exercise else self.max_points

    @property
    def tries_window(self) -> timedelta:
        """The length of time in which `tries` are counted."""
        return timedelta(minutes=self.tries_window_minutes)

    @property
    def places_left(self) -> int | None:
        """How many more teams may choose it; None means any number."""
        return None if self.capacity is None else self.capacity - self.taken


class DataSet(models.Model):
    """A file that comes with a challenge, downloaded as it was given: the site never opens it."""

    challenge = models.OneToOneField(
        Challenge, on_delete=models.CASCADE, primary_key=True, related_name="data_set"
    )
    name = models.CharField(_("file name"), max_length=120)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    content = models.BinaryField(_("content"))
    changed_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("data set")
        verbose_name_plural = _("data sets")

    def __str__(self) -> str:
        return self.name
