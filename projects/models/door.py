"""Who came in: a log of what the doors saw, from which arrivals are derived."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.hackathon import Hackathon


class Scan(models.Model):
    """A door let somebody in, or took that back. Never changed: who has arrived follows from all of them.

    Doors work without a connection and send what they saw later, in any order and perhaps twice; `key` is
    drawn by the door, so that the same scan is stored once. Whoever has a scan later than the last one that
    undoes has arrived, at the earliest of them.
    """

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="scans")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(_("key"), default=uuid4)
    undoes = models.BooleanField(_("takes it back"), default=False)
    at = models.DateTimeField(_("at"))
    door = models.CharField(_("door"), max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["hackathon", "key"], name="one_scan_a_hackathon_and_key")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.at:%Y-%m-%d %H:%M}"
