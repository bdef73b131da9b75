"""Asking for an archive."""

from datetime import datetime

from django.db import transaction

from classroom import bell
from classroom.models import AuditEntry, User
from projects.models import Hackathon, Package
from projects.packing import PACK_TASK
from projects.services import places


def ask_for_package(*, event: Hackathon, kind: str, variant: str = "", by: User, now: datetime) -> Package:
    """Have an archive packed by a worker; one that is being packed already is returned as it is."""
    with transaction.atomic():
        places.lock(event)
        mine = Package.objects.filter(hackathon=event, kind=kind, variant=variant)
        if waiting := mine.filter(packed_at=None, failed_at=None).first():
            return waiting
        mine.delete()
        package = Package.objects.create(
            hackathon=event, kind=kind, variant=variant, asked_by=by, asked_at=now
        )
        AuditEntry.objects.create(
            course=event.course,
            actor=by,
            action="archive.asked_for",
            item=f"hackathon:{event.pk}",
            detail={"kind": str(kind), "variant": variant},
            at=now,
        )
        bell.ring(PACK_TASK)
    return package
