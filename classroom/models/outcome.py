"""What a class has come to, counted by a worker: the rows behind every number of the dashboards.

A thousand students' attempts and hand-ins cannot be counted while somebody waits for a page. A worker writes
down what each student has for each piece of work and what went wrong; the pages count these rows, and the
rows behind a number are the ones that were counted. They are derived: whoever deletes them gets them back.
"""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course
from classroom.models.leased import Leased


class Standing(models.TextChoices):
    """Where somebody is with a piece of work. Derived from the outcome's times, never stored."""

    DONE = "done", _("done")
    UNGRADED = "ungraded", _("handed in, not graded yet")
    BEGUN = "begun", _("begun")
    OPEN = "open", _("not begun")
    MISSED = "missed", _("missed")


class Tally(Leased):
    """One piece of work as it was counted last. `item` is its `deadline_key`, for example "quiz:12".

    `fingerprint` says what it was counted from, so that nothing is counted again while that stays the same.
    `low`, `middle` and `high` are the quartiles of the `people` shares; `questions` is how each of a quiz's
    questions did.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="tallies")
    item = models.CharField(_("piece of work"), max_length=40)
    fingerprint = models.CharField(_("counted from"), max_length=64, blank=True)
    counted_at = models.DateTimeField(_("counted"), null=True)
    people = models.PositiveIntegerField(_("results"), default=0)
    low = models.FloatField(_("first quartile"), null=True)
    middle = models.FloatField(_("median"), null=True)
    high = models.FloatField(_("third quartile"), null=True)
    minutes = models.FloatField(_("median minutes from the first hand-in to success"), null=True)
    questions: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        _("questions"), default=list
    )

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [models.UniqueConstraint(fields=["course", "item"], name="one_tally_a_piece_of_work")]

    def __str__(self) -> str:
        return self.item


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Outcomes by where people are."""

    def standing(self, standing: str, now: datetime) -> Self:
        """Keep those of one `Standing`."""
        return self.filter(standing_is(standing, now))


def standing_is(standing: str, now: datetime, prefix: str = "") -> models.Q:
    """Return the condition that says what `Outcome.standing` says; `prefix` leads to the outcome."""

    def at(**conditions: object) -> models.Q:
        return models.Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    handed_in = at(handed_in_at__isnull=False)
    overdue = at(due_at__isnull=False, due_at__lte=now)
    return {
        Standing.DONE: handed_in & at(share__isnull=False),
        Standing.UNGRADED: handed_in & at(share=None),
        Standing.MISSED: ~handed_in & overdue,
        Standing.BEGUN: ~handed_in & ~overdue & at(begun_at__isnull=False),
        Standing.OPEN: ~handed_in & ~overdue & at(begun_at=None),
    }[Standing(standing)]


class Outcome(models.Model):
    """What one student has for one piece of work.

    Parameters
    ----------
    due_at
        Until when this student could hand in, extensions included; None: without end, or it was over before
        they came.
    share
        Of the points, 0 to 1; None while nothing is graded.
    solved_at
        When an exercise was wholly right for the first time.
    source
        The attempt or hand-in that counts.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="outcomes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="outcomes")
    item = models.CharField(_("piece of work"), max_length=40)
    due_at = models.DateTimeField(_("due"), null=True)
    begun_at = models.DateTimeField(_("begun"), null=True)
    handed_in_at = models.DateTimeField(_("handed in"), null=True)
    solved_at = models.DateTimeField(_("wholly right"), null=True)
    share = models.FloatField(_("share of the points"), null=True)
    source = models.BigIntegerField(_("attempt or hand-in"), null=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "item", "user"], name="one_outcome_a_person_and_piece_of_work"
            )
        ]
        indexes = [models.Index(fields=["course", "user"], name="outcomes_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.item}: {self.share}"

    def standing(self, now: datetime) -> Standing:
        """Tell where the person is with it at `now`."""
        if self.handed_in_at:
            return Standing.UNGRADED if self.share is None else Standing.DONE
        if self.due_at and self.due_at <= now:
            return Standing.MISSED
        return Standing.BEGUN if self.begun_at else Standing.OPEN


class Mistake(models.Model):
    """A mistake with a name that one student's counting work shows.

    `place` is the function or question, `name` the mistake, and `told` what is said to who makes it.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="mistakes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    item = models.CharField(_("piece of work"), max_length=40)
    place = models.CharField(_("function or question"), max_length=200)
    name = models.CharField(_("mistake"), max_length=300)
    told = models.TextField(_("what is said"), blank=True)
    source = models.BigIntegerField(_("attempt or hand-in"))

    class Meta:
        verbose_name = _("mistake")
        verbose_name_plural = _("mistakes")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "item", "place", "name", "user"], name="one_mistake_a_person_and_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item}, {self.place}: {self.name}"
