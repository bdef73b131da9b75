"""Who registered, what they answered and agreed to, and who has a place."""

import random
from datetime import datetime, timedelta

from classroom.demo.crowd.people import BATCH
from classroom.models import User
from projects.models import Answer, Consent, Hackathon, Registration, RegistrationQuestion
from projects.models.registration import STAMPS, WITH_PLACE, State

Kind = RegistrationQuestion.Kind
QUESTIONS = (
    (Kind.TEXT, "What do you study?", ""),
    (Kind.LONG, "What do you want to build?", ""),
    (Kind.CHOICE, "How long have you programmed?", "Not at all\nA year\nLonger"),
    (Kind.NUMBER, "How many nights do you stay?", ""),
    (Kind.FILE, "Your poster, if you bring one", ""),
    (Kind.CONSENT, "Photographs of me may be shown.", ""),
)
#: Where registrations stand, in percent.
SHARES = {
    State.CONFIRMED: 90,
    State.OFFERED: 1,
    State.WAITING: 4,
    State.WITHDRAWN: 2,
    State.DECLINED: 1,
    State.LAPSED: 1,
    State.DRAFT: 1,
}


def register(event: Hackathon, people: list[User], now: datetime, rng: random.Random) -> list[User]:
    """Write everybody's registration; return those who take part. All places are taken: some wait."""
    states = rng.choices(list(SHARES), weights=list(SHARES.values()), k=len(people))
    span = event.registration_closes_at - event.registration_opens_at
    moments = sorted(event.registration_opens_at + span * rng.random() for _ in people)
    registrations = Registration.objects.bulk_create(
        (
            _registration(event, user, state, at, now)
            for user, state, at in zip(people, states, moments, strict=True)
        ),
        batch_size=BATCH,
    )
    taken = sum(state in WITH_PLACE for state in states)
    Hackathon.objects.filter(pk=event.pk).update(places=taken, places_taken=taken)
    _answer(event, [one for one in registrations if one.submitted_at], rng)
    return [user for user, state in zip(people, states, strict=True) if state == State.CONFIRMED]


def _registration(event: Hackathon, user: User, state: State, at: datetime, now: datetime) -> Registration:
    registration = Registration(
        hackathon=event,
        user=user,
        begun_at=at - timedelta(minutes=9),
        changed_at=at,
        submitted_at=None if state == State.DRAFT else at,
    )
    if state != State.DRAFT:  # an offer runs out after this moment, or it would have lapsed
        setattr(registration, STAMPS[state], now + timedelta(days=1) if state == State.OFFERED else at)
    return registration


def _answer(event: Hackathon, registrations: list[Registration], rng: random.Random) -> None:
    """Answer every question, a poster in one of fifty; agree to the code of conduct and to photographs."""
    questions = RegistrationQuestion.objects.bulk_create(
        RegistrationQuestion(hackathon=event, position=position, kind=kind, text=text, choices=choices)
        for position, (kind, text, choices) in enumerate(QUESTIONS)
    )
    said = {
        Kind.TEXT: ("Physics", "Informatics", "Economics", "Biology"),
        Kind.LONG: ("A network that hears whales.", "Something with tides.", "I come to learn."),
        Kind.CHOICE: questions[2].options,
        Kind.NUMBER: ("0", "1", "2"),
        Kind.FILE: ("poster.pdf",),
        Kind.CONSENT: ("yes", ""),
    }
    answers, consents = [], []
    for registration in registrations:
        at = registration.changed_at
        words = [event.conduct_version]
        for question in questions:
            kind = Kind(question.kind)
            if kind == Kind.FILE and rng.random() > 1 / 50:
                continue
            value = rng.choice(said[kind])
            content = b"%PDF-1.4 made up" if kind == Kind.FILE else None
            answers.append(
                Answer(
                    registration=registration,
                    question=question,
                    asked=question.text,
                    value=value,
                    content=content,
                    answered_at=at,
                )
            )
            if kind == Kind.CONSENT and value:
                words.append(question.version)
        consents += [
            Consent(hackathon=event, user_id=registration.user_id, text_sha256=version, given_at=at)
            for version in words
        ]
    Answer.objects.bulk_create(answers, batch_size=BATCH)
    Consent.objects.bulk_create(consents, batch_size=BATCH)
