"""Celery's entry points: ids in, no logic."""

from celery import shared_task

from classroom import bell, clock
from classroom.lti import entering, grades, rosters


@shared_task
def deliver_score(score_id: int) -> None:
    """Send one score to its platform."""
    grades.deliver(pk=score_id, now=clock.now())


@shared_task
def deliver_roster(roster_id: int) -> None:
    """Fetch one list of people; a queue of its own kind of work, that dawdles as mail servers do."""
    rosters.fetch(pk=roster_id, now=clock.now())


@shared_task
def deliver_link(link_id: int) -> None:
    """Look for changed scores of one link."""
    grades.collect(pk=link_id, now=clock.now())


@shared_task
def sweep() -> None:
    """Ring again for every score and list that is due."""
    now = clock.now()
    for score_id in grades.waiting(now=now):
        bell.ring(grades.DELIVER_TASK, score_id)
    for roster_id in rosters.waiting(now=now):
        bell.ring(rosters.FETCH_TASK, roster_id)


@shared_task
def look_for_scores() -> None:
    """Ring for every link whose scores may have changed, and forget what nobody came back to."""
    for link_id in grades.links_to_look_at():
        bell.ring("classroom.lti.tasks.deliver_link", link_id)
    entering.forget_old(clock.now())
    rosters.forget_old(clock.now())
