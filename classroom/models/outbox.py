"""Notices waiting to leave the site, and a log of those that left."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.course import Course
from classroom.models.leased import Leased


class Outbox(Leased):
    """A message, written in the transaction of the event it tells of, sent after the commit by a worker.

    `key` names event and recipient, so the same event never makes two messages.
    """

    class Channel(models.TextChoices):
        """How the message travels."""

        EMAIL = "email", _("E-mail")
        MATTERMOST = "mattermost", _("Mattermost")

    class State(models.TextChoices):
        """Where a message is on its way."""

        WAITING = "waiting", _("Waiting")
        RETRYING = "retrying", _("Trying again")
        SENT = "sent", _("Sent")
        GIVEN_UP = "given_up", _("Given up")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, null=True, blank=True, related_name="outbox")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    key = models.CharField(_("event and recipient"), max_length=200, unique=True)
    recipient = models.CharField(_("recipient"), max_length=500)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    unsubscribe = models.CharField(
        _("page to unsubscribe"), max_length=300, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    not_before = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outbox")
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="outbox_waiting",
            )
        ]

    @classmethod
    def being(cls, state: str) -> models.Q:
        """Select the messages in a state, as `state` says of one."""
        under_way = models.Q(sent_at=None, given_up_at=None)
        return {
            cls.State.WAITING: under_way & models.Q(attempts=0),
            cls.State.RETRYING: under_way & models.Q(attempts__gt=0),
            cls.State.SENT: models.Q(sent_at__isnull=False),
            cls.State.GIVEN_UP: models.Q(sent_at=None, given_up_at__isnull=False),
        }[cls.State(state)]

    @property
    def state(self) -> State:
        """Where the message is on its way."""
        if self.sent_at is not None:
            return self.State.SENT
        if self.given_up_at is not None:
            return self.State.GIVEN_UP
        return self.State.RETRYING if self.attempts else self.State.WAITING

    @property
    def tone(self) -> str:
        """The tone in which the state is shown."""
        tones = {self.State.SENT: "good", self.State.RETRYING: "warn", self.State.GIVEN_UP: "bad"}
        return tones.get(self.state, "info")

    @property
    def may_be_sent_again(self) -> bool:
        """Whether it was given up and has not been blanked since."""
        return self.state == self.State.GIVEN_UP and bool(self.recipient)

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.key}"
