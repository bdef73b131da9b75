"""Scores on their way to a platform's gradebook, and the log of those that arrived."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.lti.models.context import WorkLink
from classroom.models import Leased


class Score(Leased):
    """One changed score of one person, for one link; rows are the log and stay.

    Without points it takes back what was sent before (LTI-AGS 2.0: no `scoreGiven`). A newer score
    replaces one that still waits. `stamped_at` travels with the score: a platform takes only
    what is newer than what it has (LTI-AGS 2.0, 3.4.3), so a repeated delivery changes nothing there.
    """

    link = models.ForeignKey(WorkLink, on_delete=models.CASCADE, related_name="scores")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    points = models.FloatField(_("points"), null=True)
    max_points = models.FloatField(_("of"))
    stamped_at = models.DateTimeField(_("as of"))
    not_before = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("score for a platform")
        verbose_name_plural = _("scores for platforms")
        ordering = ["-stamped_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "user"],
                condition=models.Q(sent_at=None, given_up_at=None, replaced_at=None),
                name="lti_one_score_waits",
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(sent_at=None, given_up_at=None, replaced_at=None),
                name="lti_score_waiting",
            ),
            models.Index(fields=["link", "user", "-id"], name="lti_newest_score"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {'–' if self.points is None else f'{self.points:g}/{self.max_points:g}'}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.sent_at is None and self.given_up_at is None and self.replaced_at is None
