"""Registrations and their answers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from projects.models import Answer, Hackathon, Membership, Registration
from projects.models.registration import STAMPS, State


@dataclass(frozen=True)
class ParticipantRow:
    """Somebody who has registered, or begun to."""

    registration_id: int
    name: str
    email: str
    state: State
    begun_at: datetime
    submitted_at: datetime | None
    offer_expires_at: datetime | None
    team: str
    answers: dict[int, Answer]

    @property
    def may_have_place(self) -> bool:
        """Whether the organisers can offer a place."""
        return self.state in {State.WAITING, State.DECLINED, State.LAPSED}

    @property
    def may_be_declined(self) -> bool:
        """Whether there is something to decline."""
        return self.state in {State.WAITING, State.OFFERED, State.CONFIRMED}


def participants(*, hackathon: Hackathon, words: str = "", state: str = "") -> QuerySet[Registration]:
    """Return the registrations whose name or address holds every word of `words`, the earliest first."""
    found = Registration.objects.filter(hackathon=hackathon).select_related("user")
    for word in words.split():
        found = found.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    if state in State.values:
        found = found.in_state(State(state))
    return found.order_by("begun_at", "pk")


def participant_rows(
    *, hackathon: Hackathon, registrations: Iterable[Registration], now: datetime
) -> list[ParticipantRow]:
    """Return these registrations with team and answers, in two more queries; files without their content."""
    registrations = list(registrations)
    answers: defaultdict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in (
        Answer.objects.filter(registration__in=registrations).defer("content").select_related("question")
    ):
        answers[answer.registration_id][answer.question_id] = answer
    teams = dict(
        Membership.objects.filter(
            hackathon=hackathon, user__in=[registration.user_id for registration in registrations]
        ).values_list("user_id", "team__name")
    )
    return [
        ParticipantRow(
            registration_id=each.pk,
            name=str(each.user),
            email=each.user.email,
            state=each.state(now),
            begun_at=each.begun_at,
            submitted_at=each.submitted_at,
            offer_expires_at=each.offer_expires_at,
            team=teams.get(each.user_id, ""),
            answers=answers[each.pk],
        )
        for each in registrations
    ]


def given_answers(*, hackathon: Hackathon) -> dict[int, dict[int, str]]:
    """Return what everybody answered, by registration and question, as plain texts; one query."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    answers = Answer.objects.filter(registration__hackathon=hackathon).order_by()
    for registration, question, value in answers.values_list("registration_id", "question_id", "value"):
        found[registration][question] = value
    return found


def count_by_state(*, hackathon: Hackathon) -> dict[State, int]:
    """Return how many registrations are in each state, in one query."""
    counts = {str(state): Count(column) for state, column in STAMPS.items()}
    counted = Registration.objects.filter(hackathon=hackathon).aggregate(everybody=Count("pk"), **counts)
    drafts = counted.pop("everybody") - sum(counted.values())
    return {State.DRAFT: drafts} | {state: counted[str(state)] for state in STAMPS}


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
