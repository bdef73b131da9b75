"""Whose launch it is: platform accounts and accounts here.

An account is found by issuer and subject, and by nothing else. An account that exists already under the same
e-mail address is connected only after its owner signed in to it once; so is a new one, unless the platform
vouches for its addresses. Administrators of the site are never signed in by a platform.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from classroom.lti.claims import Claims
from classroom.lti.models import Identity, Platform
from classroom.models import AuditEntry, User
from classroom.models.user import GUEST_DOMAIN


def may_enter(user: User) -> bool:
    """Whether a platform's word is enough to sign this person in."""
    return user.is_active and not user.is_staff and not user.is_superuser and not user.is_guest


def known(*, platform: Platform, subject: str) -> Identity | None:
    """Return who this is here, if an account was connected."""
    found = Identity.objects.select_related("user").filter(issuer=platform.issuer, subject=subject)
    return found.first()


def usable_email(email: str) -> bool:
    """Whether a letter could be sent there; guests' addresses belong to nobody."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return not email.endswith(f"@{GUEST_DOMAIN}")


def enter_new(*, platform: Platform, claims: Claims, now: datetime) -> Identity | None:
    """Make an account for somebody new from a platform that vouches for addresses.

    Return None where that may not be: no usable address, or an account has it already.
    """
    if not platform.verifies_email or not usable_email(claims.email):
        return None
    try:
        with transaction.atomic():
            user = User.objects.create_user(claims.email, name=claims.name)
            return _connect(platform, claims.subject, user, now)
    except IntegrityError:
        # The address is taken; or the same person launched twice at once, and the other launch was first.
        return known(platform=platform, subject=claims.subject)


def prepare_code(*, platform: Platform, claims: Claims) -> None:
    """See to it that a code can be sent to the address of somebody whose platform does not vouch for it.

    The account is empty and in no course; only who reads the mailbox gets into it.
    """
    if not platform.verifies_email and usable_email(claims.email):
        try:
            with transaction.atomic():
                User.objects.create_user(claims.email, name=claims.name)
        except IntegrityError:
            pass  # it has an account


def connect(*, platform: Platform, subject: str, user: User, now: datetime) -> Identity | None:
    """Connect a platform account with the account somebody is signed in to.

    Return None where it belongs to somebody else already.
    """
    try:
        with transaction.atomic():
            return _connect(platform, subject, user, now)
    except IntegrityError:
        found = known(platform=platform, subject=subject)
        return found if found and found.user_id == user.pk else None


def _connect(platform: Platform, subject: str, user: User, now: datetime) -> Identity:
    identity = Identity.objects.create(issuer=platform.issuer, subject=subject, user=user, linked_at=now)
    AuditEntry.objects.create(
        course=None,
        actor=user,
        action="lti.connected",
        about=user,
        detail={"platform": platform.name, "subject": subject},
        at=now,
    )
    return identity
