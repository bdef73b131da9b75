"""Registering for an event: drafts, registering, changing, withdrawing, accepting an offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, User
from projects import words
from projects.errors import Refused
from projects.models import Answer, Consent, Hackathon, Membership, Registration, RegistrationQuestion
from projects.models.registration import WITH_PLACE, State
from projects.services import membership, notices, places
from projects.services.teams import check_registration_open, give_consent

#: Who may (again) ask for a place.
OUTSIDE = (State.DRAFT, State.WITHDRAWN, State.LAPSED)


@dataclass(frozen=True)
class Given:
    """An answer as it is given: text, or a file with `value` as its name; `None` content keeps the file."""

    question: RegistrationQuestion
    value: str
    content: bytes | None = None


def save_draft(*, hackathon: Hackathon, user: User, answers: Sequence[Given], now: datetime) -> Registration:
    """Keep what has been filled in so far; it takes no place.

    Raises
    ------
    Refused
        Registration is not open, or the person has registered already.
    """
    check_asks_for_registration(hackathon=hackathon)
    check_registration_period(hackathon=hackathon, now=now)
    with transaction.atomic():
        registration = _own(hackathon, user, now)
        if registration.state(now) not in OUTSIDE:
            raise Refused(_("You have registered already: save your changes instead of a draft."))
        _store(registration, answers, now)
    return registration


def register(*, hackathon: Hackathon, user: User, answers: Sequence[Given], now: datetime) -> Registration:
    """Register with these answers, or change the answers of a registration; the state then stays.

    Places that are free first go to those who wait. One that is still free then is taken at once; when there
    is none, the person goes to the end of the waiting list.

    Raises
    ------
    Refused
        Registration is not open, or the organisers have declined.
    """
    check_asks_for_registration(hackathon=hackathon)
    check_registration_period(hackathon=hackathon, now=now)
    with transaction.atomic():
        event = places.lock(hackathon)
        places.settle_locked(event, now)
        registration = _own(hackathon, user, now)
        state = registration.state(now)
        if state == State.DECLINED:
            raise Refused(_("The organisers have declined your registration. Write to them."))
        _store(registration, answers, now)
        _agree(registration, answers, now)
        if state in OUTSIDE:
            enter(event, registration, now)
    registration.refresh_from_db()
    return registration


def withdraw(*, hackathon: Hackathon, user: User, now: datetime) -> None:
    """Withdraw: the place is offered to the next who waits, and the person leaves the team.

    Raises
    ------
    Refused
        There is no registration to withdraw, the event is over, or the person's team has handed in.
    """
    if now >= hackathon.ends_at:
        raise Refused(_("The hackathon is over: there is nothing to withdraw from."))
    with transaction.atomic():
        event = places.lock(hackathon)
        places.settle_locked(event, now)
        mine = Registration.objects.filter(hackathon=event, user=user)
        registration = mine.in_state(State.WAITING, *WITH_PLACE).first()
        if registration is None:
            raise Refused(_("You are not registered for this hackathon."))
        _leave(event, registration, State.WITHDRAWN, now)


def accept_offer(*, hackathon: Hackathon, user: User, now: datetime) -> None:
    """Accept the offered place; the moment at which the offer runs out is already too late.

    Raises
    ------
    Refused
        There is no offer, or it ran out.
    """
    with transaction.atomic():
        event = places.lock(hackathon)
        offered = Registration.objects.filter(hackathon=event, user=user).in_state(State.OFFERED)
        if offered.filter(offer_expires_at__gt=now).move(State.CONFIRMED, now):
            registration = Registration.objects.select_related("user").get(hackathon=event, user=user)
            notices.registered(event, registration, now)
            return
    places.settle_if_due(hackathon=hackathon, now=now)
    raise Refused(_("There is no offer for you any more. While registration is open you can register again."))


def give_place(*, registration: Registration, by: User, now: datetime) -> None:
    """Offer a place to somebody who waits, before those who have waited longer.

    Raises
    ------
    Refused
        The person does not wait any more, or no place is free.
    """
    with transaction.atomic():
        event = places.lock(registration.hackathon)
        waiting = Registration.objects.filter(pk=registration.pk).in_state(
            State.WAITING, State.DECLINED, State.LAPSED
        )
        found = waiting.select_related("user").first()
        if found is None:
            raise Refused(_("This person does not wait for a place any more."))
        if now >= event.teams_close_at:
            raise Refused(_("The hackathon has begun: places are no longer offered."))
        if not places.take(event):
            raise Refused(_("No place is free. Raise the number of places first, or decline somebody."))
        places.offer(event, found, now)
        _log("registration.offered", event, found, by, now)
        places.settle_locked(event, now)


def decline(*, registration: Registration, by: User, now: datetime) -> None:
    """Decline a registration; a place it has is offered to the next, and the person leaves the team.

    Raises
    ------
    Refused
        The person is not registered any more.
    """
    with transaction.atomic():
        event = places.lock(registration.hackathon)
        found = (
            Registration.objects.filter(pk=registration.pk)
            .in_state(State.WAITING, *WITH_PLACE)
            .select_related("user")
            .first()
        )
        if found is None:
            raise Refused(_("This person is not registered any more."))
        _leave(event, found, State.DECLINED, now)
        notices.declined(event, found, now)
        _log("registration.declined", event, found, by, now)


def enter(event: Hackathon, registration: Registration, now: datetime) -> None:
    """Take a place for a registration, or put it on the waiting list.

    The caller holds the event's lock and has settled it: what is still free then, nobody waits for.
    """
    mine = Registration.objects.filter(pk=registration.pk).in_state(*OUTSIDE)
    if places.take(event):
        mine.move(State.CONFIRMED, now, submitted_at=now)
        notices.registered(event, registration, now)
    else:
        mine.move(State.WAITING, now, submitted_at=now)
        notices.put_on_waiting_list(event, registration, now)


def check_asks_for_registration(*, hackathon: Hackathon) -> None:
    """Raise `Refused` where joining a team is all there is."""
    if not hackathon.registration_required:
        raise Refused(_("Nobody registers for this hackathon: create a team, or join one."))


def check_registration_period(*, hackathon: Hackathon, now: datetime) -> None:
    """Raise `Refused` outside the registration window; its end itself is already too late."""
    check_registration_open(hackathon=hackathon, now=now)
    if now >= hackathon.registration_closes_at:
        raise Refused(
            _("Registration closed on %(when)s; your answers stay as they are.")
            % {"when": words.moment(hackathon.registration_closes_at, hackathon.course)}
        )


def _own(hackathon: Hackathon, user: User, now: datetime) -> Registration:
    """Return the person's registration, locked: the same form may be sent from two windows at once."""
    Registration.objects.get_or_create(
        hackathon=hackathon, user=user, defaults={"begun_at": now, "changed_at": now}
    )
    mine = Registration.objects.select_for_update(of=("self",)).select_related("user", "hackathon")
    return mine.get(hackathon=hackathon, user=user)


def _store(registration: Registration, answers: Sequence[Given], now: datetime) -> None:
    before = {answer.question_id: answer for answer in registration.answers.defer("content")}
    for given in answers:
        changed: dict[str, object] = {
            "asked": given.question.text,
            "value": given.value,
            "answered_at": now,
        }
        if given.content is not None:
            changed["content"] = given.content
        elif given.question.kind == RegistrationQuestion.Kind.FILE:
            continue  # nothing new was uploaded
        old = before.get(given.question.pk)
        if old is None:
            Answer.objects.create(registration=registration, question=given.question, **changed)
        elif (old.asked, old.value) != (given.question.text, given.value) or given.content is not None:
            Answer.objects.filter(pk=old.pk).update(**changed)
    Registration.objects.filter(pk=registration.pk).update(changed_at=now)


def _agree(registration: Registration, answers: Sequence[Given], now: datetime) -> None:
    """Record what the person agreed to: the code of conduct and every box that is ticked, in these words."""
    give_consent(hackathon=registration.hackathon, user=registration.user, now=now)
    for given in answers:
        if given.question.kind == RegistrationQuestion.Kind.CONSENT and given.value:
            Consent.objects.get_or_create(
                hackathon=registration.hackathon,
                user=registration.user,
                text_sha256=given.question.version,
                defaults={"given_at": now},
            )


def _leave(event: Hackathon, registration: Registration, state: State, now: datetime) -> None:
    had_place = registration.stored_state in WITH_PLACE
    Registration.objects.filter(pk=registration.pk).move(state, now)
    if Membership.objects.filter(hackathon=event, user=registration.user_id).exists():
        theirs = membership.locked(hackathon=event, user=registration.user)
        if state == State.WITHDRAWN:
            membership.check_not_frozen(team=theirs.team, now=now)
        membership.leave(membership=theirs, now=now)
    if had_place:
        places.give_back(event)
    places.settle_locked(event, now)


def _log(action: str, event: Hackathon, registration: Registration, by: User, now: datetime) -> None:
    AuditEntry.objects.create(
        course=event.course,
        actor=by,
        action=action,
        about=registration.user,
        item=f"hackathon:{event.pk}",
        at=now,
    )
