"""Lists of a platform's people, fetched to be looked at before anybody is enrolled."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.lti.models.context import Context
from classroom.models import Leased


class Roster(Leased):
    """One list, asked for by an instructor, fetched by a worker, and then applied or forgotten."""

    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="rosters")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"))
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    #: [{"subject", "name", "email", "roles"}]: who is active there.
    members: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        _("people"), default=list
    )

    class Meta:
        verbose_name = _("list of people")
        verbose_name_plural = _("lists of people")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.context}, {self.asked_at:%Y-%m-%d %H:%M}"
