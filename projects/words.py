"""Times as messages say them."""

from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime

from classroom.models import Course


def moment(at: datetime, course: Course) -> str:
    """Say a time with its zone: "4 June 2027 2 p.m. (Europe/Berlin)"."""
    return f"{date_format(localtime(at, course.zone), 'DATETIME_FORMAT')} ({course.time_zone})"


def score(metric: str, value: float) -> str:
    """Say a score: accuracy in percent, errors with four digits that count."""
    if metric == "accuracy":
        return f"{number_format(f'{100 * value:.1f}')} %"  # given decimals it would cut, not round
    return str(number_format(f"{value:.4g}") if "e" not in f"{value:.4g}" else f"{value:.4g}")
