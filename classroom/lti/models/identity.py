"""Who somebody is on a platform."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Identity(models.Model):
    """A person's name on a platform, and the account here that belongs to it."""

    issuer = models.CharField(_("issuer"), max_length=255)
    subject = models.CharField(_("subject"), max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lti_identities"
    )
    linked_at = models.DateTimeField(_("connected"))
    last_launch_at = models.DateTimeField(_("last launch"), null=True, blank=True)

    class Meta:
        verbose_name = _("platform account")
        verbose_name_plural = _("platform accounts")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="lti_subject_once_an_issuer")
        ]
        indexes = [models.Index(fields=["user", "issuer"], name="lti_identity_of_user")]

    def __str__(self) -> str:
        return f"{self.user} ({self.issuer})"
