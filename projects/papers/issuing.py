"""From a certificate's row to its PDF: which words it is drawn with, and where its code is checked."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from projects.models import Certificate, CertificateTemplate, Hackathon
from projects.papers import drawing, wording

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def template_for(hackathon: Hackathon, kind: str, language: str) -> CertificateTemplate:
    """Return what certificates of a kind say in a language: the organisers' words, else the proposed ones."""
    stored = CertificateTemplate.objects.filter(hackathon=hackathon, kind=kind, language=language).first()
    if stored:
        return stored
    proposed = wording.default(kind=kind, language=language)
    proposed.hackathon = hackathon
    return proposed


def pdf(certificate: Certificate, template: CertificateTemplate) -> bytes:
    """Draw a certificate."""
    return drawing.pdf_of(words_of(certificate, template))


def words_of(certificate: Certificate, template: CertificateTemplate) -> wording.Wording:
    """Return what a certificate says, in letters that there are."""
    address = settings.SITE_URL + reverse("check_certificates")
    return wording.worded(certificate, template, address=address, written=drawing.written)


def made_out(hackathon: Hackathon, kind: str, now: datetime, **whom: Any) -> Certificate:  # noqa: ANN401 - columns
    """Return a certificate of a hackathon, not stored yet, with what is `whom`'s own."""
    zone = hackathon.course.zone
    return Certificate(
        hackathon=hackathon,
        kind=kind,
        event=hackathon.title,
        course=str(hackathon.course),
        first_day=localtime(hackathon.starts_at, zone).date(),
        # An event that ends at midnight ends on the day before.
        last_day=localtime(hackathon.ends_at - timedelta(microseconds=1), zone).date(),
        issued_on=localtime(now, zone).date(),
        **whom,
    )


def sample(hackathon: Hackathon, kind: str, now: datetime) -> Certificate:
    """Return a made-up certificate for previews, with a name that is rather long."""
    return made_out(
        hackathon,
        kind,
        now,
        code="SAMPLE" + "A" * 22,
        name="Zoë-Alexandra Müller-Lüdenscheidt",
        team=_("The name of the team"),
        project=_("The title of the project"),
        award_title=_("The title of the award"),
    )
