"""Celery's entry points: ids in, no logic."""

from celery import shared_task

from classroom import announcing, bell, clock, heartbeat, notices, notify


@shared_task
def deliver_message(message_id: int) -> None:
    """Send one message of the outbox."""
    notify.deliver(pk=message_id, now=clock.now())


@shared_task
def tell_announcements() -> None:
    """Tell people of the announcements that are due."""
    announcing.tell_due(now=clock.now())


@shared_task
def sweep() -> None:
    """Ring for what waits, tell and write what is due, and leave a sign that sweeps come round."""
    now = clock.now()
    heartbeat.note(now=now)
    # What only rings goes first: nothing that fails below may hold letters up.
    for message_id in notify.waiting(now=now):
        bell.ring("classroom.tasks.deliver_message", message_id)
    announcing.tell_due(now=now)
    notices.write_digests(now=now)
