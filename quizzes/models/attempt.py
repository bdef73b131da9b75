"""What a student does with a quiz: an attempt, its questions, and an append-only log of answers."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classroom.models.leased import Leased
from quizzes.models.question import QuestionVersion
from quizzes.models.quiz import Quiz, Slot

#: An open page is heard of every 15 s; after more than this it is out of contact.
SILENT_SECONDS = 20


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts by state at a time."""

    def accepting(self, now: datetime | models.Expression) -> Self:
        """Keep those that still take answers, the grace included."""
        return self.filter(models.Q(accepts_until=None) | models.Q(accepts_until__gt=now), finished_at=None)

    def overdue(self, now: datetime) -> Self:
        """Keep those whose time is up and that nobody has closed yet."""
        return self.filter(finished_at=None, accepts_until__lte=now)

    def unscored(self) -> Self:
        """Keep those that are closed and not scored yet: somebody was interrupted in between."""
        return self.filter(finished_at__isnull=False, score=None)

    def to_settle(self, now: datetime) -> Self:
        """Keep those that must be closed or scored."""
        return self.filter(
            models.Q(finished_at=None, accepts_until__lte=now)
            | models.Q(finished_at__isnull=False, score=None)
        )


class Attempt(models.Model):
    """One student's go at a quiz. The stored deadline decides; only extensions move it."""

    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField(_("attempt"), default=1)
    seed = models.BigIntegerField(_("seed"), help_text=_("Decides the order of questions and options."))
    started_at = models.DateTimeField(_("started"))
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    accepts_until = models.DateTimeField(_("takes answers until"), null=True, blank=True)
    last_saved_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last heard of"), null=True, blank=True)
    writer = models.CharField(_("browser tab that wrote last"), max_length=36, blank=True)
    device = models.CharField(_("address and browser, as a hash"), max_length=64, blank=True)
    credited_seconds = models.PositiveIntegerField(_("seconds given back after outages"), default=0)
    finished_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    receipt = models.CharField(_("receipt"), max_length=64, blank=True)
    score = models.FloatField(_("score"), null=True, blank=True)
    max_score = models.FloatField(_("most points"), default=0)
    pending = models.PositiveSmallIntegerField(
        _("answers still to be graded"), default=0, help_text=_("Until it is 0, the score is provisional.")
    )

    #: Its questions as they were just given; None unless it was started a moment ago and not read back.
    just_given: "list[AttemptItem] | None" = None

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["quiz", "user", "number"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "user", "number"], name="attempt_number_once_a_student")
        ]
        indexes = [
            models.Index(
                fields=["accepts_until"],
                condition=models.Q(finished_at__isnull=True),
                name="attempt_running",
            ),
            models.Index(
                fields=["quiz"],
                condition=models.Q(finished_at__isnull=False, score__isnull=True),
                name="attempt_unscored",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.quiz}, {self.number}"

    def seconds_left(self, now: datetime) -> float | None:
        """Return how long answers may still be written; None means without end."""
        if self.deadline is None:
            return None
        return max(0.0, (self.deadline - now).total_seconds()) if self.finished_at is None else 0.0

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time is up and nobody has closed it yet."""
        return self.finished_at is None and self.accepts_until is not None and self.accepts_until <= now

    def is_accepting(self, now: datetime) -> bool:
        """Whether an answer arriving now counts, the grace included."""
        return self.finished_at is None and (self.accepts_until is None or now < self.accepts_until)

    @property
    def heard_at(self) -> datetime:
        """When the site last heard of the student's page."""
        return max(filter(None, [self.started_at, self.last_saved_at, self.last_seen_at]))

    @property
    def credit_left(self) -> timedelta:
        """How much time may still be given back after outages."""
        return timedelta(seconds=max(0, self.quiz.outage_cap_seconds - self.credited_seconds))

    def may_come_back(self, now: datetime, closes_at: datetime | None) -> bool:
        """Whether it was out of contact when its time ended, and so could still get time back.

        Such an attempt takes no answers, but nobody closes it before that time has passed, too.
        `closes_at` is when the quiz closes for this person.
        """
        if self.finished_at is not None or self.deadline is None or self.accepts_until is None:
            return False
        left = self.credit_left
        if closes_at is not None and self.deadline <= closes_at:
            left = min(left, closes_at - self.deadline)
        silent = self.deadline - self.heard_at > timedelta(seconds=SILENT_SECONDS)
        return silent and now < self.accepts_until + left


class AttemptItem(Leased):
    """A question as this student got it: which version, in which order of options, and what it earned.

    `points` is empty until it is scored: by the kind's function when the attempt is handed in, by a worker
    that claims the row (see `classroom.lease`) where the sandbox must check, or by a person.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"))
    slot = models.ForeignKey(Slot, on_delete=models.SET_NULL, null=True, related_name="items")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="items")
    option_order: "models.JSONField[list[int], list[int]]" = models.JSONField(
        _("order of the options"), default=list
    )
    variant: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("variant"), default=dict, blank=True, help_text=_("What was drawn for this student, with its key.")
    )
    max_points = models.FloatField(_("points"))
    points = models.FloatField(_("earned"), null=True, blank=True)
    #: The version whose key counts after a regrade; empty: the one that was given.
    scored_by = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: What a worker found out about one answer: {"value": ["..."], "fraction": 0.5, "feedback": "...",
    #: "misconception": ""}; before that {"value": ["..."]}, perhaps with "problem" and "tries".
    verdict: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("verdict"), default=dict, blank=True
    )
    unchecked_since = models.DateTimeField(
        _("waits for a worker since"), null=True, blank=True, editable=False
    )
    rubric: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("rubric, as filled in"), default=dict, blank=True
    )
    comment = models.TextField(_("grader's comment"), blank=True)
    graded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    graded_at = models.DateTimeField(_("graded"), null=True, blank=True)

    class Meta:
        verbose_name = _("question of the attempt")
        verbose_name_plural = _("questions of the attempt")
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="item_position_once_an_attempt")
        ]
        indexes = [
            models.Index(
                fields=["unchecked_since"],
                condition=models.Q(unchecked_since__isnull=False),
                name="item_unchecked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.version.question}"

    @property
    def data(self) -> dict[str, Any]:
        """The question's details as this student got them: the author's and the variant's."""
        return (self.scored_by or self.version).data | self.variant


class Answer(models.Model):
    """One saved state of one answer; rows are added, never changed, so the whole attempt can be replayed.

    `client` names the browser tab and `seq` counts its saves: a repeated save adds nothing, and of one tab's
    saves the one with the highest `seq` counts, in whatever order they arrive.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField(_("position"))
    client = models.CharField(_("browser tab"), max_length=36)
    seq = models.PositiveIntegerField(_("count of its saves"))
    value: "models.JSONField[list[str], list[str]]" = models.JSONField(_("answer"))
    certainty = models.PositiveSmallIntegerField(_("certainty (1 to 3)"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["attempt", "pk"]
        constraints = [models.UniqueConstraint(fields=["attempt", "client", "seq"], name="answer_saved_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}: {self.value}"


class AttemptEvent(models.Model):
    """Something that happened in an attempt beside its answers; rows are added, never changed."""

    class What(models.TextChoices):
        STARTED = "started", _("started")
        DEVICE = "device", _("another address or browser")
        FOCUS = "focus", _("page left")
        OFFLINE = "offline", _("without connection")
        CREDITED = "credited", _("time given back")
        CONFLICT = "conflict", _("written from two tabs")
        HINT = "hint", _("hint taken")
        CHECKED = "checked", _("answer checked")
        EXTENDED = "extended", _("more time given")
        HANDED_IN = "handed_in", _("handed in")
        TIMED_OUT = "timed_out", _("time was up")
        REOPENED = "reopened", _("opened again")
        GRADED = "graded", _("graded by a person")
        REGRADED = "regraded", _("graded again")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(_("what"), max_length=10, choices=What)
    at = models.DateTimeField(_("at"))
    position = models.PositiveSmallIntegerField(_("position"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    detail: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("detail"), default=dict, blank=True
    )

    class Meta:
        verbose_name = _("event of an attempt")
        verbose_name_plural = _("events of attempts")
        ordering = ["attempt", "pk"]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.what}"
