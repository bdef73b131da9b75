"""What a project's page is made of besides its words."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.team import Team


class ProjectDraft(models.Model):
    """What a team has written of its project and not registered yet: it takes no place in a challenge.

    It is kept as typed, right or wrong, by the form's names.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="draft")
    typed: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("what was typed"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("draft of a project")
        verbose_name_plural = _("drafts of projects")

    def __str__(self) -> str:
        return f"{self.team}"
