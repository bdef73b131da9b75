"""The rubric: what judges give marks for."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from projects.errors import Refused
from projects.models import Criterion, Hackathon
from projects.services import organising, places


def add_criterion(*, event: Hackathon, criterion: Criterion) -> Criterion:
    """Add a criterion behind the others; marks given so far stay as they are."""
    criterion.hackathon = event
    with transaction.atomic():
        places.lock(event)
        criterion.position = organising.behind(Criterion.objects.filter(hackathon=event))
        criterion.save(force_insert=True)
    return criterion


def change_criterion(*, criterion: Criterion, fields: Sequence[str]) -> None:
    """Store the changed `fields`; a new weight counts for the marks given already, too."""
    criterion.save(update_fields=fields)


def remove_criterion(*, criterion: Criterion) -> None:
    """Delete a criterion nobody has used.

    Raises
    ------
    Refused
        Marks have been given for it.
    """
    with transaction.atomic():
        Criterion.objects.select_for_update().get(pk=criterion.pk)
        if criterion.marks.exists():
            raise Refused(
                _("Marks have been given for “%(title)s”: it stays. Its words and weight can be changed.")
                % {"title": criterion.title}
            )
        criterion.delete()
