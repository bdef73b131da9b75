"""Times as messages say them."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from classroom.models import Course


def moment(at: datetime, course: Course) -> str:
    """Say a time with its zone: "4 June 2027 2 p.m. (Europe/Berlin)"."""
    return f"{date_format(localtime(at, course.zone), 'DATETIME_FORMAT')} ({course.time_zone})"
