"""Registrations and their answers."""

from projects.models import Answer, Registration
from projects.models.registration import State


def answers_of(*, registration: Registration) -> dict[int, Answer]:
    """Return what somebody answered, by question, files without their content."""
    return {answer.question_id: answer for answer in registration.answers.defer("content")}


def files_of(*, registration: Registration) -> list[Answer]:
    """Return the files somebody uploaded, without their content."""
    return list(registration.answers.exclude(content=None).defer("content").select_related("question"))


def waiting_ahead(*, registration: Registration) -> int:
    """Return how many are on the waiting list before this one."""
    waiting = Registration.objects.filter(hackathon=registration.hackathon_id).in_state(State.WAITING)
    at = registration.queued_at
    earlier = waiting.filter(queued_at__lt=at)
    return (earlier | waiting.filter(queued_at=at, pk__lt=registration.pk)).count()
