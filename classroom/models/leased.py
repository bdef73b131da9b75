"""Work that a worker claims for a while; see `classroom.lease`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Leased(models.Model):
    """A row that one worker at a time works on.

    `run` counts the claims and is the fencing token: a result is recorded only where `run` still matches,
    so a worker that was too slow and was superseded writes nothing.
    """

    run = models.PositiveIntegerField(_("run"), default=0, editable=False)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
