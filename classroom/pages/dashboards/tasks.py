"""Celery's entry points: no logic."""

from celery import shared_task

from classroom import clock
from classroom.pages.dashboards import counting


@shared_task
def count() -> None:
    """Count what the dashboards show, where it has changed."""
    counting.count_all(now=clock.now())
