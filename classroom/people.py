"""Who takes part in a course: adding people and letting them go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from classroom.models import AuditEntry, Course, Enrolment, Role, User


@dataclass(frozen=True)
class Person:
    """Somebody to add: an address and perhaps a name."""

    email: str
    name: str = ""


def parse_people(text: str) -> tuple[list[Person], list[str]]:
    """Read one person a line, as `ada@example.org` or `Ada Lovelace <ada@example.org>`.

    Returns
    -------
    The people, each address once, and the lines that hold no address.
    """
    people: dict[str, Person] = {}
    problems = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, address = parseaddr(line.rstrip(",;"))
        email = address.lower()
        try:
            validate_email(email)
        except ValidationError:
            problems.append(line)
        else:
            people.setdefault(email, Person(email, name[:150]))
    return list(people.values()), problems


def add_people(*, course: Course, people: Iterable[Person], role: Role, by: User, now: datetime) -> int:
    """Enrol people, with an account where they have none; return how many are new in the course.

    Who takes part already keeps the role; who had left is back. Nobody's name is changed.
    """
    added = 0
    with transaction.atomic():
        for person in people:
            user = User.objects.filter(email=person.email).first() or User.objects.create_user(
                person.email, name=person.name
            )
            enrolment, created = Enrolment.objects.get_or_create(
                course=course, user=user, defaults={"role": role}
            )
            if not created:
                created = bool(
                    Enrolment.objects.filter(pk=enrolment.pk)
                    .exclude(left_at=None)
                    .update(left_at=None, role=role)
                )
            if created:
                added += 1
                _log(course, by, "people.added", user, now, role=role)
    return added


def let_go(*, enrolment: Enrolment, by: User, now: datetime) -> bool:
    """End a person's part in the course; the history stays. Return False when it had ended before."""
    with transaction.atomic():
        ended = Enrolment.objects.filter(pk=enrolment.pk, left_at=None).update(left_at=now)
        if ended:
            _log(enrolment.course, by, "people.removed", enrolment.user, now, role=enrolment.role)
    return bool(ended)


def _log(course: Course, actor: User, action: str, about: User, now: datetime, **detail: str) -> None:
    AuditEntry.objects.create(course=course, actor=actor, action=action, about=about, detail=detail, at=now)
