"""The ranking: until it is published only staff see it, and then it does not change."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from projects.errors import Refused
from projects.models import Hackathon
from projects.services import places


def publish_ranking(*, event: Hackathon, shown: int | None, by: User, now: datetime) -> None:
    """Show the first `shown` places (None: all) to the course, and each team what the judges wrote to it.

    Raises
    ------
    Refused
        Judging or the vote goes on.
    """
    with transaction.atomic():
        locked = places.lock(event)
        if locked.judging_opens_at and not (locked.judging_closes_at and now >= locked.judging_closes_at):
            raise Refused(
                _("Judging goes on. Set the time at which it closes under “Organise”, and publish after it.")
            )
        if locked.vote_opens_at and not (locked.vote_closes_at and now >= locked.vote_closes_at):
            raise Refused(
                _("The vote goes on. Set the time at which it closes under “Organise”, and publish after it.")
            )
        Hackathon.objects.filter(pk=event.pk).update(ranking_published_at=now, ranking_places=shown)
        _log("ranking.published", event, by, now)
    event.refresh_from_db()


def hide_ranking(*, event: Hackathon, by: User, now: datetime) -> None:
    """Take the publication back; a second time changes nothing."""
    with transaction.atomic():
        places.lock(event)
        shown = Hackathon.objects.filter(pk=event.pk).exclude(ranking_published_at=None)
        if shown.update(ranking_published_at=None):
            _log("ranking.hidden", event, by, now)
    event.refresh_from_db()


def check_unpublished(*, event: Hackathon) -> None:
    """Raise `Refused` once the ranking is published: what everybody has read does not change."""
    if event.ranking_published_at:
        raise Refused(
            _("The ranking is published: nothing of it changes, unless the organisers hide it again.")
        )


def _log(action: str, event: Hackathon, by: User, now: datetime) -> None:
    AuditEntry.objects.create(
        course=event.course, actor=by, action=action, item=f"hackathon:{event.pk}", at=now
    )
