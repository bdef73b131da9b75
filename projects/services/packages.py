"""Asking for an archive of a hackathon or a challenge."""

from datetime import datetime

from django.db import transaction

from classroom import bell
from classroom.models import AuditEntry, User
from projects.models import Challenge, Hackathon, Package
from projects.packing import PACK_TASK
from projects.services import places


def ask_for_package(*, event: Hackathon, kind: str, variant: str = "", by: User, now: datetime) -> Package:
    """Have an archive packed by a worker; one that is being packed already is returned as it is."""
    with transaction.atomic():
        places.lock(event)
        return _asked(Package(hackathon=event, kind=kind, variant=variant, asked_by=by, asked_at=now))


def ask_for_sources(*, challenge: Challenge, by: User, now: datetime) -> Package:
    """Have the sources of all hand-ins that count packed, in the same way."""
    with transaction.atomic():
        Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        return _asked(Package(challenge=challenge, kind=Package.Kind.SOURCES, asked_by=by, asked_at=now))


def _asked(package: Package) -> Package:
    """Store what is asked for unless it is being packed; whoever calls has locked what it is about."""
    same = Package.objects.filter(
        hackathon=package.hackathon, challenge=package.challenge, kind=package.kind, variant=package.variant
    )
    if waiting := same.filter(packed_at=None, failed_at=None).first():
        return waiting
    same.delete()
    package.save(force_insert=True)
    AuditEntry.objects.create(
        course=package.course,
        actor=package.asked_by,
        action="archive.asked_for",
        item=f"{'challenge' if package.challenge else 'hackathon'}:{package.about.pk}",
        detail={"kind": str(package.kind), "variant": package.variant},
        at=package.asked_at,
    )
    bell.ring(PACK_TASK)
    return package
