"""Celery's entry points: ids in, no logic."""

from celery import shared_task

from classroom import bell, clock, heartbeat, notify


@shared_task
def deliver_message(message_id: int) -> None:
    """Send one message of the outbox."""
    notify.deliver(pk=message_id, now=clock.now())


@shared_task
def sweep() -> None:
    """Ring again for every message that is due; that this came round is the sign that sweeps do."""
    now = clock.now()
    heartbeat.note(now=now)
    for message_id in notify.waiting(now=now):
        bell.ring("classroom.tasks.deliver_message", message_id)
