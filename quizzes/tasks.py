"""Celery's entry points: no logic."""

from celery import shared_task

from classroom import clock
from quizzes import services


@shared_task
def sweep() -> None:
    """Close attempts whose time is up and that nobody has looked at since."""
    services.finish_overdue(now=clock.now())


@shared_task
def forget_guests() -> None:
    """Forget the names of guests who have not been back for long."""
    services.forget_guests(now=clock.now())
