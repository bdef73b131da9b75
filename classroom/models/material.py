"""Materials of a week: slides, notebooks and links that go with its page."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Week


class Material(models.Model):
    """A link or a file; students see it once it is published and its week is released."""

    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="materials")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    note = models.CharField(_("note"), max_length=300, blank=True)
    url = models.URLField(_("link"), max_length=1000, blank=True)
    file_name = models.CharField(_("file name"), max_length=120, blank=True)
    size_bytes = models.PositiveIntegerField(_("size in bytes"), default=0)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["week", "position"]
        constraints = [
            models.UniqueConstraint(fields=["week", "position"], name="material_position_once_a_week"),
            models.CheckConstraint(
                condition=models.Q(url="") ^ models.Q(file_name=""), name="material_is_a_link_or_a_file"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return where it is: the link, or the address of the file."""
        return self.url or reverse("material", args=[self.week.course.slug, self.week.number, self.pk])


class MaterialFile(models.Model):
    """A material's content, in a table of its own so that lists never fetch it."""

    material = models.OneToOneField(Material, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("material's file")
        verbose_name_plural = _("materials' files")

    def __str__(self) -> str:
        return self.material.file_name
