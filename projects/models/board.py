"""A challenge's live leaderboard: its data, its rules, and what training brought."""

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models.challenge import BOARD_PREFIX, Challenge
from projects.models.submission import Submission, new_seed

#: The most processor time a run may be given: a worker's task ends after ten minutes on the wall's clock.
MOST_CPU_SECONDS = 120


def new_token() -> str:
    """Draw the secret part of the address that tells a board's pages that something is new: 128 bits."""
    return secrets.token_urlsafe(16)


class Board(models.Model):
    """The rules of a leaderboard. The challenge's policy says which of a team's runs counts.

    Of the data a part is given to train on; the rest is hidden, and divided into a public part, which is
    scored at once, and a private one, which decides in the end. `split_seed` draws the parts, and with
    `resampling_seed` the scores' uncertainty is estimated.
    """

    class Metric(models.TextChoices):
        """What is measured; the engine's names."""

        ACCURACY = "accuracy", _("accuracy (share of right classes)")
        MSE = "mse", _("mean squared error")
        MAE = "mae", _("mean absolute error")

    challenge = models.OneToOneField(Challenge, on_delete=models.CASCADE, related_name="board")
    token = models.CharField(_("token"), max_length=22, unique=True, default=new_token, editable=False)
    metric = models.CharField(_("what is measured"), max_length=10, choices=Metric, default=Metric.ACCURACY)
    train_percent = models.PositiveSmallIntegerField(
        _("percent to train on"),
        default=60,
        validators=[MinValueValidator(10), MaxValueValidator(90)],
        help_text=_("Teams download these examples with their labels."),
    )
    public_percent = models.PositiveSmallIntegerField(
        _("percent of the hidden examples that are scored at once"),
        default=50,
        validators=[MinValueValidator(10), MaxValueValidator(90)],
        help_text=_("The others decide in the end."),
    )
    split_seed = models.BigIntegerField(_("seed of the split"), default=new_seed, editable=False)
    resampling_seed = models.BigIntegerField(_("seed of the resampling"), default=new_seed, editable=False)
    cpu_seconds = models.PositiveSmallIntegerField(
        _("processor time (seconds)"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_CPU_SECONDS)],
        help_text=_("For training, over all threads; the same for everybody."),
    )
    memory_mib = models.PositiveSmallIntegerField(
        _("memory (MiB)"),
        default=1024,
        validators=[MinValueValidator(384), MaxValueValidator(4096)],
        help_text=_("Python and numpy take about 190 of it."),
    )
    max_parameters = models.PositiveIntegerField(
        _("parameters at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many numbers a trained network may hold; empty: any number."),
    )
    runs_a_day = models.PositiveSmallIntegerField(
        _("tries a team and day"),
        null=True,
        blank=True,
        default=10,
        validators=[MinValueValidator(1)],
        help_text=_("Runs that bring no score cost none. Empty: any number."),
    )
    time_zone = models.CharField(
        _("time zone of the day"), max_length=64, help_text=_("A day of tries begins at midnight there.")
    )
    freezes_at = models.DateTimeField(
        _("freezes"),
        null=True,
        blank=True,
        help_text=_("From then on the board shows nothing newer, until the final result. Empty: never."),
    )
    final_at = models.DateTimeField(
        _("final result"),
        null=True,
        blank=True,
        help_text=_("When the private score is shown to all. Empty: when you say so."),
    )
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("leaderboard")
        verbose_name_plural = _("leaderboards")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(train_percent__range=(10, 90), public_percent__range=(10, 90)),
                name="board_every_part_has_examples",
            ),
            models.CheckConstraint(
                condition=models.Q(cpu_seconds__range=(1, MOST_CPU_SECONDS)),
                name="board_cpu_seconds_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge}"

    def get_absolute_url(self) -> str:
        """Return the address of the leaderboard."""
        return reverse("projects:board", args=[self.challenge.course.slug, self.challenge_id])

    @property
    def exercise(self) -> str:
        """What the challenge and its hand-ins name as their exercise."""
        return f"{BOARD_PREFIX}{self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose midnight begins a day of tries."""
        return ZoneInfo(self.time_zone)

    @property
    def larger_is_better(self) -> bool:
        """Whether a larger score is a better one."""
        return self.metric == self.Metric.ACCURACY

    def is_final(self, now: datetime) -> bool:
        """Whether the private score is shown to all. It never is while the challenge is open."""
        closes_at = self.challenge.closes_at
        return self.final_at is not None and self.final_at <= now and (closes_at is None or closes_at <= now)

    def is_frozen(self, now: datetime) -> bool:
        """Whether the board stands still until the final result."""
        return self.freezes_at is not None and self.freezes_at <= now and not self.is_final(now)


class BoardData(models.Model):
    """The examples, apart from the rules so that no list ever loads them: an .npz file with `X` and `y`."""

    board = models.OneToOneField(Board, on_delete=models.CASCADE, primary_key=True, related_name="data")
    name = models.CharField(_("name"), max_length=120)
    content = models.BinaryField(_("content"))
    examples = models.PositiveIntegerField(_("examples"))
    shape: "models.JSONField[list[int], list[int]]" = models.JSONField(
        _("shape of one example"), default=list
    )
    classes: "models.JSONField[list[str], list[str]]" = models.JSONField(_("classes"), default=list)
    columns: "models.JSONField[list[str], list[str]]" = models.JSONField(_("columns"), default=list)

    class Meta:
        verbose_name = _("leaderboard's data")
        verbose_name_plural = _("leaderboards' data")

    def __str__(self) -> str:
        return self.name


class Training(models.Model):
    """What the training of one hand-in brought so far, or in the end.

    `run` is the hand-in's run that wrote it: what a superseded worker still tells is refused. `reason` and
    the fields beside it say why there is no score; the engine's words, see `nnengine.contest.Failure`. The
    means are those of the resamples, float32; see `projects.standings`.
    """

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="training"
    )
    run = models.PositiveIntegerField(_("run"))
    began_at = models.DateTimeField(_("began"))
    curve: "models.JSONField[Any, Any]" = models.JSONField(_("learning curve"), default=list)
    printed = models.TextField(_("printed"), blank=True)
    cpu_seconds = models.FloatField(_("processor time (seconds)"), null=True)
    parameters = models.PositiveBigIntegerField(_("parameters"), null=True)
    stage = models.CharField(_("where it ended"), max_length=10, blank=True)
    reason = models.CharField(_("why it ended"), max_length=30, blank=True)
    detail = models.TextField(_("what the code said"), blank=True)
    #: The same in German, where the site says it and not the code.
    detail_de = models.TextField(_("what the code said (German)"), blank=True, default="", db_default="")
    line = models.PositiveIntegerField(_("line"), null=True)
    score = models.FloatField(_("public score"), null=True)
    low = models.FloatField(_("at least"), null=True)
    high = models.FloatField(_("at most"), null=True)
    means = models.BinaryField(_("resampled"), null=True)
    private_score = models.FloatField(_("private score"), null=True)
    private_low = models.FloatField(_("at least (private)"), null=True)
    private_high = models.FloatField(_("at most (private)"), null=True)
    private_means = models.BinaryField(_("resampled (private)"), null=True)

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")

    def __str__(self) -> str:
        return f"{self.submission_id}"
