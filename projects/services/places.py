"""The places of an event: taken by conditional updates, freed, and offered to the next who waits.

Whatever moves places begins with `lock`, so that nobody is put on the waiting list while the place that has
just become free is given back.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from classroom.models import User
from projects.errors import Refused
from projects.models import Hackathon, Registration
from projects.models.registration import State
from projects.services import notices


def lock(hackathon: Hackathon) -> Hackathon:
    """Return the event as it is now, locked against others who move places; inside a transaction."""
    # Not against rows that refer to it: people form teams meanwhile.
    return Hackathon.objects.select_for_update(no_key=True).get(pk=hackathon.pk)


def take(event: Hackathon) -> bool:
    """Take one place; False when there is none."""
    free = Q(places=None) | Q(places_taken__lt=F("places"))
    return bool(Hackathon.objects.filter(free, pk=event.pk).update(places_taken=F("places_taken") + 1))


def give_back(event: Hackathon) -> None:
    """Free one place."""
    Hackathon.objects.filter(pk=event.pk, places_taken__gt=0).update(places_taken=F("places_taken") - 1)


def settle(*, hackathon: Hackathon, now: datetime) -> None:
    """Let offers lapse that nobody accepted in time, and offer every free place to the next who waits."""
    with transaction.atomic():
        settle_locked(lock(hackathon), now)


def settle_locked(event: Hackathon, now: datetime) -> None:
    """Do what `settle` does, for who holds the lock already."""
    offers = Registration.objects.filter(hackathon=event, offer_expires_at__lte=now)
    for lapsed in offers.select_related("user").order_by("offer_expires_at", "pk"):
        if Registration.objects.filter(pk=lapsed.pk).in_state(State.OFFERED).move(State.LAPSED, now):
            give_back(event)
            notices.offer_lapsed(event, lapsed, now)
    if not event.registration_required or now >= event.teams_close_at:
        return  # whoever has not been offered a place by now stays at home
    while (waiting := _next_waiting(event)) is not None and take(event):
        offer(event, waiting, now)


def offer(event: Hackathon, registration: Registration, now: datetime) -> None:
    """Offer a place that has been taken for this registration; its clock begins now."""
    expires_at = min(now + timedelta(hours=event.offer_hours), event.teams_close_at)
    Registration.objects.filter(pk=registration.pk).move(State.OFFERED, expires_at)
    notices.place_offered(event, registration, expires_at, now)


def unsettled(*, now: datetime) -> QuerySet[Hackathon]:
    """Keep the events in which an offer ran out, or a place is free while somebody waits."""
    of_event = Registration.objects.filter(hackathon=OuterRef("pk"))
    free = Q(places=None) | Q(places_taken__lt=F("places"))
    return Hackathon.objects.filter(
        Q(Exists(of_event.filter(offer_expires_at__lte=now)))
        | Q(
            Q(starts_at__gt=now) | Q(registration_closes_at__gt=now),
            free,
            Exists(of_event.in_state(State.WAITING)),
            registration_required=True,
        )
    )


def settle_if_due(*, hackathon: Hackathon, now: datetime) -> None:
    """Settle the event on reading it, so that nobody sees an offer that ran out."""
    if unsettled(now=now).filter(pk=hackathon.pk).exists():
        settle(hackathon=hackathon, now=now)


def check_takes_part(*, hackathon: Hackathon, user: User) -> None:
    """Raise `Refused` where people register first and this one has no confirmed place; in a transaction.

    The registration stays locked until the end, so that it is not withdrawn meanwhile.
    """
    if not hackathon.registration_required:
        return
    mine = Registration.objects.filter(hackathon=hackathon, user=user).in_state(State.CONFIRMED)
    if mine.select_for_update().first() is None:
        raise Refused(
            _("Teams are for those who take part: register on the hackathon's page first, then come back.")
        )


def _next_waiting(event: Hackathon) -> Registration | None:
    waiting = Registration.objects.filter(hackathon=event).in_state(State.WAITING)
    return waiting.select_related("user").order_by("queued_at", "pk").first()
