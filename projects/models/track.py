"""Tracks: what is judged beside the whole, by judges of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.challenge import Challenge
from projects.models.hackathon import Hackathon
from projects.models.team import Project, ProjectQuerySet


class Track(models.Model):
    """A question of its own, such as a sponsor's prize: a project competes in as many as it fits.

    Its judges make an order of its projects only. One without judges follows the order of those who judge
    the whole.
    """

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="tracks")
    title = models.CharField(_("title"), max_length=80)
    question = models.CharField(
        _("what judges ask themselves"),
        max_length=200,
        blank=True,
        help_text=_("Such as “Which network is explained best?”"),
    )
    challenge = models.ForeignKey(
        Challenge,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="tracks",
        verbose_name=_("challenge"),
        help_text=_("Only its projects compete; empty: those of all challenges."),
    )
    by_choice = models.BooleanField(
        _("teams enter it themselves"),
        default=False,
        help_text=_(
            "On the page of their project, until projects are due. Otherwise every project competes."
        ),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class TrackEntry(models.Model):
    """A project competes in a track that teams enter themselves."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="track_entries")
    entered_at = models.DateTimeField(_("entered"))

    class Meta:
        verbose_name = _("entry in a track")
        verbose_name_plural = _("entries in tracks")
        constraints = [
            models.UniqueConstraint(fields=["track", "project"], name="one_entry_a_track_and_project")
        ]

    def __str__(self) -> str:
        return f"{self.track}, {self.project}"


def competing(hackathon: Hackathon, track: Track | None) -> ProjectQuerySet:
    """Return the projects that are judged in a track; None stands for the whole."""
    projects = Project.objects.registered().approved().filter(team__hackathon=hackathon)
    if track and track.challenge_id:
        projects = projects.filter(challenge=track.challenge_id)
    if track and track.by_choice:
        projects = projects.filter(track_entries__track=track)
    return projects
