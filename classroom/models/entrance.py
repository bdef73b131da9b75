"""Ways into a course besides being added by staff: a link, a code, and asking."""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.asking import asked_once, in_one_state
from classroom.models.course import Course

#: Letters and digits that cannot be mistaken for one another when read aloud or from a slide.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8


def new_course_code() -> str:
    """Draw a course's code: 31**8 of them, about 40 bits; whoever guesses is slowed down."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def digest_of(token: str) -> str:
    """Return what is stored of a link's secret part."""
    return sha256(token.encode()).hexdigest()


class Entrance(models.Model):
    """What a course's door is like for those who come by themselves; without a row it is shut."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, primary_key=True, related_name="entrance")
    code = models.CharField(_("code"), max_length=12, unique=True, null=True, blank=True)
    takes_requests = models.BooleanField(
        _("people may ask to take part"),
        default=False,
        help_text=_("The course is then listed for everybody who has an account here."),
    )

    class Meta:
        verbose_name = _("entrance of a course")
        verbose_name_plural = _("entrances of courses")

    def __str__(self) -> str:
        return str(self.course)


class InviteLinkQuerySet(models.QuerySet["InviteLink"]):
    """Links by whether they work."""

    def working(self, now: datetime) -> Self:
        """Keep those through which somebody can still come in."""
        return self.filter(
            models.Q(max_uses=None) | models.Q(uses__lt=models.F("max_uses")),
            revoked_at=None,
            expires_at__gt=now,
        )


class InviteLink(models.Model):
    """A link that makes students of whoever opens it, for a while and so many. Only a digest is stored."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="invite_links")
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    label = models.CharField(_("what it is for"), max_length=80, blank=True)
    max_uses = models.PositiveIntegerField(_("people at most"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("people who came"), default=0, editable=False)
    expires_at = models.DateTimeField(_("works until"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InviteLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("invite link")
        verbose_name_plural = _("invite links")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_uses__isnull=True) | models.Q(uses__lte=models.F("max_uses")),
                name="invite_link_not_overused",
            )
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.label or self.pk}"

    def works(self, now: datetime) -> bool:
        """Whether somebody can still come in through it."""
        has_uses = self.max_uses is None or self.uses < self.max_uses
        return has_uses and self.revoked_at is None and now < self.expires_at


class EnrolmentRequestQuerySet(models.QuerySet["EnrolmentRequest"]):
    """Requests by state."""

    def open(self) -> Self:
        """Keep those that nobody has decided or withdrawn."""
        return self.filter(accepted_at=None, declined_at=None, withdrawn_at=None)


class EnrolmentRequest(models.Model):
    """Somebody asks to take part in a course; an instructor accepts or declines."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolment_requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolment_requests"
    )
    message = models.CharField(_("what you would like to say"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    objects = EnrolmentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to take part")
        verbose_name_plural = _("requests to take part")
        ordering = ["asked_at", "pk"]
        constraints = [
            asked_once("course", "user", name="one_open_request_a_person_and_course"),
            in_one_state(name="enrolment_request_in_one_state"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.course}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return not (self.accepted_at or self.declined_at or self.withdrawn_at)
