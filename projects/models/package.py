"""Archives that a worker packs: all certificates or everything of a hackathon, a challenge's hand-ins."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models import Course, Leased
from projects.models.challenge import Challenge
from projects.models.hackathon import Hackathon


class Package(Leased):
    """An archive that somebody asked for. `variant` says which of its kind; a newer one replaces it.

    Its bytes are rows of `PackagePart`: hosts share a database, not a disk, and no process holds them all.
    """

    class Kind(models.TextChoices):
        """What is in it."""

        CERTIFICATES = "certificates", _("certificates")
        EVERYTHING = "everything", _("everything")
        SOURCES = "sources", _("hand-ins")

    hackathon = models.ForeignKey(
        Hackathon, on_delete=models.CASCADE, null=True, blank=True, related_name="packages"
    )
    challenge = models.ForeignKey(
        Challenge, on_delete=models.CASCADE, null=True, blank=True, related_name="packages"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    variant = models.CharField(_("variant"), max_length=30, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked for"))
    total = models.PositiveIntegerField(_("files"), default=0)
    done = models.PositiveIntegerField(_("files packed"), default=0)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    parts_count = models.PositiveIntegerField(_("parts"), default=0)
    packed_at = models.DateTimeField(_("packed"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)

    class Meta:
        verbose_name = _("archive")
        verbose_name_plural = _("archives")
        constraints = [
            models.UniqueConstraint(
                fields=["hackathon", "kind", "variant"], name="one_archive_a_hackathon_and_kind"
            ),
            models.UniqueConstraint(fields=["challenge", "kind"], name="one_archive_a_challenge_and_kind"),
            models.CheckConstraint(
                condition=models.Q(hackathon__isnull=False, challenge__isnull=True)
                | models.Q(hackathon__isnull=True, challenge__isnull=False),
                name="archive_of_a_hackathon_or_a_challenge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}, {self.kind} {self.variant}"

    def get_absolute_url(self) -> str:
        """Return where it is downloaded."""
        return reverse("projects:sources" if self.challenge_id else "projects:package", args=self._address)

    @property
    def panel_url(self) -> str:
        """Return where one sees how far it is."""
        name = "projects:sources_panel" if self.challenge_id else "projects:package_panel"
        return reverse(name, args=self._address)

    @property
    def about(self) -> Hackathon | Challenge:
        """What it holds something of."""
        found = self.challenge or self.hackathon
        assert found is not None, "the database has one of the two"  # noqa: S101 - for the type checker
        return found

    @property
    def course(self) -> Course:
        """Whose it is."""
        return self.about.course

    @property
    def _address(self) -> tuple[str, int, int]:
        return self.course.slug, self.about.pk, self.pk

    @property
    def is_waiting(self) -> bool:
        """Whether a worker still has to do it."""
        return self.packed_at is None and self.failed_at is None


class PackagePart(models.Model):
    """Some of an archive's bytes, written by one run of a worker."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="parts")
    run = models.PositiveIntegerField(_("run"))
    number = models.PositiveIntegerField(_("number"))
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("part of an archive")
        verbose_name_plural = _("parts of archives")
        constraints = [
            models.UniqueConstraint(fields=["package", "run", "number"], name="part_once_an_archive_and_run")
        ]

    def __str__(self) -> str:
        return f"{self.package_id}, {self.number}"
