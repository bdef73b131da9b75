"""What comes with a challenge besides its text: people to ask, and a file of data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from classroom.models import User
from classroom.uploads import clean_name
from projects.models import Challenge, DataSet

#: The largest file of data, in bytes; larger data is linked.
MAX_DATA_BYTES = 15 * 1024 * 1024


@dataclass(frozen=True)
class Extras:
    """What a challenge comes with.

    Attributes
    ----------
    mentors
        Who is shown with it.
    data
        Name and content of a file that takes the place of the one before; None leaves it as it is.
    without_data
        Take the file away.
    """

    mentors: Sequence[User] = ()
    data: tuple[str, bytes] | None = None
    without_data: bool = False


def equip(*, challenge: Challenge, extras: Extras, now: datetime) -> None:
    """Give a challenge its mentors and its data."""
    with transaction.atomic():
        challenge.mentors.set(extras.mentors)
        if extras.data is not None:
            name, content = extras.data
            DataSet.objects.update_or_create(
                challenge=challenge,
                defaults={
                    "name": clean_name(name),
                    "size_bytes": len(content),
                    "content": content,
                    "changed_at": now,
                },
            )
        elif extras.without_data:
            DataSet.objects.filter(challenge=challenge).delete()
