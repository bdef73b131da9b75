"""Moving what is in the draft by steps, as the arrow keys do."""

from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from projects.errors import Refused
from projects.models import Room, Session, Slot
from projects.queries import STEP
from projects.services import places
from projects.services.schedule import Place, place_session


class Nudge(StrEnum):
    """One step."""

    EARLIER = "earlier"
    LATER = "later"
    LEFT = "left"
    RIGHT = "right"
    SHORTER = "shorter"
    LONGER = "longer"


def nudge_session(*, session: Session, nudge: Nudge) -> Slot:
    """Move a session by one step of time or to the next room, or make it longer or shorter by a step.

    Raises
    ------
    Refused
        It is not in the draft, there is no room on that side, or the new place is impossible.
    """
    with transaction.atomic():
        # Keys are pressed faster than they are answered: each starts from where the one before has left it.
        places.lock(session.hackathon)
        slot = Slot.objects.select_related("room").filter(schedule__version=None, session=session).first()
        if slot is None:
            raise Refused(
                _("“%(title)s” is not on the schedule. Choose its time first.") % {"title": session.title}
            )
        return place_session(session=session, place=_nudged(slot, nudge))


def _nudged(slot: Slot, nudge: Nudge) -> Place:
    by: dict[Nudge, tuple[timedelta, timedelta]] = {
        Nudge.EARLIER: (-STEP, -STEP),
        Nudge.LATER: (STEP, STEP),
        Nudge.SHORTER: (timedelta(0), -STEP),
        Nudge.LONGER: (timedelta(0), STEP),
    }
    if nudge in by:
        first, last = by[nudge]
        return Place(slot.room, slot.starts_at + first, slot.ends_at + last)
    rooms = [None, *Room.objects.filter(hackathon=slot.session.hackathon_id)]
    at = rooms.index(slot.room) + (1 if nudge == Nudge.RIGHT else -1)
    if not 0 <= at < len(rooms):
        raise Refused(_("There is no room on that side."))
    return Place(rooms[at], slot.starts_at, slot.ends_at)
