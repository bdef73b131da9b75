"""Launches that have begun: what was agreed with the browser and the platform before."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.lti.models.context import Context
from classroom.lti.models.platform import Platform


def new_secret() -> str:
    """Draw 256 bits that nobody guesses, as text."""
    return secrets.token_urlsafe(32)


class Entry(models.Model):
    """A launch between its first request and the platform's signed answer; good once, for minutes.

    The platform's token must carry `nonce`, and the browser a cookie with `browser`. A launch of somebody
    unknown keeps what it said, in `claims`, until its person has signed in.
    """

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="entries")
    state = models.CharField(_("state"), max_length=64, unique=True, default=new_secret)
    nonce = models.CharField(_("nonce"), max_length=64, default=new_secret)
    browser = models.CharField(_("browser"), max_length=64, default=new_secret)
    #: What the platform asked with, so that the same can be asked again in a window of its own.
    hints: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(_("hints"), default=dict)
    created_at = models.DateTimeField(_("begun"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    claims: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        _("what it said"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("begun launch")
        verbose_name_plural = _("begun launches")
        indexes = [models.Index(fields=["created_at"], name="lti_entry_age")]

    def __str__(self) -> str:
        return f"{self.platform}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def cookie(self) -> str:
        """The name of this launch's cookie: several launches may run in one browser at a time."""
        prefix = "__Secure-" if settings.SESSION_COOKIE_SECURE else ""
        return f"{prefix}lti-{self.state[:12]}"


class DeepLinking(models.Model):
    """An instructor choosing content on a page in the platform's frame.

    Frames get no cookies in many browsers, so the page's own secret address stands for the launch: it shows
    one course's works to whoever launched, signs nobody in, and answers the platform once.
    """

    token = models.CharField(_("token"), max_length=64, unique=True, default=new_secret)
    context = models.ForeignKey(Context, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: The platform's `deep_linking_settings`, as signed.
    asked: "models.JSONField[dict[str, object], dict[str, object]]" = models.JSONField(_("settings"))
    created_at = models.DateTimeField(_("begun"))
    used_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("choice of content")
        verbose_name_plural = _("choices of content")
        indexes = [models.Index(fields=["created_at"], name="lti_deep_linking_age")]

    def __str__(self) -> str:
        return f"{self.context}, {self.created_at:%Y-%m-%d %H:%M}"
