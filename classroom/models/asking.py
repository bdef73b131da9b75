"""What people's requests have in common: asked, then accepted, declined or withdrawn; one open at a time."""

from django.db import models

#: Nobody has decided or withdrawn it.
OPEN = models.Q(accepted_at__isnull=True, declined_at__isnull=True, withdrawn_at__isnull=True)


def asked_once(*fields: str, name: str) -> models.UniqueConstraint:
    """Let one request be open for each combination of `fields`."""
    return models.UniqueConstraint(fields=fields, condition=OPEN, name=name)


def in_one_state(*, name: str) -> models.CheckConstraint:
    """Let a request have one outcome at most."""
    at_most_one = (
        models.Q(accepted_at__isnull=True, declined_at__isnull=True)
        | models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True)
        | models.Q(declined_at__isnull=True, withdrawn_at__isnull=True)
    )
    return models.CheckConstraint(condition=at_most_one, name=name)
