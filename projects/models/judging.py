"""Judging: who looks at what, in which order they put it, and what they say."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.hackathon import Hackathon
from projects.models.team import Project, Team
from projects.models.track import Track


class Criterion(models.Model):
    """A line of the rubric."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="criteria")
    title = models.CharField(_("title"), max_length=80)
    help_text = models.CharField(_("what to look at"), max_length=200, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1, validators=[MinValueValidator(1)])
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Judge(models.Model):
    """Somebody who judges at a hackathon, of the course or from outside; what they said outlasts them."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="judges")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="judgeships")
    track = models.ForeignKey(
        Track,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="judges",
        verbose_name=_("track"),
        help_text=_("Empty: they judge the whole."),
    )
    added_at = models.DateTimeField(_("added"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("judge")
        verbose_name_plural = _("judges")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["hackathon", "user"], name="one_judge_a_person_and_hackathon")
        ]

    def __str__(self) -> str:
        return str(self.user)


class Conflict(models.Model):
    """A judge who must not judge a team."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="conflicts")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="conflicts")
    declared_at = models.DateTimeField(_("declared"))

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [models.UniqueConstraint(fields=["judge", "team"], name="conflict_once")]

    def __str__(self) -> str:
        return f"{self.judge}, {self.team}"


class LookQuerySet(models.QuerySet["Look"]):
    """Looks by what they say."""

    def counting(self) -> Self:
        """Keep those with a place, but for projects withdrawn since and what has become the judge's own."""
        return self.filter(project__in=Project.objects.registered().approved()).exclude(
            models.Q(placed_at=None)
            | models.Q(project__team__memberships__user=models.F("judge__user"))
            | models.Q(project__authors=models.F("judge__user"))
        )

    def under_way(self) -> Self:
        """Keep those a judge is at now."""
        return self.filter(placed_at=None, skipped_at=None)


class Look(models.Model):
    """A judge looks at a project. `place` orders what the judge has seen: 1 is the best.

    One that was skipped comes back when nothing else is left.
    """

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="looks")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="looks")
    begun_at = models.DateTimeField(_("begun"))
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)
    place = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)
    skipped_at = models.DateTimeField(_("skipped"), null=True, blank=True)
    comment = models.TextField(_("comment for the team"), blank=True, max_length=2000)

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        ordering = ["judge", "place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["judge", "project"], name="one_look_a_judge_and_project"),
            models.UniqueConstraint(
                fields=["judge"],
                condition=models.Q(placed_at__isnull=True, skipped_at__isnull=True),
                name="one_look_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(placed_at__isnull=True, place__isnull=True)
                | models.Q(placed_at__isnull=False, place__gte=1),
                name="a_placed_look_has_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge}, {self.project}"


class Mark(models.Model):
    """What a judge gives a project for one criterion, from 1 to 5."""

    look = models.ForeignKey(Look, on_delete=models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="marks")
    points = models.PositiveSmallIntegerField(
        _("points"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(fields=["look", "criterion"], name="one_mark_a_look_and_criterion"),
            models.CheckConstraint(condition=models.Q(points__gte=1, points__lte=5), name="marks_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.look}, {self.criterion}: {self.points}"
