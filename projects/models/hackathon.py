"""A hackathon: teams, challenges and projects within a few days."""

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classroom.models import Course
from projects.models.link import LinkField


class Hackathon(models.Model):
    """An event of a course. Its phases are derived from its times; the course's zone is its zone."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="hackathons")
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, help_text=_("Markdown."))
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    venue_url = LinkField(_("link of the venue or video call"), blank=True)
    code_of_conduct = models.TextField(_("code of conduct"), blank=True, help_text=_("Markdown."))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    registration_opens_at = models.DateTimeField(_("registration opens"))
    registration_closes_at = models.DateTimeField(_("registration closes"))
    submission_closes_at = models.DateTimeField(
        _("projects are due"), help_text=_("Until then a team may change what its project page says.")
    )
    min_team_size = models.PositiveSmallIntegerField(
        _("smallest team"), default=1, validators=[MinValueValidator(1)]
    )
    max_team_size = models.PositiveSmallIntegerField(
        _("largest team"), default=4, validators=[MinValueValidator(1)]
    )
    building_opens_at = models.DateTimeField(
        _("building begins"),
        null=True,
        blank=True,
        help_text=_("From then on teams hand in code for the challenges; empty: when the event begins."),
    )
    building_closes_at = models.DateTimeField(
        _("building ends"), null=True, blank=True, help_text=_("Empty: when projects are due.")
    )
    registration_required = models.BooleanField(
        _("people register before they join a team"),
        default=False,
        help_text=_("With a form, places and a waiting list. Without it, joining a team is all there is."),
    )
    places = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("How many people may take part; empty: any number.")
    )
    places_taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to accept an offer"),
        default=24,
        validators=[MinValueValidator(1)],
        help_text=_("So long a place is kept for the next on the waiting list."),
    )
    judging_opens_at = models.DateTimeField(_("judging opens"), null=True, blank=True)
    judging_closes_at = models.DateTimeField(_("judging closes"), null=True, blank=True)
    gallery_opens_at = models.DateTimeField(
        _("projects are shown from"),
        null=True,
        blank=True,
        help_text=_("Until then a project is seen by its team, judges and staff."),
    )
    gallery_closes_at = models.DateTimeField(
        _("projects are shown until"), null=True, blank=True, help_text=_("Empty: for good.")
    )
    vote_opens_at = models.DateTimeField(
        _("vote opens"),
        null=True,
        blank=True,
        help_text=_("Everybody in the course ranks the projects they like best; empty: no vote."),
    )
    vote_closes_at = models.DateTimeField(_("vote closes"), null=True, blank=True)
    vote_places = models.PositiveSmallIntegerField(
        _("places on a ballot"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("The first place gets as many points as there are places, each next one fewer."),
    )
    ranking_published_at = models.DateTimeField(_("ranking published"), null=True, blank=True, editable=False)
    ranking_places = models.PositiveSmallIntegerField(
        _("places shown"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("How many places of the ranking everybody sees; empty: all."),
    )
    awards_published_at = models.DateTimeField(_("awards published"), null=True, blank=True, editable=False)
    gallery_is_public = models.BooleanField(
        _("anybody may see the projects, without an account"),
        default=False,
        help_text=_("Strangers see each team's name and the names it chose to show, and nobody's address."),
    )
    projects_reviewed = models.BooleanField(
        _("projects are approved before they are shown"),
        default=False,
        help_text=_(
            "Staff approve each one, or say what is missing. What a team changes later is shown all the same."
        ),
    )
    published_at = models.DateTimeField(
        _("shown to students from"), null=True, blank=True, help_text=_("Empty: only staff see it.")
    )
    reminds = models.BooleanField(
        _("reminds of deadlines"),
        default=False,
        help_text=_("By e-mail, a day and an hour before, those who have begun and not handed in."),
    )

    class Meta:
        verbose_name = _("hackathon")
        verbose_name_plural = _("hackathons")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="hackathon_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(registration_closes_at__gt=models.F("registration_opens_at")),
                name="hackathon_registration_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=models.Q(max_team_size__gte=models.F("min_team_size"), min_team_size__gte=1),
                name="hackathon_team_sizes_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(building_opens_at__isnull=True)
                | models.Q(building_closes_at__isnull=True)
                | models.Q(building_closes_at__gt=models.F("building_opens_at")),
                name="hackathon_building_ends_after_its_beginning",
            ),
            models.CheckConstraint(
                condition=models.Q(gallery_closes_at__isnull=True)
                | models.Q(gallery_opens_at__isnull=True)
                | models.Q(gallery_closes_at__gt=models.F("gallery_opens_at")),
                name="hackathon_gallery_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=models.Q(vote_closes_at__isnull=True)
                | models.Q(vote_opens_at__isnull=True)
                | models.Q(vote_closes_at__gt=models.F("vote_opens_at")),
                name="hackathon_vote_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=models.Q(places__isnull=True) | models.Q(places_taken__lte=models.F("places")),
                name="hackathon_not_overfull",
                violation_error_message=_("More people than that have a place already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the event's page."""
        return reverse("projects:event", args=[self.course.slug, self.pk])

    def shows_projects(self, now: datetime) -> bool:
        """Tell whether the whole course may see the projects."""
        if self.gallery_opens_at is None or now < self.gallery_opens_at:
            return False
        return self.gallery_closes_at is None or now < self.gallery_closes_at

    def takes_votes(self, now: datetime) -> bool:
        """Tell whether ballots are taken; only where the voters may see the projects."""
        if self.vote_opens_at is None or now < self.vote_opens_at or self.ranking_published_at:
            return False
        return self.shows_projects(now) and (self.vote_closes_at is None or now < self.vote_closes_at)

    @property
    def building(self) -> tuple[datetime, datetime]:
        """From when until when teams hand in code for the challenges."""
        return (
            self.building_opens_at or self.starts_at,
            self.building_closes_at or self.submission_closes_at,
        )

    @property
    def teams_close_at(self) -> datetime:
        """Until when teams form: whoever comes from the waiting list still finds one before the event."""
        if self.registration_required:
            return max(self.registration_closes_at, self.starts_at)
        return self.registration_closes_at

    @property
    def places_left(self) -> int | None:
        """How many more people may take part; None means any number."""
        return None if self.places is None else self.places - self.places_taken

    @property
    def conduct_version(self) -> str:
        """The code of conduct's present words, as a checksum; empty where there is none."""
        text = self.code_of_conduct.strip()
        return sha256(text.encode()).hexdigest() if text else ""


class Consent(models.Model):
    """Somebody agreed to the code of conduct, in the words it had then."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="consents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text_sha256 = models.CharField(_("version of the text"), max_length=64)
    given_at = models.DateTimeField(_("given"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["hackathon", "user", "text_sha256"], name="consent_once_a_person_and_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.hackathon}"
