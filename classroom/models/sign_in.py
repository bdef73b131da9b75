"""Codes that a person of the staff shows to a student when mail fails."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course


class SignInCode(models.Model):
    """A code that signs one person in, once, for a few minutes. Only its digest is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_codes")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(_("digest"), max_length=64)
    shown_at = models.DateTimeField(_("shown"))
    expires_at = models.DateTimeField(_("good until"))
    wrong_tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        indexes = [models.Index(fields=["user", "expires_at"], name="sign_in_code_of_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.shown_at:%Y-%m-%d %H:%M}"
