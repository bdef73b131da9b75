"""Somebody wants to be forgotten."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    """Requests by state."""

    def open(self) -> Self:
        """Keep those that nobody has carried out, declined or withdrawn."""
        return self.filter(done_at=None, declined_at=None, withdrawn_at=None)


class ErasureRequest(models.Model):
    """A person asks to be made anonymous; an administrator of the site does it, or says why not."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="erasure_requests"
    )
    asked_at = models.DateTimeField(_("asked"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to be made anonymous")
        verbose_name_plural = _("requests to be made anonymous")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(done_at__isnull=True, declined_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_erasure_request_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.asked_at:%Y-%m-%d}"
