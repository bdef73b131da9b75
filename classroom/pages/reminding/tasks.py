"""Celery's entry points: no logic."""

from celery import shared_task

from classroom import clock
from classroom.pages.reminding import deadlines


@shared_task
def remind() -> None:
    """Remind of deadlines that are a day away."""
    deadlines.remind(now=clock.now())
