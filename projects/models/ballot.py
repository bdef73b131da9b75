"""The public vote: one ballot a person, an order of a few projects."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.hackathon import Hackathon
from projects.models.team import Project


class Ballot(models.Model):
    """What somebody votes at a hackathon; a later one takes its place."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="ballots")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ballots")
    cast_at = models.DateTimeField(_("cast"))

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            models.UniqueConstraint(fields=["hackathon", "user"], name="one_ballot_a_person_and_hackathon")
        ]

    def __str__(self) -> str:
        return f"{self.hackathon}, {self.cast_at:%Y-%m-%d %H:%M}"


class Choice(models.Model):
    """A project's place on a ballot: 1 is the best."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="choices")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="choices")
    place = models.PositiveSmallIntegerField(_("place"))

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["ballot", "place"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "place"], name="one_choice_a_ballot_and_place"),
            models.UniqueConstraint(fields=["ballot", "project"], name="one_choice_a_ballot_and_project"),
            models.CheckConstraint(condition=models.Q(place__gte=1), name="choice_place_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.project}"
