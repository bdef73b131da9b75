"""Celery's entry points: no logic."""

from celery import shared_task

from classroom import bell, clock
from projects import custom, grading, packing
from projects.services import announcing, places, reminding

#: How many bells one sweep rings at most; the next sweep follows in seconds.
SWEEP_BELLS = 50


@shared_task
def grade_next() -> None:
    """Grade the most urgent hand-in."""
    grading.grade_next()


@shared_task
def prove_next() -> None:
    """Prove an exercise that an instructor uploaded."""
    custom.prove_next()


@shared_task
def pack_next() -> None:
    """Pack the archive that has waited longest."""
    packing.pack_next()


@shared_task
def sweep() -> None:
    """Give up what cannot be graded, ring again for what waits, pass on places, write what is due."""
    now = clock.now()
    grading.give_up_lapsed(now=now)
    for _ in range(min(grading.waiting_count(now=now), SWEEP_BELLS)):
        bell.ring(grading.GRADE_TASK)
    for event in places.unsettled(now=now):
        places.settle(hackathon=event, now=now)
    for _ in range(min(custom.waiting_count(now=now), SWEEP_BELLS)):
        bell.ring(custom.PROVE_TASK)
    announcing.mail_due(now=now)
    reminding.send_due(now=now)
    packing.tidy_up(now=now)
    if packing.waiting_count(now=now):
        bell.ring(packing.PACK_TASK)
