"""What a project's page is made of besides its words."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.team import Project, Team


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


class StoredPicture(models.Model):
    """A picture as the site wrote it anew; its name is its content's hash."""

    digest = models.CharField(_("SHA-256 of the content"), max_length=64)
    media_type = models.CharField(_("media type"), max_length=30)
    width = models.PositiveSmallIntegerField(_("width (pixels)"))
    height = models.PositiveSmallIntegerField(_("height (pixels)"))
    content = models.BinaryField(_("content"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.digest


class ProjectPicture(StoredPicture):
    """A picture on a project's page."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    alt = models.CharField(_("description"), max_length=200)
    added_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("picture of a project")
        verbose_name_plural = _("pictures of projects")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "digest"], name="project_picture_once_a_project")
        ]


class Notebook(models.Model):
    """A project's notebook: the file as it was uploaded, to download, and its cells, to show.

    `cells` is what `projects.notebook.Shown` holds: plain texts, and pictures by their hash.
    """

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, primary_key=True, related_name="notebook"
    )
    name = models.CharField(_("file name"), max_length=120)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    content = models.BinaryField(_("content"))
    cells: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(_("cells"))
    left_out = models.PositiveIntegerField(_("pieces not shown"), default=0)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("notebook")
        verbose_name_plural = _("notebooks")

    def __str__(self) -> str:
        return self.name


class NotebookPicture(StoredPicture):
    """A picture that a notebook's code drew."""

    notebook = models.ForeignKey(Notebook, on_delete=models.CASCADE, related_name="pictures")

    class Meta:
        verbose_name = _("picture of a notebook")
        verbose_name_plural = _("pictures of notebooks")
        constraints = [
            models.UniqueConstraint(fields=["notebook", "digest"], name="notebook_picture_once_a_notebook")
        ]
