"""Times as messages say them."""

from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language

from classroom.models import Course

# As the pages write times, by language; always with the year, for a letter is read later.
MOMENT = {"en": "D j M Y, H:i", "de": "D, j. M Y, H:i"}


def moment(at: datetime, course: Course) -> str:
    """Say a time with its zone: "Fri 4 Jun 2027, 14:00 (Europe/Berlin)"."""
    pattern = MOMENT.get((get_language() or "en")[:2], MOMENT["en"])
    return f"{date_format(localtime(at, course.zone), pattern)} ({course.time_zone})"


def score(metric: str, value: float) -> str:
    """Say a score: accuracy in percent, errors with four digits that count."""
    if metric == "accuracy":
        return f"{number_format(f'{100 * value:.1f}')} %"  # given decimals it would cut, not round
    return str(number_format(f"{value:.4g}") if "e" not in f"{value:.4g}" else f"{value:.4g}")
