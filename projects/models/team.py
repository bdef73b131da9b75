"""Teams, who is in them, and what they register."""

import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models.challenge import Challenge
from projects.models.hackathon import Hackathon
from projects.models.link import LinkField

#: Letters and digits that cannot be mistaken for one another when read aloud or from a slide.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


def new_join_code() -> str:
    """Draw a join code: 31**10 of them, about 49 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams by state."""

    def active(self) -> Self:
        """Keep the teams that still have members."""
        return self.filter(archived_at=None)


class Team(models.Model):
    """A hackathon's team. One whose last member left is archived, never deleted."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(_("name"), max_length=80)
    join_code = models.CharField(_("join code"), max_length=16, unique=True, default=new_join_code)
    size = models.PositiveSmallIntegerField(_("members"), default=0, editable=False)
    pitch = models.CharField(_("what you are up to"), max_length=500, blank=True)
    skills_wanted = models.CharField(_("skills you look for"), max_length=300, blank=True)
    listed_at = models.DateTimeField(_("on the board since"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "hackathon",
                condition=models.Q(archived_at__isnull=True),
                name="team_name_once_a_hackathon",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the team's page."""
        return reverse("projects:team", args=[self.hackathon.course.slug, self.hackathon_id])


class Membership(models.Model):
    """A person's place in a team. That there is one team a person and hackathon is the database's rule."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    is_leader = models.BooleanField(_("leads the team"), default=False)
    joined_at = models.DateTimeField(_("joined"))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["hackathon", "user"], name="one_team_a_person_and_hackathon"),
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(is_leader=True), name="one_leader_a_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.team}"


class FailedJoin(models.Model):
    """A join code that does not exist was tried; counted, so that nobody can try them all."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("failed join")
        verbose_name_plural = _("failed joins")
        indexes = [models.Index(fields=["user", "at"], name="failed_join_recent")]

    def __str__(self) -> str:
        return f"{self.user}, {self.at:%Y-%m-%d %H:%M}"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects by state."""

    def registered(self) -> Self:
        """Keep those that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def approved(self) -> Self:
        """Keep those that need no approval, or have it."""
        return self.filter(
            models.Q(team__hackathon__projects_reviewed=False) | models.Q(approved_at__isnull=False)
        )

    def in_review(self, state: "Project.Review") -> Self:
        """Keep those whose approval stands so."""
        return self.filter(
            approved_at__isnull=state != Project.Review.APPROVED,
            changes_wanted_at__isnull=state != Project.Review.CHANGES,
        )


class Project(models.Model):
    """What a team registers: its challenge and what it will show. Withdrawing stamps `withdrawn_at`.

    Where the event wants approval, the two stamps of the review tell where it stands; an edit takes no
    approval away, and answers a wish for changes.
    """

    class Review(models.TextChoices):
        """Where the approval stands."""

        SUBMITTED = "submitted", _("waits for approval")
        APPROVED = "approved", _("approved")
        CHANGES = "changes", _("changes wanted")

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="projects")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(_("title"), max_length=120)
    abstract = models.TextField(_("abstract"), max_length=2000, blank=True)
    needs = models.CharField(
        _("what you need"), max_length=300, blank=True, help_text=_("A screen, a socket, a mentor for ...")
    )
    credits = models.CharField(
        _("names to show"),
        max_length=300,
        blank=True,
        help_text=_("Where strangers may see the project they see these names; empty: only the team's."),
    )
    repository_url = LinkField(_("repository"), blank=True)
    demo_url = LinkField(_("demo"), blank=True)
    video_url = LinkField(_("video"), blank=True)
    has_public_repository = models.BooleanField(_("the repository is public"), default=False)
    has_commented_notebook = models.BooleanField(
        _("the notebook's code runs and is commented"), default=False
    )
    has_video = models.BooleanField(_("there is a short video"), default=False)
    authors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="authored_projects",
        blank=True,
        editable=False,
        help_text=_("Who was in the team when it handed in; empty: whoever is in it."),
    )
    registered_at = models.DateTimeField(_("registered"))
    changed_at = models.DateTimeField(_("changed"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    changes_wanted_at = models.DateTimeField(_("changes wanted"), null=True, blank=True, editable=False)
    review_words = models.TextField(_("what the reviewer says"), max_length=2000, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["registered_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True) | models.Q(changes_wanted_at__isnull=True),
                name="project_approved_or_changes_wanted",
            ),
            models.UniqueConstraint(
                fields=["team"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_registered_project_a_team",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def review(self) -> Review:
        """Where the approval stands."""
        if self.approved_at:
            return self.Review.APPROVED
        return self.Review.CHANGES if self.changes_wanted_at else self.Review.SUBMITTED

    @property
    def is_changed_since_approval(self) -> bool:
        """Whether the team has saved something that no reviewer has seen."""
        return self.approved_at is not None and self.changed_at > self.approved_at

    @property
    def is_complete(self) -> bool:
        """Whether everything the course asks of a project is there."""
        return self.has_public_repository and self.has_commented_notebook and self.has_video
