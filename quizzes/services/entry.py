"""The access code that is asked for before the start."""

import math
from datetime import datetime, timedelta
from secrets import compare_digest

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import User
from quizzes.errors import Refused
from quizzes.models import CodeTries, Quiz

#: Wrong codes that cost nothing: people mistype.
FREE_TRIES = 5
#: The wait after these; it doubles with every further wrong code, so that a quiz that is open for a week
#: gives away no more than some two hundred guesses.
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600


def check_access_code(*, quiz: Quiz, user: User, code: str, now: datetime) -> None:
    """Let a person pass who knows the quiz's access code, or where there is none.

    Wrong codes are counted by person, never by address: a class behind one address gets in while somebody
    there guesses. They are counted before they are compared, under a lock, so many at once gain nothing.

    Raises
    ------
    Refused
        The code is wrong, or the person has to wait after wrong ones; the message says how long.
    """
    if not quiz.access_code:
        return
    if not code.strip():
        raise Refused(_("Enter the access code that your instructor tells you."))
    with transaction.atomic():
        CodeTries.objects.bulk_create([CodeTries(quiz=quiz, user=user)], ignore_conflicts=True)
        tries = CodeTries.objects.select_for_update(of=("self",)).get(quiz=quiz, user=user)
        waiting = tries.waits_until is not None and tries.waits_until > now
        if not waiting:
            if _same(code, quiz.access_code):
                tries.delete()
                return
            tries.wrong += 1
            tries.waits_until = _wait_after(tries.wrong, now)
            tries.save(update_fields=["wrong", "waits_until"])
    # Only now, since a refusal inside would undo the count.
    raise Refused(_refusal(tries, now, waiting=waiting))


def _same(code: str, right: str) -> bool:
    """Compare without telling by the time it takes how much was right; case and spaces do not matter."""
    return compare_digest(*("".join(text.split()).casefold().encode() for text in (code, right)))


def _wait_after(wrong: int, now: datetime) -> datetime | None:
    if wrong < FREE_TRIES:
        return None
    doublings = min(wrong - FREE_TRIES, 12)
    return now + timedelta(seconds=min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**doublings))


def _refusal(tries: CodeTries, now: datetime, *, waiting: bool) -> str:
    said = [] if waiting else [_("This access code is wrong.")]
    if tries.waits_until is not None:
        seconds = math.ceil((tries.waits_until - now).total_seconds())
        text = ngettext(
            "After several wrong codes you can try again in %(seconds)d second.",
            "After several wrong codes you can try again in %(seconds)d seconds.",
            seconds,
        )
        said.append(text % {"seconds": seconds})
    else:
        left = FREE_TRIES - tries.wrong
        text = ngettext(
            "You have %(left)d more try before you have to wait.",
            "You have %(left)d more tries before you have to wait.",
            left,
        )
        said.append(text % {"left": left})
    return " ".join(said)
