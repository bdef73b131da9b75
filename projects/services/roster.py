"""Bringing in participants from a table: read it, say what is wrong line by line, register the rest.

An import never changes an account that exists: not its address, not its name, not its role.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from classroom.models import Enrolment, Role, User
from classroom.models.user import GUEST_DOMAIN
from classroom.people import Person, add_people
from projects.errors import Refused
from projects.models import Hackathon, Registration
from projects.models.registration import State
from projects.services import participants, places

#: How many lines one import may have.
MAX_LINES = 1000
#: What the two columns may be called, whatever their case.
EMAIL = {"email", "e-mail", "mail", "e-mail address", "e-mail-adresse"}
NAME = {"name", "full name", "vor- und nachname"}


@dataclass
class Roster:
    """What a table holds: people by the line they stand in, and problems by line (0: the whole table)."""

    people: dict[int, Person] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ImportedPeople:
    """What an import did."""

    confirmed: int
    waiting: int
    already: int


def read_roster(*, text: str, hackathon: Hackathon) -> Roster:
    """Read a table with a column of addresses and perhaps one of names, and look at whom it names."""
    roster = _parse(text.lstrip("\ufeff"))
    look_up(roster, hackathon)
    roster.problems.sort()
    return roster


def import_people(*, hackathon: Hackathon, text: str, by: User, now: datetime) -> ImportedPeople:
    """Enrol the table's people as students where they are not, and register them, in the table's order.

    Lines with problems are left out. Whoever is registered already stays as is.

    Raises
    ------
    Refused
        Nobody registers for this event, or it is not published yet.
    """
    participants.check_asks_for_registration(hackathon=hackathon)
    if hackathon.published_at is None or hackathon.published_at > now:
        raise Refused(_("Publish the hackathon first: the people are told by e-mail, with a link to it."))
    confirmed = waiting = already = 0
    with transaction.atomic():
        event = places.lock(hackathon)
        places.settle_locked(event, now)
        people = read_roster(text=text, hackathon=event).people.values()
        add_people(course=event.course, people=people, role=Role.STUDENT, by=by, now=now)
        for person in people:
            user = User.objects.get(email=person.email)
            registration, _created = Registration.objects.select_related("user").get_or_create(
                hackathon=event, user=user, defaults={"begun_at": now, "changed_at": now}
            )
            if registration.stored_state not in participants.OUTSIDE:
                already += 1
                continue
            participants.enter(event, registration, now)
            registration.refresh_from_db()
            confirmed += registration.stored_state == State.CONFIRMED
            waiting += registration.stored_state == State.WAITING
    return ImportedPeople(confirmed, waiting, already)


def _parse(text: str) -> Roster:
    roster = Roster()
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [cell.strip().lower() for cell in next(lines, [])]
        at = next((number for number, column in enumerate(columns) if column in EMAIL), None)
        called = next((number for number, column in enumerate(columns) if column in NAME), None)
        if at is None:
            roster.problems.append((1, _("The first line names the columns; one has to be called “email”.")))
            return roster
        seen: dict[str, int] = {}
        for cells in lines:
            if not any(map(str.strip, cells)):
                continue
            if len(seen) >= MAX_LINES:
                roster.problems.append(
                    (lines.line_num, _("This line and the rest are too much for one import."))
                )
                break
            _read_line(roster, seen, lines.line_num, _cell(cells, at), _cell(cells, called))
    except csv.Error:
        roster.problems.append((lines.line_num, _("This is no table from here on: check the quotes.")))
    return roster


def _cell(cells: list[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def _read_line(roster: Roster, seen: dict[str, int], line: int, address: str, name: str) -> None:
    email = address.lower()
    first = seen.setdefault(email, line)
    try:
        validate_email(email)
        User._meta.get_field("email").run_validators(email)
    except ValidationError:
        roster.problems.append((line, _("“%(text)s” is no e-mail address.") % {"text": address[:80]}))
        return
    if first != line:
        roster.problems.append((line, _("This address stands in line %(line)d already.") % {"line": first}))
    elif email.endswith(f"@{GUEST_DOMAIN}"):
        roster.problems.append((line, _("This is a guest's address, not a person's.")))
    elif len(name) > 150 or "\x00" in name:
        roster.problems.append((line, _("This name cannot be stored: it has more than 150 characters.")))
    else:
        roster.people[line] = Person(email, name)


def look_up(roster: Roster, hackathon: Hackathon) -> None:
    """Take out whom an import must not touch: staff, those who may not sign in, the declined."""
    by_email = {person.email: line for line, person in roster.people.items()}
    accounts = User.objects.filter(email__in=by_email)
    staff = Enrolment.objects.filter(course=hackathon.course_id, user__in=accounts, left_at=None).exclude(
        role=Role.STUDENT
    )
    declined = Registration.objects.filter(hackathon=hackathon, user__in=accounts).in_state(State.DECLINED)
    reasons = (
        (
            accounts.filter(is_superuser=True).values_list("email", flat=True),
            _("This is an administrator of the site: staff do not take part."),
        ),
        (
            staff.values_list("user__email", flat=True),
            _("This person belongs to the course's staff, who do not take part."),
        ),
        (
            accounts.filter(is_active=False).values_list("email", flat=True),
            _("This account is blocked: it may not sign in."),
        ),
        (
            declined.values_list("user__email", flat=True),
            _("You have declined this person: give the place in the list instead."),
        ),
    )
    for emails, reason in reasons:
        for email in emails:
            if roster.people.pop(by_email[email], None):
                roster.problems.append((by_email[email], reason))
