"""What was handed in, and what the grader said."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models import Leased
from projects.models.challenge import Challenge
from projects.models.team import Team

#: After so many tries that ended without a report (a killed worker, a broken sandbox) a person must look.
MAX_ATTEMPTS = 3


class State(StrEnum):
    """Where a hand-in is. Derived from its timestamps, never stored."""

    RECEIVED = "received"  # free form: a person will look at it
    WAITING = "waiting"
    GRADING = "grading"
    BLOCKED = "blocked"  # this machine cannot grade now; it waits
    FAILED = "failed"  # the grader gave up; staff can start it again
    GRADED = "graded"


def new_seed() -> int:
    """Draw the secret from which a hand-in's test inputs are made."""
    return secrets.randbelow(2**62)


class Gradable(Leased):
    """Something the grader works on: the lease, and the outcome."""

    seed = models.BigIntegerField(_("seed"), default=new_seed, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts to grade"), default=0, editable=False)
    blocked_reason = models.TextField(_("why it waits"), blank=True, editable=False)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True, editable=False)
    failure = models.TextField(_("why it was given up"), blank=True, editable=False)
    graded_at = models.DateTimeField(_("graded"), null=True, blank=True, editable=False)
    grader_version = models.CharField(_("grader's version"), max_length=40, blank=True, editable=False)
    score = models.FloatField(_("points"), null=True, blank=True, editable=False)
    max_score = models.FloatField(_("of"), null=True, blank=True, editable=False)
    report = models.JSONField(_("report"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Hand-ins by what is to be done with them."""

    def ungraded(self) -> Self:
        """Keep those the grader still has to do."""
        return self.filter(graded_at=None, failed_at=None).exclude(exercise="")

    def in_queue_order(self) -> Self:
        """Put the most urgent first."""
        return self.order_by("priority", "submitted_at", "pk")

    def counting(self, challenge: Challenge) -> Self:
        """Keep, of each person or team, the hand-in that counts by the challenge's policy.

        On a leaderboard a run without a score counts for nothing, whichever it was.
        """
        runs = self.exclude(merit=None) if challenge.has_board else self
        return runs.filter(challenge=challenge).first_by(challenge.policy)

    def first_by(self, policy: str) -> Self:
        """Keep, of each person or team and challenge, the hand-in that counts by one policy.

        It is the same one as `projects.queries.counting_of` finds: what being late costs is off.
        """
        earned = models.F("score") * models.F("late_factor")
        points = Coalesce("adjusted_score", earned, "merit", output_field=models.FloatField())
        order = {
            Challenge.Policy.BEST: [points.desc(nulls_last=True), models.F("number").asc()],
            Challenge.Policy.LAST: [models.F("number").desc()],
            Challenge.Policy.CHOSEN: [
                models.F("chosen_at").desc(nulls_last=True),
                models.F("number").desc(),
            ],
        }[Challenge.Policy(policy)]
        person = models.Case(models.When(team=None, then=models.F("user_id")))
        of_one: list[models.F | models.Case] = [models.F("challenge_id"), models.F("team_id"), person]
        place = models.Window(RowNumber(), partition_by=of_one, order_by=order)
        return self.annotate(place=place).filter(place=1)


class Submission(Gradable):
    """One hand-in of a person, or of a team by one of its members.

    `priority` orders the queue: a first hand-in goes before repeats. `adjusted_score` is what staff gave
    instead of, or in place of, the grader's points.
    """

    class Priority(models.IntegerChoices):
        """How urgent it is; lower goes first."""

        FIRST = 0, _("first hand-in")
        REPEAT = 1, _("repeated hand-in")

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="submissions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="submissions")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    authors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="authored_submissions",
        blank=True,
        help_text=_("The team's members when it was handed in."),
    )
    number = models.PositiveIntegerField(_("number"))
    exercise = models.CharField(_("exercise"), max_length=60, blank=True)
    filename = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField(_("checksum"), max_length=64)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    submitted_at = models.DateTimeField(_("handed in"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.REPEAT, editable=False
    )
    late_factor = models.FloatField(
        _("share that counts"), default=1.0, editable=False, help_text=_("Less than 1 after the deadline.")
    )
    merit = models.FloatField(
        _("merit"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("On a leaderboard: its public score, turned so that more is better."),
    )
    chosen_at = models.DateTimeField(_("chosen"), null=True, blank=True, editable=False)
    adjusted_score = models.FloatField(_("points given by staff"), null=True, blank=True)
    adjustment_comment = models.TextField(_("comment"), blank=True)
    adjusted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    adjusted_at = models.DateTimeField(_("points given"), null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "user", "number"],
                condition=models.Q(team__isnull=True),
                name="submission_number_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["challenge", "team", "number"],
                condition=models.Q(team__isnull=False),
                name="submission_number_once_a_team",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "submitted_at"],
                condition=models.Q(graded_at__isnull=True, failed_at__isnull=True),
                name="submission_queue",
            ),
            models.Index(fields=["challenge", "user", "-submitted_at"], name="submission_history"),
        ]

    def __str__(self) -> str:
        return f"{self.challenge}, {self.team or self.user}, {self.number}"

    def get_absolute_url(self) -> str:
        """Return the address of the grade sheet."""
        return reverse("projects:submission", args=[self.challenge.course.slug, self.pk])

    @property
    def points(self) -> float | None:
        """The points that count: those staff gave, else the grader's, less what being late costs."""
        if self.adjusted_score is not None or self.score is None:
            return self.adjusted_score
        return round(self.score * self.late_factor, 6)

    @property
    def late_percent(self) -> float | None:
        """How much of the grader's points counts, in percent; None where all of it does."""
        return None if self.late_factor == 1 else 100 * self.late_factor

    def state(self, now: datetime) -> State:
        """Tell where the hand-in is at `now`."""
        if not self.exercise:
            return State.RECEIVED if self.adjusted_score is None else State.GRADED
        if self.graded_at:
            return State.GRADED
        if self.failed_at:
            return State.FAILED
        if self.leased_until and self.leased_until > now:
            return State.GRADING
        return State.BLOCKED if self.blocked_reason else State.WAITING


class Source(models.Model):
    """The bytes of a hand-in, apart from it so that no list ever loads them.

    They are kept in the database, not in files: several web hosts and workers share one database, and what
    was handed in is saved in the same transaction as the fact that it was.
    """

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="source"
    )
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return f"{self.submission_id}"


class FunctionGrade(models.Model):
    """The outcome for one function of a graded hand-in: a row, so that a heat map is one query.

    `verdict` and `cause` are the engine's words; see `nnengine.grading.Verdict`.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="functions")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("function"), max_length=80)
    verdict = models.CharField(_("verdict"), max_length=20)
    cause = models.CharField(_("cause"), max_length=80, blank=True)
    points = models.FloatField(_("points"))
    max_points = models.FloatField(_("of"))

    class Meta:
        verbose_name = _("function's grade")
        verbose_name_plural = _("functions' grades")
        ordering = ["submission", "position"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "name"], name="function_once_a_submission")
        ]
        indexes = [models.Index(fields=["name", "cause"], name="function_cause")]

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}"
