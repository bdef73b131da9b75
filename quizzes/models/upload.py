"""Files of questions between being looked at and being imported."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models import Course


class Upload(models.Model):
    """What somebody uploaded last and has not imported yet; a newer upload takes its place."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(_("SHA-256 of the content"), max_length=64)
    content = models.BinaryField(_("the files, packed"))
    created_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("upload of questions")
        verbose_name_plural = _("uploads of questions")
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="upload_once_a_person")]

    def __str__(self) -> str:
        return self.digest[:12]
