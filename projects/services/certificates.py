"""Certificates: their texts, issuing them to all who are entitled, and withdrawing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from projects import queries, words
from projects.errors import Refused
from projects.models import Certificate, CertificateKind, CertificateTemplate, Hackathon
from projects.papers import drawing, issuing
from projects.queries import Entitled
from projects.services import places


@dataclass(frozen=True)
class Issued:
    """How many certificates were issued, and whose could not be, with the reason."""

    count: int
    left_out: list[str]


def change_template(*, template: CertificateTemplate, fields: Sequence[str]) -> None:
    """Store what certificates of a kind say in a language."""
    CertificateTemplate.objects.update_or_create(
        hackathon=template.hackathon,
        kind=template.kind,
        language=template.language,
        defaults={name: getattr(template, name) for name in fields},
    )


def reset_template(*, event: Hackathon, kind: str, language: str) -> None:
    """Go back to the proposed words."""
    CertificateTemplate.objects.filter(hackathon=event, kind=kind, language=language).delete()


def issue_certificates(*, event: Hackathon, kind: str, by: User, now: datetime) -> Issued:
    """Issue a certificate to everybody who is entitled to one and never had one.

    Whoever had one withdrawn gets none; see `issue_again`.

    Raises
    ------
    Refused
        The event has not begun, or its awards are not published.
    """
    with transaction.atomic():
        locked = places.lock(event)  # so that nobody issues the same ones at the same time
        if now < locked.starts_at:
            when = words.moment(locked.starts_at, event.course)
            raise Refused(
                _("The hackathon has not begun. Issue certificates from %(when)s on.") % {"when": when}
            )
        if kind == CertificateKind.AWARD and locked.awards_published_at is None:
            raise Refused(_("The awards are not published. Publish them first."))
        had = set(Certificate.objects.filter(hackathon=event, kind=kind).values_list("user_id", "award_id"))
        fresh = [
            one
            for one in queries.entitled(hackathon=event, kind=kind)
            if (one.user.pk, one.award.pk if one.award else None) not in had
        ]
        faults = [_fault(one) for one in fresh]
        made = [
            _certificate(event, kind, one, now) for one, fault in zip(fresh, faults, strict=True) if not fault
        ]
        Certificate.objects.bulk_create(made, batch_size=500)
        if made:
            _log("certificates.issued", event, by, now, {"kind": str(kind), "count": len(made)})
    return Issued(len(made), list(filter(None, faults)))


def withdraw_certificate(*, certificate: Certificate, by: User, now: datetime) -> None:
    """Withdraw a certificate: whoever checks its code learns of it. A second time changes nothing."""
    with transaction.atomic():
        if Certificate.objects.valid().filter(pk=certificate.pk).update(withdrawn_at=now):
            detail = {"certificate": certificate.pk, "kind": certificate.kind}
            _log("certificate.withdrawn", certificate.hackathon, by, now, detail, about=certificate.user)


def issue_again(*, certificate: Certificate, by: User, now: datetime) -> Certificate:
    """Issue a new certificate in place of one that was withdrawn, with today's name and a new code.

    Raises
    ------
    Refused
        It was not withdrawn, there is a newer one, or the person is no longer entitled to it.
    """
    event, award = certificate.hackathon, certificate.award_id
    try:
        with transaction.atomic():
            places.lock(event)
            if Certificate.objects.valid().filter(pk=certificate.pk).exists():
                raise Refused(_("This certificate is valid. Withdraw it first."))
            for one in queries.entitled(hackathon=event, kind=certificate.kind):
                if (one.user.pk, one.award.pk if one.award else None) == (certificate.user_id, award):
                    break
            else:
                raise Refused(_("%(name)s is not entitled to it any more.") % {"name": certificate.name})
            if fault := _fault(one):
                raise Refused(fault)
            made = _certificate(event, certificate.kind, one, now)
            made.save(force_insert=True)
            detail = {"certificate": made.pk, "kind": made.kind}
            _log("certificate.issued_again", event, by, now, detail, about=made.user)
    except IntegrityError:
        raise Refused(_("There is a newer certificate already.")) from None
    return made


def _fault(one: Entitled) -> str:
    """Say why this person's name cannot be written; empty where it can."""
    name = one.user.name.strip()
    if not name:
        return _("%(email)s has given no name: it can be set under “Settings”.") % {"email": one.user.email}
    if missing := drawing.unknown_letters(name):
        return _(
            "%(name)s: there is no “%(letters)s” among the letters of certificates. The name can be "
            "written in Latin, Greek or Cyrillic letters under “Settings”."
        ) % {"name": name, "letters": missing}
    return ""


def _certificate(event: Hackathon, kind: str, one: Entitled, now: datetime) -> Certificate:
    return issuing.made_out(
        event,
        kind,
        now,
        user=one.user,
        award=one.award,
        name=one.user.name.strip(),
        team=one.team,
        project=one.project,
        award_title=one.award.title if one.award else "",
        issued_at=now,
    )


def _log(
    action: str,
    event: Hackathon,
    by: User,
    now: datetime,
    detail: dict[str, object],
    about: User | None = None,
) -> None:
    AuditEntry.objects.create(
        course=event.course,
        actor=by,
        action=action,
        item=f"hackathon:{event.pk}",
        about=about,
        detail=detail,
        at=now,
    )
