"""Times as messages say them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language

# As the pages write times, by language; always with the year, for a letter is read later.
MOMENT = {"en": "D j M Y, H:i", "de": "D, j. M Y, H:i"}


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Say a time with its zone: "Fri 4 Jun 2027, 14:00 (Europe/Berlin)"."""
    pattern = MOMENT.get((get_language() or "en")[:2], MOMENT["en"])
    return f"{date_format(localtime(at, zone), pattern)} ({zone})"
