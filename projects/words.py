"""Times and scores as messages say them."""

from datetime import datetime

from django.utils.formats import number_format

from classroom import words
from classroom.models import Course


def moment(at: datetime, course: Course) -> str:
    """Say a time on the course's clock: "Fri 4 Jun 2027, 14:00 (Europe/Berlin)"."""
    return words.moment(at, course.zone)


def score(metric: str, value: float) -> str:
    """Say a score: accuracy in percent, errors with four digits that count."""
    if metric == "accuracy":
        return f"{number_format(f'{100 * value:.1f}')} %"  # given decimals it would cut, not round
    return str(number_format(f"{value:.4g}") if "e" not in f"{value:.4g}" else f"{value:.4g}")
