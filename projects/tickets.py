"""Tickets for the door: a signed code that names the event and says nothing about the person.

A code is `CLASSROOM:<event>:<signature>`, all of it in the QR code's alphanumeric mode, so that the drawing
stays small. Only who knows the site's secret can write one; who may come in is the door's list's to say.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from projects.models.team import CODE_ALPHABET

#: Letters of the signature: 31**16 of them, about 79 bits.
LENGTH = 16
PREFIX = "CLASSROOM"
#: As it is scanned, or as somebody types it from a ticket: with or without the prefix, hyphens and blanks.
WRITTEN = re.compile(rf"(?:{PREFIX}:)?(\d{{1,18}}):?([{CODE_ALPHABET}]{{{LENGTH}}})")


@dataclass(frozen=True)
class Ticket:
    """A ticket as its holder sees it: to be scanned, and to be typed."""

    drawing: SafeString
    typed: str


def ticket_of(event_id: int, user_id: int) -> Ticket:
    """Return somebody's ticket; whether they take part is the caller's to ask."""
    code = code_of(event_id, user_id)
    return Ticket(drawing_of(code), typed(code))


def codes_of(event_id: int, users: Iterable[int]) -> dict[int, str]:
    """Return the ticket's code of each of these people."""
    key = sha256(b"projects.ticket" + settings.SECRET_KEY.encode()).digest()
    return {user: f"{PREFIX}:{event_id}:{_signature(key, f'{event_id}:{user}')}" for user in users}


def code_of(event_id: int, user_id: int) -> str:
    """Return one person's code."""
    return codes_of(event_id, [user_id])[user_id]


def digest_of(code: str) -> str:
    """Return what the door's devices keep of a code: enough to know it again, not to draw it."""
    return sha256(code.encode()).hexdigest()[:32]


def read(text: str) -> tuple[int, str] | None:
    """Return the event that a code names and the code as it is signed; None where it is no ticket at all."""
    found = WRITTEN.fullmatch("".join(text.upper().replace("-", "").split()))
    return (int(found[1]), f"{PREFIX}:{int(found[1])}:{found[2]}") if found else None


def typed(code: str) -> str:
    """Return a code as it is printed below the drawing, to be typed: `12-ABCD-EFGH-JKMN-PQRS`."""
    _prefix, event, letters = code.split(":")
    return "-".join([event, *(letters[start : start + 4] for start in range(0, LENGTH, 4))])


def drawing_of(code: str) -> SafeString:
    """Return the QR code as SVG."""
    drawing = segno.make(code, error="m", micro=False).svg_inline(
        scale=4, border=3, svgclass=None, lineclass=None, omitsize=True
    )
    return mark_safe(drawing)  # noqa: S308 - made by segno from letters of ours


def _signature(key: bytes, text: str) -> str:
    number = int.from_bytes(hmac.digest(key, text.encode(), "sha256"))
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[letter])
    return "".join(letters)
