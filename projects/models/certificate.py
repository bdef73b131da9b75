"""Certificates: what they say, and who has one."""

import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.award import Award
from projects.models.hackathon import Hackathon
from projects.models.team import CODE_ALPHABET

#: 31**28 codes, about 138 bits: whoever knows one has the certificate before them.
CHECK_CODE_LENGTH = 28


def new_check_code() -> str:
    """Draw a check code."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CHECK_CODE_LENGTH))


class CertificateKind(models.TextChoices):
    """What is certified."""

    PARTICIPATION = "participation", _("Participation")
    COMPLETION = "completion", _("Completion")
    AWARD = "award", _("Award")


class CertificateTemplate(models.Model):
    """What the certificates of one kind say in one language, where the organisers changed it."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="certificate_templates")
    kind = models.CharField(_("kind"), max_length=13, choices=CertificateKind)
    language = models.CharField(_("language"), max_length=8)
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"), max_length=1500)
    signatures = models.TextField(
        _("signatures"),
        max_length=400,
        blank=True,
        help_text=_("One a line: a name, and after a comma what the person is. At most three."),
    )
    is_landscape = models.BooleanField(_("landscape"), default=True)

    class Meta:
        verbose_name = _("certificate's text")
        verbose_name_plural = _("certificates' texts")
        constraints = [
            models.UniqueConstraint(
                fields=["hackathon", "kind", "language"], name="one_certificate_text_a_kind_and_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hackathon}, {self.get_kind_display()}, {self.language}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates by whether they hold."""

    def valid(self) -> Self:
        """Keep those that were not withdrawn."""
        return self.filter(withdrawn_at=None)


class Certificate(models.Model):
    """What was certified to whom, in the words of that day; it is drawn when somebody wants to have it.

    Withdrawing stamps `withdrawn_at`: whoever checks the code learns of it.
    """

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="certificates")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(_("kind"), max_length=13, choices=CertificateKind)
    award = models.ForeignKey(
        Award, on_delete=models.SET_NULL, null=True, blank=True, related_name="certificates"
    )
    code = models.CharField(_("check code"), max_length=40, unique=True, default=new_check_code)
    name = models.CharField(_("name"), max_length=150)
    team = models.CharField(_("team"), max_length=80, blank=True)
    project = models.CharField(_("project"), max_length=120, blank=True)
    award_title = models.CharField(_("award"), max_length=120, blank=True)
    event = models.CharField(_("event"), max_length=200)
    course = models.CharField(_("course"), max_length=300)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    issued_on = models.DateField(_("day of issue"))
    issued_at = models.DateTimeField(_("issued"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["hackathon", "kind", "name"], name="certificate_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["hackathon", "user", "kind"],
                condition=models.Q(withdrawn_at__isnull=True) & ~models.Q(kind=CertificateKind.AWARD),
                name="one_valid_certificate_a_person_and_kind",
            ),
            models.UniqueConstraint(
                fields=["award", "user"],
                condition=models.Q(withdrawn_at__isnull=True, kind=CertificateKind.AWARD),
                name="one_valid_certificate_a_person_and_award",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_kind_display()}"

    @property
    def printed_code(self) -> str:
        """The code in groups of seven, as people read it."""
        return "-".join(self.code[at : at + 7] for at in range(0, len(self.code), 7))
