"""Asking to be made anonymous, and what an administrator answers."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classroom import notify
from classroom.errors import Refused
from classroom.models import AuditEntry, ErasureRequest, User
from classroom.privacy import anonymising


def ask(*, user: User, now: datetime) -> ErasureRequest:
    """Ask to be made anonymous; the administrators are told. Asking twice is asking once.

    Raises
    ------
    Refused
        It could not be done as things stand; the message says what to do first.
    """
    anonymising.check(user=user, now=now)
    with transaction.atomic():
        request, is_new = ErasureRequest.objects.open().get_or_create(user=user, defaults={"asked_at": now})
        if is_new:
            AuditEntry.objects.create(actor=user, action="person.asked_to_be_anonymised", about=user, at=now)
            _tell_administrators(request, now)
    return request


def withdraw(*, user: User, now: datetime) -> None:
    """Take one's request back."""
    ErasureRequest.objects.open().filter(user=user).update(withdrawn_at=now)


def decline(*, request: ErasureRequest, words: str, by: User, now: datetime) -> None:
    """Say why not, for example because an examination office must keep records; the person is told.

    Raises
    ------
    Refused
        It was decided or withdrawn in between.
    """
    with transaction.atomic():
        mine = ErasureRequest.objects.open().filter(pk=request.pk)
        if not mine.update(declined_at=now, decided_by=by, answer=words):
            raise Refused(_("This request was decided or withdrawn in between."))
        AuditEntry.objects.create(actor=by, action="person.not_anonymised", about=request.user, at=now)
        with translation.override(request.user.language or settings.LANGUAGE_CODE):
            notify.email(
                key=f"erasure-request:{request.pk}:answer",
                to=request.user.email,
                subject=_("Your data: your request was declined"),
                body=words,
                now=now,
            )


def _tell_administrators(request: ErasureRequest, now: datetime) -> None:
    address = f"{settings.SITE_URL}{reverse('erasure_requests')}"
    for administrator in User.objects.filter(is_superuser=True, is_active=True):
        with translation.override(administrator.language or settings.LANGUAGE_CODE):
            notify.email(
                key=f"erasure-request:{request.pk}:{administrator.pk}",
                to=administrator.email,
                subject=_("Somebody asks to be made anonymous"),
                body=_("Look at the request, and do it or say why not:\n%(address)s") % {"address": address},
                now=now,
            )
