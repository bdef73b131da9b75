"""Registering platforms, logged."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.lti.configuration import SCOPES
from classroom.lti.models import Platform
from classroom.lti.services import Services
from classroom.lti.wire import PlatformError, PlatformSession
from classroom.models import AuditEntry, User


def save(*, platform: Platform, by: User, now: datetime) -> None:
    """Keep a registration as the form has it."""
    with transaction.atomic():
        platform.save()
        _log("lti.platform_saved", platform, by, now)


def set_closed(*, platform: Platform, closed: bool, by: User, now: datetime) -> bool:
    """Close a platform or open it again; return whether it is closed now."""
    with transaction.atomic():
        changed = Platform.objects.filter(pk=platform.pk, closed_at__isnull=closed).update(
            closed_at=now if closed else None
        )
        if changed:
            _log("lti.platform_closed" if closed else "lti.platform_opened", platform, by, now)
    return closed


def try_out(*, platform: Platform) -> int:
    """Fetch the platform's keys and a token; return how many keys it has.

    Raises
    ------
    PlatformError
        It does not answer as a platform does; the text says where it went wrong.
    """
    keys: Any = None
    try:
        keys = PlatformSession(platform).get(platform.jwks_url).json()
    except ValueError as error:
        raise PlatformError(_("The public keyset URL does not hold a key set.")) from error
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        raise PlatformError(_("The public keyset URL does not hold a key set."))
    Services(platform).token(SCOPES[-1:])
    return len(keys["keys"])


def _log(action: str, platform: Platform, by: User, now: datetime) -> None:
    detail = {"platform": platform.name, "issuer": platform.issuer, "client_id": platform.client_id}
    AuditEntry.objects.create(course=None, actor=by, action=action, detail=detail, at=now)
