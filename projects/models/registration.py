"""Taking part in a hackathon: what the organisers ask, what people answer, and who has a place."""

from datetime import datetime
from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.hackathon import Hackathon


class QuestionQuerySet(models.QuerySet["RegistrationQuestion"]):
    """Questions by whether they are asked."""

    def asked(self) -> Self:
        """Keep those that the form shows."""
        return self.filter(removed_at=None)


class RegistrationQuestion(models.Model):
    """Something the organisers ask; one that has been answered is taken off the form, never deleted."""

    class Kind(models.TextChoices):
        """How it is answered."""

        TEXT = "text", _("Short text")
        LONG = "long", _("Long text")
        CHOICE = "choice", _("One of several choices")
        NUMBER = "number", _("Number")
        FILE = "file", _("File")
        CONSENT = "consent", _("Consent: a box to tick")

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.TEXT)
    text = models.CharField(
        _("question"), max_length=500, help_text=_("For a consent: the words people agree to.")
    )
    help_text = models.CharField(_("explanation"), max_length=300, blank=True)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One a line; for a choice only."))
    required = models.BooleanField(_("must be answered"), default=False)
    removed_at = models.DateTimeField(_("taken off the form"), null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration question")
        verbose_name_plural = _("registration questions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def options(self) -> list[str]:
        """The choices, one a line."""
        return list(dict.fromkeys(filter(None, map(str.strip, self.choices.splitlines()))))

    @property
    def version(self) -> str:
        """The words people agree to, as a checksum that a `Consent` records."""
        return sha256(f"{self.text}\n{self.help_text}".encode()).hexdigest()


class State(models.TextChoices):
    """Where a registration stands."""

    DRAFT = "draft", _("draft")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("offered a place")
    CONFIRMED = "confirmed", _("takes part")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("offer lapsed")


#: The column that is filled in each state; in a draft none is. The database keeps it to one.
STAMPS = {
    State.WAITING: "queued_at",
    State.OFFERED: "offer_expires_at",
    State.CONFIRMED: "confirmed_at",
    State.WITHDRAWN: "withdrawn_at",
    State.DECLINED: "declined_at",
    State.LAPSED: "lapsed_at",
}
#: Who takes up one of the event's places.
WITH_PLACE = (State.OFFERED, State.CONFIRMED)


def _at_most_one() -> models.Q:
    """Say that of all stamps at most one is there."""
    allowed = models.Q()
    for only in STAMPS.values():
        allowed |= models.Q(**{f"{column}__isnull": True for column in STAMPS.values() if column != only})
    return allowed


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Registrations by state, and their one way from state to state."""

    def in_state(self, *states: State) -> Self:
        """Keep those in one of `states`, as stored: an offer that ran out is OFFERED until it is settled."""
        wanted = models.Q(pk__in=[])
        for state in states:
            if state == State.DRAFT:
                wanted |= models.Q(**{f"{column}__isnull": True for column in STAMPS.values()})
            else:
                wanted |= models.Q(**{f"{STAMPS[state]}__isnull": False})
        return self.filter(wanted)

    def move(self, state: State, at: datetime, **more: datetime) -> int:
        """Bring them to `state`; return how many there were. Filter by `in_state` first: who moves, wins."""
        stamps: dict[str, datetime | None] = dict.fromkeys(STAMPS.values())
        if state != State.DRAFT:
            stamps[STAMPS[state]] = at
        return self.update(**stamps, **more)


class Registration(models.Model):
    """A person's registration for an event. Its state is told by which of its stamps is there.

    `offer_expires_at` is the offer's own clock: nothing but the offer sets it, no edit restarts it.
    """

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="registrations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="registrations")
    begun_at = models.DateTimeField(_("begun"))
    changed_at = models.DateTimeField(_("changed"))
    submitted_at = models.DateTimeField(_("registered"), null=True, blank=True)
    queued_at = models.DateTimeField(_("waits since"), null=True, blank=True)
    offer_expires_at = models.DateTimeField(_("offer runs out"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    lapsed_at = models.DateTimeField(_("offer lapsed"), null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["begun_at", "pk"]
        indexes = [
            models.Index(
                fields=["hackathon", "queued_at"],
                condition=models.Q(queued_at__isnull=False),
                name="registration_waiting",
            ),
            models.Index(
                fields=["offer_expires_at"],
                condition=models.Q(offer_expires_at__isnull=False),
                name="registration_offered",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["hackathon", "user"], name="registered_once_a_hackathon"),
            models.CheckConstraint(condition=_at_most_one(), name="registration_in_one_state"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.hackathon}"

    @property
    def stored_state(self) -> State:
        """The state as stored."""
        filled = (state for state, column in STAMPS.items() if getattr(self, column) is not None)
        return next(filled, State.DRAFT)

    def state(self, now: datetime) -> State:
        """Return the state: an offer that ran out has lapsed, whether or not anybody has stored it yet."""
        if self.offer_expires_at is not None and now >= self.offer_expires_at:
            return State.LAPSED
        return self.stored_state


class Answer(models.Model):
    """What somebody answered, with the question's words at that time; a later change leaves it alone."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(RegistrationQuestion, on_delete=models.PROTECT, related_name="answers")
    asked = models.CharField(_("question as it was"), max_length=500)
    value = models.TextField(_("answer"), blank=True)
    content = models.BinaryField(_("file"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["question__position", "question_id"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "question"], name="answered_once_a_registration")
        ]

    def __str__(self) -> str:
        return self.value[:80]

    @property
    def is_file(self) -> bool:
        """Whether the answer is an uploaded file, whose name is `value`."""
        return self.question.kind == RegistrationQuestion.Kind.FILE
