"""Celery's entry points: no logic."""

from celery import shared_task

from classroom import bell, clock
from quizzes import services
from quizzes.checking import record, trial
from quizzes.services import regrading

#: How many bells one sweep rings at most; the next sweep follows in seconds.
SWEEP_BELLS = 50


@shared_task
def sweep() -> None:
    """Close attempts whose time is up and that nobody has looked at; ring for what waits for a worker."""
    now = clock.now()
    services.finish_overdue(now=now)
    regrading.ring_again(now=now)
    record.give_up_lapsed(now=now)
    for _ in range(min(record.waiting_count(now=now), SWEEP_BELLS)):
        bell.ring(record.CHECK_TASK)


@shared_task
def check_item() -> None:
    """Check the answer that waits longest for the sandbox."""
    record.check_next()


@shared_task
def forget_guests() -> None:
    """Forget the names of guests who have not been back for long."""
    services.forget_guests(now=clock.now())


@shared_task
def check_regrade(regrade_id: int) -> None:
    """Compare what a regrade would change."""
    regrading.compare(pk=regrade_id, now=clock.now())


@shared_task
def check_trial(token: str) -> None:
    """Try an author's answer in the sandbox."""
    trial.run(token)
