"""Who has tried which quiz's access code in vain."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from quizzes.models.quiz import Quiz


class CodeTries(models.Model):
    """One person's wrong access codes for one quiz; the right one deletes the row."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    wrong = models.PositiveIntegerField(_("wrong codes"), default=0)
    waits_until = models.DateTimeField(_("may try again"), null=True, blank=True)

    class Meta:
        verbose_name = _("wrong access codes")
        verbose_name_plural = _("wrong access codes")
        constraints = [models.UniqueConstraint(fields=["quiz", "user"], name="code_tries_once_a_person")]

    def __str__(self) -> str:
        return f"{self.user}, {self.quiz}: {self.wrong}"
