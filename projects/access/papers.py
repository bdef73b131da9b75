"""The doors to awards, certificates and archives."""

from datetime import datetime

from django.http import HttpRequest

from classroom.access import (
    Seat,
)
from projects.access.events import hackathon_to_organise, hackathon_to_see
from projects.access.handing_in import challenge_to_review
from projects.access.rows import one_of
from projects.models import (
    Award,
    Certificate,
    CertificateKind,
    Hackathon,
    Package,
    Project,
)
from projects.models.certificate import CHECK_CODE_LENGTH
from projects.models.team import CODE_ALPHABET


def award_to_organise(request: HttpRequest, slug: str, pk: int, award: int) -> tuple[Seat, Hackathon, Award]:
    """Return an award of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    awards = Award.objects.select_related("hackathon__course", "challenge", "track", "project__team")
    return seat, event, one_of(awards.filter(hackathon=event, pk=award).first())


def project_to_award(award: Award, project: int) -> Project:
    """Return a project of the hackathon of an award that an instructor gives."""
    found = Project.objects.select_related("team").filter(team__hackathon=award.hackathon_id, pk=project)
    return one_of(found.first())


def certificates_to_organise(
    request: HttpRequest, slug: str, pk: int, kind: str
) -> tuple[Seat, Hackathon, CertificateKind]:
    """Return a hackathon whose certificates of one kind an instructor issues."""
    seat, event = hackathon_to_organise(request, slug, pk)
    return seat, event, one_of(next((known for known in CertificateKind if known == kind), None))


def certificate_to_organise(
    request: HttpRequest, slug: str, pk: int, certificate: int
) -> tuple[Seat, Certificate]:
    """Return a certificate of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = Certificate.objects.select_related("hackathon__course", "user")
    return seat, one_of(found.filter(hackathon=event, pk=certificate).first())


def certificate_to_have(
    request: HttpRequest, slug: str, pk: int, certificate: int, *, now: datetime
) -> tuple[Seat, Certificate]:
    """Return a certificate that holds: to whom it was issued, and to instructors."""
    seat, event = hackathon_to_see(request, slug, pk, now=now)
    found = Certificate.objects.valid().select_related("hackathon__course")
    found = found.filter(hackathon=event, pk=certificate)
    return seat, one_of((found if seat.runs_course else found.filter(user=seat.user)).first())


def package_to_have(request: HttpRequest, slug: str, pk: int, package: int) -> tuple[Seat, Package]:
    """Return an archive of a hackathon that an instructor organises."""
    seat, event = hackathon_to_organise(request, slug, pk)
    found = Package.objects.select_related("hackathon__course", "asked_by")
    return seat, one_of(found.filter(hackathon=event, pk=package).first())


def sources_to_have(request: HttpRequest, slug: str, pk: int, package: int) -> tuple[Seat, Package]:
    """Return an archive of a challenge's hand-ins, for staff."""
    seat, challenge = challenge_to_review(request, slug, pk)
    found = Package.objects.select_related("challenge__course")
    return seat, one_of(found.filter(challenge=challenge, pk=package).first())


def certificate_to_check(code: str) -> Certificate | None:
    """Return the certificate with a check code, for whoever holds it in their hands."""
    tidy = code.upper().replace("-", "").replace(" ", "")
    is_code = len(tidy) == CHECK_CODE_LENGTH and set(tidy) <= set(CODE_ALPHABET)
    return Certificate.objects.filter(code=tidy).first() if is_code else None
