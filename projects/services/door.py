"""At the door: recording what the doors saw, whenever they send it, and letting in who comes unannounced."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import AuditEntry, Role, User
from classroom.people import Person, add_people
from projects import queries, tickets
from projects.errors import Refused
from projects.models import Hackathon, Registration, Scan
from projects.models.registration import State
from projects.services import notices, places
from projects.services.roster import Roster, look_up

#: No door was cut off for longer than this.
LONGEST = timedelta(days=7)


@dataclass(frozen=True)
class Seen:
    """What a door saw, `age` seconds before it says so: differences of its clock count, not its time."""

    key: UUID
    user: int
    age: float = 0.0
    undoes: bool = False
    door: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of it: `first` counts, `already` here before, `undone`, or `unknown` at this event.

    `arrival` is the scan that counts for this person now.
    """

    key: UUID
    word: str
    arrival: Scan | None


def record(*, hackathon: Hackathon, seen: Sequence[Seen], by: User, now: datetime) -> list[Outcome]:
    """Store what a door saw, each once however often it is sent, and say what it came to.

    Doors are served one after another: of two with the same person the second is told of the first. By the
    times of the doors the earlier counts, also where it is sent later.
    """
    with transaction.atomic():
        event = places.lock(hackathon)
        users = {each.user for each in seen}
        known = set(
            User.objects.filter(queries.expected(hackathon=event), pk__in=users).values_list("pk", flat=True)
        )
        stored = set(
            Scan.objects.filter(hackathon=event, key__in=[s.key for s in seen]).values_list("key", flat=True)
        )
        new = {each.key: each for each in seen if each.user in known and each.key not in stored}
        Scan.objects.bulk_create(
            Scan(
                hackathon=event,
                user_id=each.user,
                key=each.key,
                undoes=each.undoes,
                at=now - _length(each.age),
                door=each.door[:60],
                by=by,
                received_at=now,
            )
            for each in new.values()
        )
        came = queries.arrivals(queries.of_people(hackathon=event, users=users))
    return [Outcome(each.key, _word(each, known, came.get(each.user)), came.get(each.user)) for each in seen]


def person_with_code(*, hackathon: Hackathon, text: str) -> User:
    """Return whose ticket a scanned or typed code is.

    Raises
    ------
    Refused
        It is no ticket, one of another event, forged, or its holder is not expected.
    """
    found = tickets.read(text)
    if found is None:
        raise Refused(_("This is no ticket: a code has a number and 16 letters or digits."))
    event, code = found
    if event != hackathon.pk:
        raise Refused(_("This ticket is for another hackathon."))
    holder = queries.holder_of(hackathon=hackathon, code=code)
    if holder is None:
        raise Refused(
            _("This ticket is not valid here: it is forged or mistyped, or the person no longer takes part.")
        )
    return holder


def admit(*, hackathon: Hackathon, email: str, name: str, door: str, by: User, now: datetime) -> User:
    """Let somebody in who is not on the list: enrolled in the course, with a place, and checked in.

    Raises
    ------
    Refused
        The address is none, the person must not be let in this way, or no place is left.
    """
    person = Person(_address(email), " ".join(name.split())[:150])
    with transaction.atomic():
        event = places.lock(hackathon)
        roster = Roster({1: person})
        look_up(roster, event)
        if roster.problems:
            raise Refused(roster.problems[0][1])
        add_people(course=event.course, people=[person], role=Role.STUDENT, by=by, now=now)
        user = User.objects.get(email=person.email)
        if event.registration_required:
            _confirm(event, user, now)
        Scan.objects.create(
            hackathon=event, user=user, key=uuid4(), at=now, door=door[:60], by=by, received_at=now
        )
        AuditEntry.objects.create(
            course=event.course,
            actor=by,
            action="door.admitted",
            about=user,
            item=f"hackathon:{event.pk}",
            at=now,
        )
    return user


def _confirm(event: Hackathon, user: User, now: datetime) -> None:
    """Give the person a place, before those who wait: they are here."""
    registration, _created = Registration.objects.select_related("user").get_or_create(
        hackathon=event, user=user, defaults={"begun_at": now, "changed_at": now}
    )
    if registration.stored_state == State.CONFIRMED:
        return
    if registration.stored_state != State.OFFERED and not places.take(event):
        raise Refused(_("No place is left: raise the number of places first, under “Organise”."))
    Registration.objects.filter(pk=registration.pk).move(State.CONFIRMED, now, submitted_at=now)
    notices.registered(event, registration, now)


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
        User._meta.get_field("email").run_validators(address)
    except ValidationError:
        raise Refused(_("This is no e-mail address.")) from None
    return address


def _length(age: float) -> timedelta:
    return (
        timedelta(seconds=min(max(0.0, age), LONGEST.total_seconds())) if math.isfinite(age) else timedelta()
    )


def _word(seen: Seen, known: set[int], arrival: Scan | None) -> str:
    if seen.user not in known:
        return "unknown"
    if seen.undoes or arrival is None:
        return "undone"
    return "first" if arrival.key == seen.key else "already"
