"""Throwing old data away: each rule says what, after how many days, and whether it goes or is blanked.

It happens when `manage.py purge` is called, for example every night by cron; nothing calls it by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from classroom.lti.models import DeepLinking, Entry, Identity, Roster
from classroom.models import (
    AuditEntry,
    Enrolment,
    EnrolmentRequest,
    GradeUpload,
    InviteLink,
    Notice,
    Outbox,
    Session,
    SignInCode,
    User,
)
from projects.models import FailedJoin, Invitation, Judge, Package, ProjectDraft, Submission
from quizzes.models import Attempt, AttemptEvent, CodeTries, Upload
from quizzes.services import forget_guests, forgettable_guests
from quizzes.services.guests import DAYS_REMEMBERED

#: So many rows are written in one transaction: a quiz that runs waits for no longer one.
AT_ONCE = 500


@dataclass(frozen=True)
class Rule:
    """Rows that are thrown away, or `blank`ed, when they are older than so many days."""

    name: str
    what: str
    days: int
    older_than: Callable[[datetime], "QuerySet[Any]"]
    blank: Mapping[str, object] = field(default_factory=dict)


def _never_came(before: datetime) -> "QuerySet[User]":
    """Return accounts that were made at an open door and that nobody ever signed in to."""
    users = User.objects.filter(
        date_joined__lt=before,
        last_login=None,
        is_staff=False,
        is_superuser=False,
        anonymised_at=None,
    )
    for model in (Enrolment, EnrolmentRequest, Judge, Identity, Submission, Attempt):
        users = users.filter(~Exists(model._default_manager.filter(user=OuterRef("pk"))))
    return users.filter(~Exists(Invitation.objects.filter(invitee=OuterRef("pk"))))


RULES = (
    Rule("sessions", "sessions that have run out", 0, lambda at: Session.objects.filter(expire_date__lt=at)),
    Rule("codes", "sign-in codes", 30, lambda at: SignInCode.objects.filter(expires_at__lt=at)),
    Rule(
        "letters",
        "text and recipient of letters that were sent or given up",
        180,
        lambda at: Outbox.objects.filter(Q(sent_at__lt=at) | Q(given_up_at__lt=at)).exclude(
            recipient="", body=""
        ),
        blank={"recipient": "", "subject": "", "body": "", "last_error": "", "unsubscribe": ""},
    ),
    Rule("notices", "notices that were read", 365, lambda at: Notice.objects.filter(read_at__lt=at)),
    Rule("audit", "entries of the audit log", 3 * 365, lambda at: AuditEntry.objects.filter(at__lt=at)),
    Rule(
        "uploads",
        "questions uploaded and not imported",
        30,
        lambda at: Upload.objects.filter(created_at__lt=at),
    ),
    Rule(
        "marks", "tables of marks not imported", 30, lambda at: GradeUpload.objects.filter(created_at__lt=at)
    ),
    Rule(
        "drafts",
        "drafts of projects of hackathons that are over",
        180,
        lambda at: ProjectDraft.objects.filter(team__hackathon__ends_at__lt=at),
    ),
    Rule(
        "invitations",
        "addresses in invitations to teams that have expired",
        90,
        lambda at: Invitation.objects.filter(expires_at__lt=at).exclude(email=""),
        blank={"email": ""},
    ),
    Rule(
        "links",
        "invite links to courses that no longer work",
        365,
        lambda at: InviteLink.objects.filter(Q(expires_at__lt=at) | Q(revoked_at__lt=at)),
    ),
    Rule(
        "requests",
        "requests to take part that were decided",
        180,
        lambda at: EnrolmentRequest.objects.filter(
            Q(accepted_at__lt=at) | Q(declined_at__lt=at) | Q(withdrawn_at__lt=at)
        ),
    ),
    Rule(
        "devices",
        "addresses and browsers, as hashes, of attempts handed in",
        180,
        lambda at: Attempt.objects.filter(finished_at__lt=at).exclude(device=""),
        blank={"device": ""},
    ),
    Rule(
        "device-events",
        "notes that an attempt came from another device",
        180,
        lambda at: AttemptEvent.objects.filter(
            what=AttemptEvent.What.DEVICE, attempt__finished_at__lt=at
        ).exclude(detail={}),
        blank={"detail": {}},
    ),
    Rule("tries", "wrong join codes of teams", 30, lambda at: FailedJoin.objects.filter(at__lt=at)),
    Rule(
        "code-tries",
        "wrong access codes of quizzes",
        30,
        lambda at: CodeTries.objects.filter(waits_until__lt=at),
    ),
    Rule("archives", "packed archives", 90, lambda at: Package.objects.filter(packed_at__lt=at)),
    Rule("launches", "begun launches from platforms", 2, lambda at: Entry.objects.filter(created_at__lt=at)),
    Rule(
        "content-choices",
        "choices of content for platforms",
        2,
        lambda at: DeepLinking.objects.filter(created_at__lt=at),
    ),
    Rule("rosters", "platforms' lists of people", 30, lambda at: Roster.objects.filter(asked_at__lt=at)),
    Rule("accounts", "accounts that nobody ever signed in to", 30, _never_came),
)
NAMES = frozenset(rule.name for rule in RULES)


@dataclass(frozen=True)
class Purged:
    """What one rule found."""

    name: str
    what: str
    days: int
    count: int


def purge(*, now: datetime, dry: bool, days: Mapping[str, int] | None = None) -> Iterator[Purged]:
    """Apply all rules, a batch at a time, and tell of each how many rows it met.

    Parameters
    ----------
    dry
        Only count.
    days
        Other ages than usual, by a rule's name.
    """
    for rule in RULES:
        age = (days or {}).get(rule.name, rule.days)
        found = rule.older_than(now - timedelta(days=age))
        yield Purged(rule.name, rule.what, age, found.count() if dry else _apply(rule, found))
    guests = forgettable_guests(now=now).count() if dry else forget_guests(now=now)
    yield Purged("guests", "guests of quizzes who have not been back", DAYS_REMEMBERED, guests)


def _apply(rule: Rule, found: "QuerySet[Any]") -> int:
    done = 0
    while pks := list(found.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            batch = found.filter(pk__in=pks)
            if rule.blank:
                batch.update(**rule.blank)
            else:
                batch.delete()
        done += len(pks)
    return done
