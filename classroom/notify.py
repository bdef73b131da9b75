"""Tell people: write to the outbox now, send after the commit, from a worker.

A message is written in the transaction of the event it tells of, so neither exists without the other, and its
key makes the same event write it once.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F

from classroom import bell, lease
from classroom.models.course import Course
from classroom.models.outbox import Outbox
from classroom.models.user import GUEST_DOMAIN, NOBODY_DOMAIN

#: Nobody reads what is sent to addresses that end so.
NO_MAILBOX = (f"@{GUEST_DOMAIN}", f"@{NOBODY_DOMAIN}")
#: How long one worker may take to send one message.
LEASE = timedelta(seconds=60)
#: Waits between attempts; after the last one the message is given up and stays in the log.
RETRY_AFTER = [timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200)]
#: How long (seconds) a chat server may take to answer.
WEBHOOK_TIMEOUT_SECONDS = 10
#: Mattermost's limit for one post, in characters.
MATTERMOST_MAX_CHARACTERS = 16_383


class DeliveryError(Exception):
    """The channel did not take the message; the text says why."""


@dataclass(frozen=True)
class Letter:
    """An e-mail; `not_before` is None for at once, `unsubscribe` a path that ends letters like it."""

    key: str
    to: str
    subject: str
    body: str
    not_before: datetime | None = None
    unsubscribe: str = ""

    def message(self, now: datetime, course: Course | None) -> Outbox:
        """Return the row to write."""
        return Outbox(
            channel=Outbox.Channel.EMAIL,
            key=self.key,
            recipient=self.to,
            subject=one_line(self.subject),
            body=self.body,
            unsubscribe=self.unsubscribe,
            course=course,
            not_before=self.not_before or now,
        )


def email(*, key: str, to: str, subject: str, body: str, now: datetime, course: Course | None = None) -> None:
    """Write an e-mail to the outbox; the same `key` again changes nothing. Guests have no mailbox."""
    letter_out(letter=Letter(key, to, subject, body), now=now, course=course)


def letter_out(*, letter: Letter, now: datetime, course: Course | None = None) -> None:
    """Write a letter to the outbox as `email` does."""
    if not letter.to.endswith(NO_MAILBOX):
        _write(letter.message(now, course))


def emails(*, letters: Iterable[Letter], now: datetime, course: Course | None = None) -> None:
    """Write many e-mails in a few statements; those whose key is there already change nothing.

    No bell is rung for them: the sweep sends them, some hundreds at a time.
    """
    Outbox.objects.bulk_create(
        (letter.message(now, course) for letter in letters if not letter.to.endswith(NO_MAILBOX)),
        batch_size=500,
        ignore_conflicts=True,
    )


def mattermost(*, key: str, course: Course, text: str, now: datetime, title: str = "") -> bool:
    """Write a post for the course's Mattermost channel; return False when the course has no webhook.

    `title` is what the log calls it.
    """
    if not course.mattermost_webhook:
        return False
    body = text[:MATTERMOST_MAX_CHARACTERS]
    # The webhook's address is a secret, so the row names the channel and delivery reads the address.
    _write(
        Outbox(
            channel=Outbox.Channel.MATTERMOST,
            key=key,
            recipient=course.slug,
            subject=one_line(title),
            body=body,
            course=course,
            not_before=now,
        )
    )
    return True


def one_line(subject: str) -> str:
    """Return a title as a letter's head takes it: it may come with line breaks in it."""
    return " ".join(subject.split())[:200]


def _write(message: Outbox) -> None:
    """Store a message whose key is new, and ring for it."""
    if Outbox.objects.filter(key=message.key).exists():
        return
    try:
        with transaction.atomic():  # a point to come back to, for who was a moment earlier
            message.save(force_insert=True)
    except IntegrityError:
        return
    bell.ring("classroom.tasks.deliver_message", message.pk)


def deliver(*, pk: int, now: datetime) -> bool:
    """Send one waiting message if nobody else is sending it; return whether this call sent it."""
    waiting = Outbox.objects.filter(sent_at=None, given_up_at=None, not_before__lte=now)
    run = lease.claim(waiting, pk=pk, now=now, lease=LEASE)
    if run is None:
        return False
    message = Outbox.objects.select_related("course").get(pk=pk)
    held = Outbox.objects.filter(pk=pk, run=run)
    try:
        _send(message)
    except DeliveryError as error:
        tried = message.attempts
        outcome = (
            {"not_before": now + RETRY_AFTER[tried]} if tried < len(RETRY_AFTER) else {"given_up_at": now}
        )
        held.update(attempts=F("attempts") + 1, last_error=str(error)[:2000], leased_until=None, **outcome)
        return False
    held.update(attempts=F("attempts") + 1, sent_at=now, last_error="", leased_until=None)
    return True


def send_again(*, pk: int, now: datetime) -> bool:
    """Let a message that was given up be tried from the start; False when it is not given up, or blanked."""
    with transaction.atomic():
        given_up = Outbox.objects.filter(Outbox.being(Outbox.State.GIVEN_UP), pk=pk).exclude(recipient="")
        if not given_up.update(given_up_at=None, attempts=0, not_before=now, leased_until=None):
            return False
        bell.ring("classroom.tasks.deliver_message", pk)
    return True


def waiting(*, now: datetime, limit: int = 200) -> list[int]:
    """Return the ids of messages that are due and that nobody is sending."""
    due = Outbox.objects.filter(lease.available(now), sent_at=None, given_up_at=None, not_before__lte=now)
    return list(due.order_by("not_before").values_list("pk", flat=True)[:limit])


def _send(message: Outbox) -> None:
    if message.channel == Outbox.Channel.EMAIL:
        try:
            EmailMessage(
                message.subject, message.body, None, [message.recipient], headers=_headers(message)
            ).send()
        except (SMTPException, OSError, ValueError) as error:  # ValueError: it cannot even be written
            raise DeliveryError(f"The mail server did not take it: {error}") from error
    else:
        _post(message.course.mattermost_webhook if message.course else "", message.body)


def _headers(message: Outbox) -> dict[str, str]:
    """Let mail programs offer "unsubscribe" (RFC 2369, and RFC 8058 for the one click)."""
    if not message.unsubscribe:
        return {}
    return {
        "List-Unsubscribe": f"<{settings.SITE_URL}{message.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A chat server does not move; following a redirect would let it point us anywhere."""

    def redirect_request(self, *_args: object) -> None:
        """Refuse."""


def _post(webhook: str, text: str) -> None:
    if not webhook.startswith(("https://", "http://")):
        raise DeliveryError("The course has no Mattermost webhook: set one on the course's page.")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        webhook, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(
            request, timeout=WEBHOOK_TIMEOUT_SECONDS
        ) as answer:
            answer.read(1024)
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)  # never the address itself: it is a secret
        raise DeliveryError(f"Mattermost did not take it: {reason}") from error
