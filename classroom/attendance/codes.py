"""The code on the wall: new every half minute, good only while its session lasts.

Nothing is stored. A code is a signature of the session and the time, so that only the site can make one,
and nobody can carry one home: it is refused a minute later.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings

from classroom.models import ScheduleItem
from classroom.models.entrance import CODE_ALPHABET

LENGTH = 6
#: How long one code is shown, in seconds; it is taken as long again, for who types slowly.
STEP_SECONDS = 30
#: From when before the beginning it is shown.
EARLY = timedelta(minutes=15)
#: Who comes later than this after the beginning is late.
LATE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Code:
    """What the wall shows, and for how many seconds more."""

    text: str
    seconds_left: float


def is_open(session: ScheduleItem, now: datetime) -> bool:
    """Tell whether codes are shown and taken."""
    return session.starts_at - EARLY <= now < session.ends_at


def code_at(session: ScheduleItem, now: datetime) -> Code:
    """Return the code of the moment."""
    step, gone = divmod(now.timestamp(), STEP_SECONDS)
    return Code(_letters(session, int(step)), STEP_SECONDS - gone)


def matches(session: ScheduleItem, text: str, now: datetime) -> bool:
    """Tell whether `text` is the code of the moment or the one before it; case and blanks do not matter."""
    written = "".join(text.upper().replace("-", "").split()).encode()
    step = int(now.timestamp() // STEP_SECONDS)
    good = [hmac.compare_digest(written, _letters(session, one).encode()) for one in (step, step - 1)]
    return any(good)


def _letters(session: ScheduleItem, step: int) -> str:
    key = sha256(b"classroom.attendance" + settings.SECRET_KEY.encode()).digest()
    number = int.from_bytes(hmac.digest(key, f"{session.pk}:{step}".encode(), "sha256"))
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[letter])
    return "".join(letters)
